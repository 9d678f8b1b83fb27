"""Errors of credentials.

PlatformError
├── InvalidInput
│   ├── ClaimsInvalid        422  claims that a credential cannot carry
│   └── ValidityInvalid      422  an end of validity that is past or too far away
├── Conflict
│   ├── NotPresentable       409  a credential that its holder cannot present
│   └── CredentialErased     409  a credential whose content was destroyed
└── Forbidden
    ├── NotTheIssuer         403  only its issuer changes a credential's status
    └── NotTheHolder         403  only its subject presents a credential
"""

from pocplatform.kit.errors import Conflict, Forbidden, InvalidInput


class ClaimsInvalid(InvalidInput):
    """Claims that are too long, too deep, or not JSON."""

    code = "claims_invalid"
    title = "These claims cannot go into a credential"


class ValidityInvalid(InvalidInput):
    """An end of validity that has passed, or that the chain cannot hold."""

    code = "validity_invalid"
    title = "The end of validity is not possible"


class NotTheIssuer(Forbidden):
    """Somebody else than the issuer tries to change a credential."""

    code = "not_the_issuer"
    title = "Only the issuer may do this"


class NotTheHolder(Forbidden):
    """Somebody else than the subject tries to present a credential."""

    code = "not_the_holder"
    title = "Only whom it is about may do this"


class NotPresentable(Conflict):
    """A credential without selective disclosure, or one that is bound to another key."""

    code = "credential_not_presentable"
    title = "The credential cannot be presented from here"


class CredentialErased(Conflict):
    """A credential whose content was destroyed."""

    code = "credential_erased"
    title = "The credential was erased"
