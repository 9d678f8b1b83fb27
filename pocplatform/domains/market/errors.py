"""Errors of the market. What the contract itself refuses is told as ``contract_reverted``.

PlatformError
├── InvalidInput
│   └── OrderInvalid        422  a listing or offer, or a trade with it, that cannot be
└── Conflict
    ├── OrderFilled         409  all of it was traded
    ├── OrderCancelled      409  its maker has taken it back
    ├── OrderExpired        409  its time has passed
    └── OwnOrder            409  nobody trades with oneself
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class OrderInvalid(InvalidInput):
    """A listing or offer, or a trade with it, that cannot be; ``param`` names the part at fault."""

    code = "order_invalid"
    title = "The listing or offer is not possible"


class OrderFilled(Conflict):
    """All of the listing or offer was traded."""

    code = "order_filled"
    title = "Sold already"


class OrderCancelled(Conflict):
    """The listing or offer was taken back by who made it."""

    code = "order_cancelled"
    title = "The listing or offer was taken back"


class OrderExpired(Conflict):
    """The time of the listing or offer has passed."""

    code = "order_expired"
    title = "The listing or offer has expired"


class OwnOrder(Conflict):
    """Nobody buys from an own listing or sells to an own offer."""

    code = "own_order"
    title = "The listing or offer is your own"
