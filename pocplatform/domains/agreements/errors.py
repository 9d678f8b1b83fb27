"""Errors of agreements.

PlatformError
├── InvalidInput
│   ├── AgreementTermsInvalid      422  terms that do not fit together
│   └── TemplateParametersInvalid  422  a template cannot be filled in with these
└── Conflict
    ├── AgreementInvitationInvalid 409  an invitation that nobody can take any more
    ├── AgreementStateConflict     409  not possible in the agreement's present state
    ├── ChangeStateConflict        409  not possible in the proposed change's present state
    └── SignaturesMissing          409  not all parties have signed
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class AgreementTermsInvalid(InvalidInput):
    """Terms that do not fit together; ``param`` names the field."""

    code = "agreement_terms_invalid"
    title = "The terms do not fit together"


class AgreementStateConflict(Conflict):
    """The agreement is in a state in which this cannot be done."""

    code = "agreement_state_conflict"


class SignaturesMissing(Conflict):
    """Not all parties have signed yet."""

    code = "signatures_missing"
    title = "Signatures are missing"


class TemplateParametersInvalid(InvalidInput):
    """What a template is to be filled in with does not fit; ``param`` names the parameter."""

    code = "template_parameters_invalid"
    title = "The template cannot be filled in with this"


class ChangeStateConflict(Conflict):
    """A proposed change is in a state in which this cannot be done."""

    code = "change_state_conflict"


class AgreementInvitationInvalid(Conflict):
    """An invitation that has expired, was taken, or leads to an agreement that was withdrawn."""

    code = "agreement_invitation_invalid"
    title = "The invitation is no longer valid"
