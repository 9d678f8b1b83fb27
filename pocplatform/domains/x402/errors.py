"""Errors of x402.

PlatformError
└── PaymentRequired   402  the resource costs something; the answer says what, and where to pay
"""

from typing import Any

from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE


class PaymentRequired(PlatformError):
    """The resource costs something; the members of x402's ``PaymentRequired`` stand beside ours.

    Args:
        terms: ``PaymentRequired`` as JSON.
        cents: What it costs.
        reason: The protocol's code of what is wrong with the payment that came, if one did.
    """

    code = "payment_required"
    status = 402
    title = "This costs something"

    def __init__(self, terms: dict[str, Any], *, cents: int, reason: str | None) -> None:
        self.terms = terms
        super().__init__(
            "This costs {cents} cents of test money."
            if reason is None
            else "The payment was not taken: {reason}. This costs {cents} cents of test money.",
            next_step="Send the header PAYMENT-SIGNATURE of x402 version 2, as the x402 clients do "
            "by themselves.",
            cents=cents,
            reason=reason,
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """What is to be paid."""
        return self.terms
