"""Append to the event log and read it by cursor."""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from pocplatform.events.models import Event, EventAudience
from pocplatform.kit.bulk import execute_many, insert_into
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id

_AT_ONCE = 1000
"""Events that are looked up in one statement: databases take some ten thousand values at most."""


class NewEvent(NamedTuple):
    """An event to append.

    Attributes:
        type: What happened, as ``thing.happened``.
        data: What is told about it, as JSON.
        source: Where it comes from; with the type, the key that makes appending idempotent.
        audience: Addresses of those it concerns.
        block_number: The block it was recorded in.
        transaction_hash: The transaction it was recorded by.
    """

    type: str
    data: dict[str, Any]
    source: str
    audience: Collection[str] = ()
    block_number: int | None = None
    transaction_hash: str | None = None


def append(session: Session, events: Iterable[NewEvent]) -> None:
    """Add events in their order, but those whose source has already given one of their type.

    A block that is recorded again, after a reorganization or from the first block on, thus tells
    nothing twice.
    """
    remaining = iter(events)
    while part := list(islice(remaining, _AT_ONCE)):
        _append(session, part)


def _append(session: Session, events: list[NewEvent]) -> None:
    fresh = {(event.source, event.type): event for event in events}
    connection = session.connection()
    wanted = {"wanted": [source for source, _ in fresh]}
    for source, type_ in connection.execute(_TOLD, wanted):
        fresh.pop((source, type_), None)
    if not fresh:
        return
    now = now_ms()
    # Only the engine's thread adds events, so the numbers can be given here, without gaps.
    first = (connection.execute(_LAST).scalar() or 0) + 1
    rows = [
        {
            "seq": seq,
            "id": new_id("evt"),
            "type": event.type,
            "data": event.data,
            "source": event.source,
            "block_number": event.block_number,
            "transaction_hash": event.transaction_hash,
            "created_ms": now,
        }
        for seq, event in enumerate(fresh.values(), first)
    ]
    execute_many(connection, insert_into(Event), rows)
    addressed = [
        {"event_seq": seq, "address": address}
        for seq, event in enumerate(fresh.values(), first)
        for address in sorted(set(event.audience))
    ]
    execute_many(connection, insert_into(EventAudience), addressed)


_TOLD = select(Event.source, Event.type).where(
    col(Event.source).in_(bindparam("wanted", expanding=True))
)
_LAST = select(func.max(col(Event.seq)))


def visible_to(address: str | None) -> Any:
    """A condition for the events that an address may see; None sees all."""
    if address is None:
        return col(Event.seq).is_not(None)
    own = select(EventAudience.event_seq).where(EventAudience.address == address)
    return col(Event.seq).in_(own)
