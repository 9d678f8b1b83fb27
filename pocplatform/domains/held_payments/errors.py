"""Errors of held payments.

PlatformError
└── Conflict
    └── HeldPaymentWithdrawn    409  nothing of it is held any more
"""

from pocplatform.kit.errors import Conflict


class HeldPaymentWithdrawn(Conflict):
    """The money was withdrawn before."""

    code = "held_payment_withdrawn"
    title = "The money was withdrawn already"
