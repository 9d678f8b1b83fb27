"""Errors of OpenID4VCI: ours of offers, and those of the protocol.

PlatformError
└── Conflict
    └── OfferClosed     409  an offer that was fetched, withdrawn or is past its time

ProtocolError is no PlatformError: wallets are answered as the specifications have it (RFC 6749,
section 5.2; OpenID4VCI 1.0, section 8.3.1), not with a problem document.
"""

from pocplatform.kit.errors import Conflict


class OfferClosed(Conflict):
    """An offer that no wallet can fetch any more."""

    code = "offer_closed"
    title = "The offer is closed"


class ProtocolError(Exception):
    """What a wallet is told.

    Args:
        error: The specification's code, such as ``invalid_grant``.
        description: For developers, in English.
        status: HTTP status.
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
