"""Queries of items and holdings."""

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assets.models import (
    Holding,
    Item,
    ItemGate,
    ItemRedemption,
    ItemState,
    Redemption,
)


def by_id(session: Session, item_id: str) -> Item | None:
    """An item by its id."""
    return session.exec(select(Item).where(Item.id == item_id)).first()


def by_number(session: Session, token_id: str) -> Item | None:
    """An item that was created through the platform, by its number on the chain."""
    return session.exec(select(Item).where(Item.token_id == token_id)).first()


def state(session: Session, token_id: str) -> ItemState | None:
    """An item as the chain has it; None before that."""
    return session.get(ItemState, token_id)


def existing(*, creator: str | None, kind: str | None) -> SelectOfScalar[Item]:
    """The items that are on the chain, of a creator and of a kind."""
    statement = select(Item).join(ItemState, col(ItemState.token_id) == Item.token_id)
    if creator is not None:
        statement = statement.where(Item.creator == creator)
    return statement if kind is None else statement.where(Item.kind == kind)


def gate(session: Session, token_id: str, account: str) -> ItemGate | None:
    """A gate of an item beside its creator."""
    return session.get(ItemGate, (token_id, account))


def gates(session: Session, token_id: str) -> list[str]:
    """The gates of an item beside its creator."""
    statement = select(ItemGate.gate).where(ItemGate.token_id == token_id)
    return sorted(session.exec(statement))


def holdings(
    *, owner: str | None = None, collection: str | None = None, token_id: str | None = None
) -> SelectOfScalar[Holding]:
    """What somebody holds, or who holds something."""
    statement = select(Holding)
    if owner is not None:
        statement = statement.where(Holding.owner == owner)
    if collection is not None:
        statement = statement.where(Holding.collection == collection)
    if token_id is not None:
        statement = statement.where(Holding.token_id == token_id)
    return statement


def holding(session: Session, owner: str, collection: str, token_id: str) -> Holding | None:
    """How much of one thing somebody holds."""
    statement = holdings(owner=owner, collection=collection, token_id=token_id)
    return session.exec(statement).first()


def next_nonce(session: Session, holder: str) -> int:
    """A nonce that the holder has given no consent with."""
    last = select(func.max(Redemption.nonce)).where(Redemption.holder == holder)
    return (session.exec(last).one() or 0) + 1


def redemptions(address: str | None) -> SelectOfScalar[Redemption]:
    """The consents of a holder, or for a gate; None sees all."""
    statement = select(Redemption)
    if address is None:
        return statement
    return statement.where(or_(col(Redemption.holder) == address, col(Redemption.gate) == address))


def redemption(session: Session, redemption_id: str) -> Redemption | None:
    """A consent by its id."""
    return session.exec(select(Redemption).where(Redemption.id == redemption_id)).first()


def use_of(session: Session, redemption: Redemption) -> ItemRedemption | None:
    """The use of a consent; None while it has not been used."""
    statement = select(ItemRedemption).where(
        ItemRedemption.reference == redemption.reference,
        ItemRedemption.token_id == redemption.token_id,
        ItemRedemption.holder == redemption.holder,
        ItemRedemption.gate == redemption.gate,
    )
    return session.exec(statement).first()
