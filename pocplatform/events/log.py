"""Append to the event log and read it by cursor."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, func, or_, select

from pocplatform.events.models import Event, EventAudience
from pocplatform.events.types import check
from pocplatform.kit.bulk import WANTED, fetch, insert_many
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id

TYPE_PATTERN = r"^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$"
"""What types of events are chosen by: one type, a family such as ``agreement.*``, or ``*``."""

_TOLD_SOMETHING = "events appended"
"""Marks a database transaction that has appended events."""

_APPENDING = 0x65766E74
"""Number of the lock under which a PostgreSQL server lets one transaction append at a time."""


class NewEvent(NamedTuple):
    """An event to append.

    Attributes:
        type: What happened, as in :mod:`pocplatform.events.types`.
        data: What is told about it, as said there.
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

    Raises :class:`~pocplatform.events.types.UnknownEventType`.
    """
    events = list(events)
    for event in events:
        check(event.type)
    if session.get_bind().dialect.name == "postgresql":
        # Numbers are given without gaps and become visible in their order, so that whoever reads
        # by them misses nothing. SQLite has one writer at a time in any case.
        session.connection().execute(_LOCK, {"number": _APPENDING})
    session.info[_TOLD_SOMETHING] = True
    fresh = {(event.source, event.type): event for event in events}
    connection = session.connection()
    for told in fetch(connection, _TOLD, wanted=[source for source, _ in fresh]):
        fresh.pop(told, None)
    if not fresh:
        return
    now = now_ms()
    [(last,)] = fetch(connection, _LAST)
    first = (last or 0) + 1
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
    insert_many(connection, Event, rows)
    addressed = [
        {"event_seq": seq, "address": address}
        for seq, event in enumerate(fresh.values(), first)
        for address in sorted(set(event.audience))
    ]
    insert_many(connection, EventAudience, addressed)


_TOLD = select(Event.source, Event.type).where(
    col(Event.source).in_(bindparam(WANTED, expanding=True))
)
_LAST = select(func.max(col(Event.seq)))
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


def has_told(session: Session) -> bool:
    """Whether events were appended in this session's database transaction."""
    return _TOLD_SOMETHING in session.info


def last_seq(session: Session) -> int:
    """The number of the newest event; 0 if there is none."""
    return session.exec(_LAST).one() or 0


def last_seq_before(session: Session, moment_ms: int) -> int:
    """The number of the newest event from before a moment; 0 if there is none.

    Looks at all that have come since, so the moment should not be long ago.
    """
    before = select(Event.seq).where(col(Event.created_ms) < moment_ms)
    return session.exec(before.order_by(col(Event.seq).desc()).limit(1)).first() or 0


def visible_to(addresses: Collection[str] | None) -> Any:
    """A condition for the events that concern one of these addresses; None is for all events."""
    if addresses is None:
        return col(Event.seq).is_not(None)
    own = select(EventAudience.event_seq).where(col(EventAudience.address).in_(addresses))
    return col(Event.seq).in_(own)


def of_types(patterns: Sequence[str]) -> Any:
    """A condition for the events of some types; each as :data:`TYPE_PATTERN` says."""
    return or_(*(_of_type(pattern) for pattern in patterns))


def _of_type(pattern: str) -> Any:
    if pattern == "*":
        return col(Event.seq).is_not(None)
    if pattern.endswith(".*"):
        return col(Event.type).startswith(pattern[:-1], autoescape=True)
    return col(Event.type) == pattern


def following(
    session: Session,
    addresses: Collection[str] | None,
    after: int,
    patterns: Sequence[str],
    limit: int,
) -> list[Event]:
    """The next events that concern one of some addresses, oldest first.

    Args:
        session: Where to read.
        addresses: Whose events; None for all.
        after: Number of the last event that is known.
        patterns: Types, as :data:`TYPE_PATTERN` says.
        limit: How many at most.
    """
    statement = select(Event).where(of_types(patterns)).order_by(col(Event.seq)).limit(limit)
    if addresses is None:
        statement = statement.where(col(Event.seq) > after)
    else:
        own = select(EventAudience.event_seq).where(
            col(EventAudience.address).in_(addresses), col(EventAudience.event_seq) > after
        )
        statement = statement.where(col(Event.seq).in_(own))
    return list(session.exec(statement))
