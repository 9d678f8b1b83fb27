"""Append to the event log and read it by cursor."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select

from pocplatform.events.models import Event, EventAudience
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id


def append(
    session: Session,
    type_: str,
    data: dict[str, Any],
    *,
    source: str,
    audience: Iterable[str],
    block_number: int | None = None,
    transaction_hash: str | None = None,
) -> Event | None:
    """Add an event; None if ``source`` has already given one of this type (replayed block).

    Args:
        session: The transaction that the event belongs to.
        type_: What happened, as ``thing.happened``.
        data: What is told about it, as JSON.
        source: Where it comes from; with the type, the key that makes appending idempotent.
        audience: Addresses of those it concerns.
        block_number: The block it was recorded in.
        transaction_hash: The transaction it was recorded by.
    """
    known = select(Event.seq).where(Event.source == source, Event.type == type_)
    if session.exec(known).first() is not None:
        return None
    event = Event(
        id=new_id("evt"),
        type=type_,
        data=data,
        source=source,
        block_number=block_number,
        transaction_hash=transaction_hash,
        created_ms=now_ms(),
    )
    session.add(event)
    session.flush()
    assert event.seq is not None
    for address in set(audience):
        session.add(EventAudience(event_seq=event.seq, address=address))
    return event


def visible_to(address: str | None) -> Any:
    """A condition for the events that an address may see; None sees all."""
    if address is None:
        return col(Event.seq).is_not(None)
    own = select(EventAudience.event_seq).where(EventAudience.address == address)
    return col(Event.seq).in_(own)
