"""Errors of identities.

PlatformError
├── Conflict
│   ├── IdentityNotRegistered      409  the DID has no key in the registry (yet)
│   ├── IdentityDeactivated        409  the DID was given up for ever
│   └── IdentityKeyElsewhere       409  only its owner has the key that would have to sign
└── ResolutionError                     a DID cannot be resolved; ``did_error`` is W3C's name
    ├── DidInvalid                 400  invalidDid
    ├── DidNotFound                404  notFound
    ├── DidMethodNotSupported      501  methodNotSupported
    └── RepresentationNotSupported 406  representationNotSupported
"""

from typing import ClassVar

from pocplatform.kit.errors import Conflict, PlatformError


class IdentityNotRegistered(Conflict):
    """The caller's DID has no key in the registry, so nothing can be signed in its name."""

    code = "identity_not_registered"
    title = "The identity is not registered"


class IdentityDeactivated(Conflict):
    """The DID was deactivated; that cannot be undone."""

    code = "identity_deactivated"
    title = "The identity was deactivated"


class IdentityKeyElsewhere(Conflict):
    """What is to be signed is no transaction and no typed data, so no wallet could sign it.

    Credentials and presentations are JWTs, signed ES256K over SHA-256 (RFC 8812). Wallets sign
    Keccak-256 hashes of what they show only (EIP-191, EIP-712), so there are no two steps for them.
    """

    code = "identity_key_elsewhere"
    title = "The sandbox does not hold this identity's key"

    def __init__(self, did: str) -> None:
        super().__init__(
            "{did} belongs to a wallet of your own, and wallets cannot sign credentials: these are "
            "JWTs.",
            next_step="Do this with an organization whose wallet the sandbox signs for: "
            "POST /v1/organizations gives one.",
            did=did,
        )


class ResolutionError(PlatformError):
    """A DID cannot be resolved (W3C DID Resolution)."""

    did_error: ClassVar[str] = "internalError"


class DidInvalid(ResolutionError):
    """The text is no DID of the method ethr."""

    code = "invalid_did"
    status = 400
    title = "This is not a valid DID"
    did_error = "invalidDid"


class DidNotFound(ResolutionError):
    """The DID, or the version of it that was asked for, does not exist here."""

    code = "did_not_found"
    status = 404
    title = "The DID was not found"
    did_error = "notFound"


class DidMethodNotSupported(ResolutionError):
    """A DID of another method than ethr."""

    code = "did_method_not_supported"
    status = 501
    title = "DIDs of this method are not resolved here"
    did_error = "methodNotSupported"


class RepresentationNotSupported(ResolutionError):
    """None of the media types that the caller accepts can be given."""

    code = "representation_not_supported"
    status = 406
    title = "The answer cannot be given in this form"
    did_error = "representationNotSupported"
