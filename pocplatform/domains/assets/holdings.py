"""Who holds what, of items and parcels alike; called by the projections of both."""

from typing import Literal

from sqlmodel import Session

from pocplatform.domains.assets import repository
from pocplatform.domains.assets.models import Holding
from pocplatform.kit.ids import derived_id

Collection = Literal["item", "parcel"]
NOBODY = "0x" + "0" * 40
"""Where tokens come from that are minted, and where they go that are destroyed."""


def move(
    session: Session, collection: Collection, token_id: str, giver: str, taker: str, amount: int
) -> None:
    """Write down that so many went from one to another."""
    if giver == taker:
        return
    _add(session, collection, token_id, giver, -amount)
    _add(session, collection, token_id, taker, amount)


def _add(session: Session, collection: Collection, token_id: str, owner: str, change: int) -> None:
    if owner == NOBODY or change == 0:
        return
    known = repository.holding(session, owner, collection, token_id)
    if known is None:
        id_ = derived_id("hld", owner, collection, token_id)
        known = Holding(id=id_, owner=owner, collection=collection, token_id=token_id, amount="0")
    left = int(known.amount) + change
    known.amount = str(left)
    if left:
        session.add(known)
    else:
        session.delete(known)
    session.flush()
