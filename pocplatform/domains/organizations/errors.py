"""Errors of organizations.

PlatformError
├── InvalidInput
│   ├── BusinessIdInvalid   422  no test business ID
│   └── InvitationInvalid   422  an invitation that lets nobody in (any more)
├── Forbidden
│   └── SignUpCodeWrong     403  signing up takes a code here
└── Conflict
    └── KeyInvalid          409  a key that is revoked or has expired
"""

from pocplatform.kit.errors import Conflict, Forbidden, InvalidInput


class BusinessIdInvalid(InvalidInput):
    """A business ID that is malformed, has a wrong check digit, or could be a real one."""

    code = "business_id_invalid"
    title = "The business ID is not a test business ID"


class InvitationInvalid(InvalidInput):
    """A code of no invitation, or of one that is used, revoked or has expired."""

    code = "member_invitation_invalid"
    title = "The invitation is not valid"


class SignUpCodeWrong(Forbidden):
    """Signing up without the code that the organisers have given out."""

    code = "sign_up_code_wrong"
    title = "Signing up needs a code"


class KeyInvalid(Conflict):
    """A key that cannot be exchanged for a new one, since it opens nothing any more."""

    code = "key_invalid"
    title = "The key is not valid any more"
