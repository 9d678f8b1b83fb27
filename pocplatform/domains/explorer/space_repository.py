"""Queries of all that is in a space: one for each kind, however much there is of it."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from pocplatform.domains.market import service as market
from pocplatform.domains.market.models import Order, OrderFill, Sale
from pocplatform.domains.parcels.models import Parcel, ParcelState
from pocplatform.domains.spaces.models import Space, SpaceLink, Visit


def parcels(session: Session, number: str, most: int) -> Sequence[tuple[Parcel, ParcelState]]:
    """The parcels of a space that are on the chain, the newest."""
    statement = (
        select(Parcel, ParcelState)
        .join(ParcelState, col(ParcelState.token_id) == Parcel.token_id)
        .where(Parcel.space_number == number)
        .order_by(col(Parcel.seq).desc())
        .limit(most)
    )
    return session.exec(statement).all()


def visits(session: Session, number: str, most: int) -> Sequence[Visit]:
    """The visits that last, the latest first."""
    inside = select(Visit).where(Visit.space_number == number, col(Visit.left_at).is_(None))
    return session.exec(inside.order_by(col(Visit.seq).desc()).limit(most)).all()


def links(
    session: Session, number: str, most: int
) -> Sequence[tuple[SpaceLink, str | None, str | None]]:
    """The ways out, in the order of their opening, each with id and name of where it leads."""
    statement = (
        select(SpaceLink, Space.id, Space.name)
        .outerjoin(Space, col(Space.number) == SpaceLink.target)
        .where(SpaceLink.origin == number)
        .order_by(col(SpaceLink.seq))
        .limit(most)
    )
    return session.exec(statement).all()


def offers(session: Session, sellers: Collection[str], most: int) -> Sequence[Order]:
    """What some accounts sell now, the newest first."""
    wanted = market.orders(session, "listing", maker=None, item=None, parcel=None, status="open")
    of_these = wanted.where(col(Order.maker).in_(sellers))
    return session.exec(of_these.order_by(col(Order.seq).desc()).limit(most)).all()


def sold_of(session: Session, orders: Sequence[Order]) -> dict[str, int]:
    """How many of each order were sold, by the order's hash."""
    hashes = [order.order_hash for order in orders]
    statement = select(OrderFill).where(col(OrderFill.order_hash).in_(hashes))
    return {fill.order_hash: int(fill.quantity) for fill in session.exec(statement)}


def sales(session: Session, sellers: Collection[str], most: int) -> Sequence[Sale]:
    """What some accounts have sold, the latest first."""
    statement = select(Sale).where(col(Sale.seller).in_(sellers))
    return session.exec(statement.order_by(col(Sale.seq).desc()).limit(most)).all()
