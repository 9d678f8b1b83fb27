"""Errors of items. What the contract itself refuses is told as ``contract_reverted``.

PlatformError
├── InvalidInput
│   └── ItemTermsInvalid    422  what an item shall be does not fit together
└── Conflict
    ├── RedemptionExpired   409  the holder's consent is too old
    └── RedemptionUsed      409  the holder's consent was used before
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class ItemTermsInvalid(InvalidInput):
    """What an item shall be does not fit together; ``param`` names the part at fault."""

    code = "item_terms_invalid"
    title = "The item's terms do not fit together"


class RedemptionExpired(Conflict):
    """The time in which the items could be redeemed has passed."""

    code = "redemption_expired"
    title = "The time for redeeming has passed"


class RedemptionUsed(Conflict):
    """The items were redeemed already."""

    code = "redemption_used"
    title = "Redeemed already"
