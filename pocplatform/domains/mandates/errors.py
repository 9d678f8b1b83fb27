"""Errors of mandates.

PlatformError
├── InvalidInput
│   └── MandateAmountInvalid  422  more than the mandate allows
└── Conflict
    └── MandateStateConflict  409  not possible in the mandate's present state
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class MandateAmountInvalid(InvalidInput):
    """More than the mandate allows in a period."""

    code = "mandate_amount_invalid"
    title = "The amount is more than the mandate allows"


class MandateStateConflict(Conflict):
    """The mandate is in a state in which this cannot be done."""

    code = "mandate_state_conflict"
