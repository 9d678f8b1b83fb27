"""Errors of the outbox.

PlatformError
└── ContractReverted   422  the contract refuses this write; nothing was sent
"""

from typing import Any

from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE, translate


class ContractReverted(PlatformError):
    """The contract would refuse, or has refused, the transaction.

    Args:
        error: name, signature, args and explanation of the contract's error.
        transaction_id: The transaction, if it was accepted before the contract refused it.
    """

    code = "contract_reverted"
    status = 422
    title = "The contract refuses this"

    def __init__(self, error: dict[str, Any], transaction_id: str | None = None) -> None:
        self.error = error
        self.transaction_id = transaction_id
        super().__init__(error["explanation"] or "The contract refused without giving a reason.")

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """``contract_error`` with its explanation in ``language``, and the transaction."""
        explanation = translate(self.error["explanation"], language)
        members: dict[str, Any] = {"contract_error": {**self.error, "explanation": explanation}}
        if self.transaction_id is not None:
            members["transaction"] = self.transaction_id
        return members
