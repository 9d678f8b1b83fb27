"""Collects what payees have scheduled: once in every period, never twice."""

import contextlib

from sqlmodel import Session

from pocplatform.domains.mandates import repository
from pocplatform.domains.mandates.models import Mandate, ScheduledCollection
from pocplatform.domains.mandates.signed import CONTRACT, as_abi, period_at, start_of
from pocplatform.domains.transactions.service import has_failed
from pocplatform.events import log as event_log
from pocplatform.kit.money import CURRENCY, to_units
from pocplatform.outbox.errors import ContractReverted, QueueFull
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import Outbox

_AT_ONCE = 200
"""Of mandates looked at together, and of collections begun in one run: others may write between."""
_FINAL_S = 7 * 86_400
"""A cancelled mandate is forgotten after this time: no reorganization brings it back."""


def collect(session: Session, outbox: Outbox, at_ms: int) -> int:
    """Begin the collections that are due; says how many.

    A collection is a row for its mandate and period, in the database transaction that also holds
    its write: so there is one a period, however often and from however many workers this is run.
    Nothing begins while the one before is on its way, nor in the period that it came to count in,
    so that one that was delayed is not followed by another in the same period. One that failed is
    told, and not tried again before the next period; the payee may collect by hand. What there is
    no room for now, because too much waits or a run begins no more, is begun by a later run.
    """
    now = at_ms // 1000
    for mandate in session.exec(repository.cancelled_since(now - _FINAL_S, _AT_ONCE)).all():
        mandate.look_at = None
    count, after = 0, (-1, -1)
    with contextlib.suppress(QueueFull):
        while mandates := session.exec(repository.scheduled(now, after, _AT_ONCE)).all():
            # Before they are looked at, which moves them.
            after = (mandates[-1].look_at or 0, mandates[-1].seq or 0)
            for mandate in mandates:
                count += _collect(session, outbox, mandate, at_ms)
                if count == _AT_ONCE:
                    return count
    return count


def _collect(session: Session, outbox: Outbox, mandate: Mandate, at_ms: int) -> bool:
    """Whether a collection was begun; if there is none before a certain time, it is noted."""
    last = repository.last_scheduled(session, mandate.id)
    if last is not None:
        collection, transaction = last
        if _failed(collection, transaction):
            _tell_failure(session, mandate, collection)
        elif transaction is not None and not TransactionStatus(transaction.status).settled:
            return False
    period, now = period_at(mandate.request, at_ms // 1000), at_ms // 1000
    if period is None or mandate.schedule_cents is None:
        start: int = mandate.request["startAt"]
        mandate.look_at = start if now < start else None
        return False
    counted = -1 if last is None else _counted_until(session, *last)
    if counted >= period:
        mandate.look_at = start_of(mandate.request, counted + 1)
        return False
    units = to_units(mandate.schedule_cents)
    call = outbox.contracts.call(CONTRACT, "collect", mandate=as_abi(mandate.request), amount=units)
    begun = ScheduledCollection(
        mandate_id=mandate.id,
        period_index=period,
        amount_cents=mandate.schedule_cents,
        transaction_id=None,
        created_ms=at_ms,
    )
    try:
        write = outbox.enqueue(
            session, call, sender=mandate.payee, org_id=mandate.payee_org_id,
            resource_id=mandate.id,
        )  # fmt: skip
        begun.transaction_id = write.id
    except ContractReverted as refused:
        begun.error = dict(refused.error)
    session.add(begun)
    session.flush()
    if begun.error is not None:
        _tell_failure(session, mandate, begun)
    return begun.error is None


def _failed(collection: ScheduledCollection, transaction: Transaction | None) -> bool:
    return transaction is None or has_failed(transaction)


def _counted_until(
    session: Session, collection: ScheduledCollection, transaction: Transaction | None
) -> int:
    """The last period that a collection used up: its own, or the one in which it was mined."""
    mined = transaction.hash if transaction is not None else None
    counted = repository.period_of(session, mined) if mined else None
    return collection.period_index if counted is None else max(collection.period_index, counted)


def _tell_failure(session: Session, mandate: Mandate, collection: ScheduledCollection) -> None:
    if collection.failure_told:
        return
    collection.failure_told = True
    session.add(collection)
    session.flush()
    data = {
        "mandate": mandate.id,
        "mandate_hash": mandate.mandate_hash,
        "amount": collection.amount_cents,
        "currency": CURRENCY,
        "period": collection.period_index,
    }
    event = event_log.NewEvent(
        "mandate.collection_failed",
        data,
        source=f"{mandate.id}:{collection.period_index}",
        audience=[mandate.payer, mandate.payee],
    )
    event_log.append(session, [event])


JOBS = [Job("mandates.collect", "* * * * *", collect)]
