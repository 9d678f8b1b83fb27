"""Errors of the outbox.

PlatformError
├── ContractReverted        422  the contract refuses this write; nothing was sent
├── QueueFull               429  more writes wait than may
└── Conflict
    ├── WalletNotCustodial  409  only the wallet's owner can sign
    ├── WalletCustodial     409  the platform signs: there is nothing to prepare
    └── WalletIsContract    409  it has no key, so it signs no transaction
"""

from collections.abc import Mapping
from typing import Any

from pocplatform.kit.errors import Conflict, PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.outbox import explanations


class ContractReverted(PlatformError):
    """The contract would refuse, or has refused, the transaction.

    Args:
        error: name, signature, args and explanation of the contract's error, fresh or stored.
        transaction_id: The transaction, if it was accepted before the contract refused it.
    """

    code = "contract_reverted"
    status = 422
    title = "The contract refuses this"

    def __init__(self, error: Mapping[str, Any], transaction_id: str | None = None) -> None:
        self.error = error
        self.transaction_id = transaction_id
        super().__init__(explanations.explain(error))

    def detail(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Why the contract refuses, in ``language``."""
        return explanations.explain(self.error, language)

    def next_step(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What to do about it, in ``language``; empty where that is not known."""
        return explanations.next_step(self.error, language)

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """``contract_error`` with its explanation in ``language``, and the transaction."""
        members: dict[str, Any] = {"contract_error": explanations.localized(self.error, language)}
        if self.transaction_id is not None:
            members["transaction"] = self.transaction_id
        return members


class QueueFull(PlatformError):
    """More writes wait for the chain than may; later there will be room."""

    code = "queue_full"
    status = 429
    title = "Too many writes wait"


class WalletNotCustodial(Conflict):
    """The platform has not the key of the wallet that acts, so it cannot sign at once."""

    code = "wallet_not_custodial"
    title = "Only the wallet's owner can sign"

    def __init__(self, address: str) -> None:
        super().__init__(
            "The platform holds no key for {address}: its owner signs.",
            next_step="Send the same request to its address with /prepare behind it; it gives "
            "what to sign, for /submit.",
            address=address,
        )


class WalletCustodial(Conflict):
    """A write was to be prepared for a wallet that the platform signs for."""

    code = "wallet_custodial"
    title = "The platform signs for this wallet"

    def __init__(self, address: str) -> None:
        super().__init__(
            "The platform signs for {address}, so there is nothing to prepare.",
            next_step="Send the request to its address without /prepare.",
            address=address,
        )


class WalletIsContract(Conflict):
    """A transaction was to be prepared for a wallet that is a contract (ERC-1271).

    Such a wallet signs typed data as its code says, but what it sends, its own application makes.
    """

    code = "wallet_is_contract"
    title = "This wallet signs no transactions"

    def __init__(self, address: str) -> None:
        super().__init__(
            "{address} is a contract: it signs typed data, but it has no key to sign a transaction "
            "with.",
            next_step="Send it from the wallet's own application, to the contract that "
            "GET /v1/chain names, or act with a wallet that has a key.",
            address=address,
        )
