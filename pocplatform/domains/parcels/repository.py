"""Queries of parcels."""

from sqlalchemy import tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.parcels.models import Parcel, ParcelState, PlanState, Rental
from pocplatform.outbox.models import UNSETTLED, Transaction, TransactionStatus

CLAIM_WINDOW_S = 3 * 86_400
"""How long after a rental its owner may claim the deposit, as the contract has it."""


def by_id(session: Session, parcel_id: str) -> Parcel | None:
    """A parcel by its id."""
    return session.exec(select(Parcel).where(Parcel.id == parcel_id)).first()


def by_number(session: Session, token_id: str) -> Parcel | None:
    """A parcel that was minted through the platform, by its number on the chain."""
    return session.exec(select(Parcel).where(Parcel.token_id == token_id)).first()


def forget(session: Session, parcel: Parcel) -> None:
    """Remove a parcel that never came into being."""
    session.delete(parcel)
    session.flush()


def state(session: Session, token_id: str) -> ParcelState | None:
    """A parcel as the chain has it; None before that."""
    return session.get(ParcelState, token_id)


def plan(session: Session, space_number: str) -> PlanState | None:
    """The plan of a space."""
    return session.get(PlanState, space_number)


def existing(
    *, space_number: str | None, owner: str | None, user: str | None, to_let: bool | None, now: int
) -> SelectOfScalar[Parcel]:
    """The parcels that are on the chain: of a space, an owner, a present user; to let or not.

    One is to let if its owner has offered it, nobody uses it, and no deposit is held.
    """
    statement = select(Parcel).join(ParcelState, col(ParcelState.token_id) == Parcel.token_id)
    if space_number is not None:
        statement = statement.where(Parcel.space_number == space_number)
    if owner is not None:
        statement = statement.where(ParcelState.owner == owner)
    if user is not None:
        statement = statement.where(ParcelState.user == user, ParcelState.user_expires >= now)
    if to_let is not None:
        offered = (col(ParcelState.price_per_day) > 0) | (col(ParcelState.deposit) > 0)
        free = (col(ParcelState.user_expires) < now) & (col(ParcelState.held) == 0)
        statement = statement.where(offered & free if to_let else ~(offered & free))
    return statement


def rentals(*, token_id: str | None = None, user: str | None = None) -> SelectOfScalar[Rental]:
    """The rentals of a parcel, or of a user."""
    statement = select(Rental)
    if token_id is not None:
        statement = statement.where(Rental.token_id == token_id)
    return statement if user is None else statement.where(Rental.user == user)


def last_rental(session: Session, token_id: str) -> Rental | None:
    """The latest rental of a parcel."""
    return session.exec(rentals(token_id=token_id).order_by(col(Rental.seq).desc())).first()


def deposits_due(now: int, after: tuple[int, str], at_most: int) -> SelectOfScalar[ParcelState]:
    """The parcels whose deposit anybody can have paid back by now, the longest due first.

    Args:
        now: Seconds since 1970.
        after: Moment and number of the last one that is known.
        at_most: How many.
    """
    place = (col(ParcelState.release_after), col(ParcelState.token_id))
    return (
        select(ParcelState)
        .where(col(ParcelState.release_after) < now, tuple_(*place) > after)
        .order_by(*place)
        .limit(at_most)
    )


def release_after(state: ParcelState) -> int | None:
    """After which second anybody can have a parcel's deposit paid back; None while none is held."""
    if state.held == 0:
        return None
    return state.decide_by if state.claimed else state.user_expires + CLAIM_WINDOW_S


def is_being_released(session: Session, resource: str, sender: str, since_ms: int) -> bool:
    """Whether somebody's release of a parcel's deposit is on its way, or came to nothing lately.

    What is held back or not signed is not on its way.
    """
    statement = select(Transaction.id).where(
        Transaction.resource_id == resource,
        Transaction.function == "releaseDeposit",
        Transaction.sender == sender,
        col(Transaction.status).not_in((TransactionStatus.HELD, TransactionStatus.PREPARED)),
        col(Transaction.status).in_(UNSETTLED) | (col(Transaction.updated_ms) > since_ms),
    )
    return session.exec(statement.limit(1)).first() is not None
