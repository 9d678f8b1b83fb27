"""Errors of credentials.

PlatformError
├── InvalidInput
│   ├── ClaimsInvalid        422  claims that a credential cannot carry
│   └── ValidityInvalid      422  an end of validity that is past or too far away
└── Forbidden
    └── NotTheIssuer         403  only its issuer changes a credential's status
"""

from pocplatform.kit.errors import Forbidden, InvalidInput


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
