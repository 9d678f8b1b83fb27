"""Errors of agreements.

PlatformError
├── InvalidInput
│   └── AgreementTermsInvalid   422  terms that do not fit together
└── Conflict
    ├── AgreementStateConflict  409  not possible in the agreement's present state
    └── SignaturesMissing       409  not all parties have signed
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
