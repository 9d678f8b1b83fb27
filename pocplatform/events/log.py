"""Append to the event log and read it by cursor."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from pocplatform.events.models import Event, EventAudience
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class NewEvent:
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
    fresh = {(event.source, event.type): event for event in events}
    if not fresh:
        return
    of_sources = col(Event.source).in_({source for source, _ in fresh})
    for source, type_ in session.exec(select(Event.source, Event.type).where(of_sources)):
        fresh.pop((source, type_), None)
    if not fresh:
        return
    now = now_ms()
    rows = [
        {
            "id": new_id("evt"),
            "type": event.type,
            "data": event.data,
            "source": event.source,
            "block_number": event.block_number,
            "transaction_hash": event.transaction_hash,
            "created_ms": now,
        }
        for event in fresh.values()
    ]
    added = insert(Event).returning(col(Event.seq), sort_by_parameter_order=True)
    numbers = session.scalars(added, rows).all()
    addressed = [
        {"event_seq": number, "address": address}
        for number, event in zip(numbers, fresh.values(), strict=True)
        for address in sorted(set(event.audience))
    ]
    if addressed:
        session.execute(insert(EventAudience), addressed)


def visible_to(address: str | None) -> Any:
    """A condition for the events that an address may see; None sees all."""
    if address is None:
        return col(Event.seq).is_not(None)
    own = select(EventAudience.event_seq).where(EventAudience.address == address)
    return col(Event.seq).in_(own)
