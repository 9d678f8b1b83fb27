"""Errors of items. What the contract itself refuses is told as ``contract_reverted``.

PlatformError
├── InvalidInput
│   └── ItemTermsInvalid    422  what an item shall be does not fit together
└── Conflict
    ├── RedemptionExpired   409  the holder's consent is too old
    ├── RedemptionUsed      409  the holder's consent was used before
    ├── RedemptionWithdrawn 409  the holder has taken the consent back
    ├── VoucherExpired      409  the creator's voucher is too old
    ├── VoucherUsed         409  the creator's voucher was redeemed before
    └── VoucherWithdrawn    409  the creator has taken the voucher back
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


class RedemptionWithdrawn(Conflict):
    """The holder does not present the items any more."""

    code = "redemption_withdrawn"
    title = "Not presented any more"


class VoucherExpired(Conflict):
    """The time in which items could be minted with the voucher has passed."""

    code = "voucher_expired"
    title = "The voucher has expired"


class VoucherUsed(Conflict):
    """The items of the voucher were minted already."""

    code = "voucher_used"
    title = "The voucher was redeemed already"


class VoucherWithdrawn(Conflict):
    """The creator has made the voucher useless."""

    code = "voucher_withdrawn"
    title = "The voucher was withdrawn"
