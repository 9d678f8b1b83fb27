"""Queries of mandates."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.mandates.models import (
    Mandate,
    MandateCollection,
    MandateState,
    ScheduledCollection,
)
from pocplatform.outbox.models import UNSETTLED, Transaction, TransactionStatus


def visible_to(address: str | None) -> SelectOfScalar[Mandate]:
    """The mandates that an address pays or collects by; None sees all."""
    statement = select(Mandate)
    if address is None:
        return statement
    return statement.where(
        or_(
            col(Mandate.payer) == address,
            and_(col(Mandate.payee) == address, col(Mandate.signature).is_not(None)),
        )
    )


def by_id(session: Session, address: str | None, mandate_id: str) -> Mandate | None:
    """A mandate that an address pays or collects by."""
    return session.exec(visible_to(address).where(Mandate.id == mandate_id)).first()


def by_hash(session: Session, mandate_hash: str) -> Mandate | None:
    """A mandate by its id on the chain."""
    return session.exec(select(Mandate).where(Mandate.mandate_hash == mandate_hash)).first()


def state_of(session: Session, mandate_hash: str) -> MandateState | None:
    """The mandate as the chain has it; None before it is there."""
    return session.get(MandateState, mandate_hash)


def is_being_registered(session: Session, mandate_id: str) -> bool:
    """Whether a write that brings a mandate to the chain is on its way, or seems to be there."""
    on_its_way = (*UNSETTLED, TransactionStatus.SEEMS_MINED)
    statement = select(Transaction.id).where(
        Transaction.resource_id == mandate_id,
        Transaction.function == "register",
        col(Transaction.status).in_(on_its_way),
    )
    return session.exec(statement.limit(1)).first() is not None


def waiting_registrations(session: Session, mandate_id: str) -> list[str]:
    """Ids of the writes for that which are held back or not signed: they may never come."""
    statement = select(Transaction.id).where(
        Transaction.resource_id == mandate_id,
        col(Transaction.function).in_(("approve", "register")),
        col(Transaction.status).in_((TransactionStatus.HELD, TransactionStatus.PREPARED)),
    )
    return list(session.exec(statement))


def collections_in(session: Session, hashes: Sequence[str]) -> list[MandateCollection]:
    """What was collected in these transactions."""
    statement = select(MandateCollection).where(col(MandateCollection.transaction_hash).in_(hashes))
    return list(session.exec(statement))


def scheduled(now: int, after: tuple[int, int], at_most: int) -> SelectOfScalar[Mandate]:
    """Active mandates with a schedule that are to be looked at by now, the first first.

    Args:
        now: Seconds since 1970.
        after: Moment and number of the last one that is known.
        at_most: How many.
    """
    place = (col(Mandate.look_at), col(Mandate.seq))
    return (
        select(Mandate)
        .join(MandateState, col(MandateState.mandate_hash) == col(Mandate.mandate_hash))
        .where(
            col(Mandate.look_at) <= now,
            tuple_(*place) > after,
            col(Mandate.schedule_cents).is_not(None),
            MandateState.state == "active",
        )
        .order_by(*place)
        .limit(at_most)
    )


def cancelled_since(before: int, at_most: int) -> SelectOfScalar[Mandate]:
    """Cancelled mandates that were to be looked at before some second: that is over."""
    return (
        select(Mandate)
        .join(MandateState, col(MandateState.mandate_hash) == col(Mandate.mandate_hash))
        .where(col(Mandate.look_at) < before, MandateState.state == "cancelled")
        .order_by(col(Mandate.look_at))
        .limit(at_most)
    )


def last_scheduled(
    session: Session, mandate_id: str
) -> tuple[ScheduledCollection, Transaction | None] | None:
    """The newest collection of a mandate that the clock began, with its transaction."""
    statement = (
        select(ScheduledCollection, Transaction)
        .outerjoin(Transaction, col(Transaction.id) == col(ScheduledCollection.transaction_id))
        .where(ScheduledCollection.mandate_id == mandate_id)
        .order_by(col(ScheduledCollection.period_index).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def period_of(session: Session, transaction_hash: str) -> int | None:
    """The period that a collection counted in, by its transaction."""
    statement = select(MandateCollection.period_index).where(
        MandateCollection.transaction_hash == transaction_hash
    )
    return session.exec(statement).first()
