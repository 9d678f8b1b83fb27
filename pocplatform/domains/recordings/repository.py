"""What is asked of the tables of the request log and of recordings."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Text, cast, delete, update
from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.data_protection.models import Erasure
from pocplatform.domains.organizations.models import ApiKey, Organization, Wallet
from pocplatform.domains.recordings.models import Participant, Recording, RequestEntry, Step
from pocplatform.outbox.models import Transaction


def requests_of(
    org_id: str | None,
    *,
    method: str | None = None,
    status: str | None = None,
    path: str | None = None,
    since: datetime | None = None,
) -> SelectOfScalar[RequestEntry]:
    """The requests of a tenant; the organisers see all."""
    statement = select(RequestEntry)
    if org_id is not None:
        statement = statement.where(RequestEntry.org_id == org_id)
    if method is not None:
        statement = statement.where(RequestEntry.method == method)
    if status is not None:
        lowest = int(status[0]) * 100 if status.endswith("xx") else int(status)
        highest = lowest + 99 if status.endswith("xx") else lowest
        statement = statement.where(col(RequestEntry.status).between(lowest, highest))
    if path is not None:
        statement = statement.where(col(RequestEntry.path).startswith(path, autoescape=True))
    if since is not None:
        at_ms = int(since.timestamp() * 1000)
        statement = statement.where(col(RequestEntry.created_ms) >= at_ms)
    return statement


def key_names(session: Session, key_ids: Collection[str]) -> dict[str, str]:
    """The names of keys, by their ids."""
    statement = select(ApiKey.id, ApiKey.name).where(col(ApiKey.id).in_(key_ids))
    return {id_: name for id_, name in session.exec(statement)}


def keys(session: Session, key_ids: Collection[str]) -> dict[str, ApiKey]:
    """Keys by their ids."""
    statement = select(ApiKey).where(col(ApiKey.id).in_(key_ids))
    return {key.id: key for key in session.exec(statement)}


def wallets(session: Session, addresses: Collection[str]) -> dict[str, Wallet]:
    """Wallets by their addresses."""
    return {
        wallet.address: wallet
        for some in _portions(addresses)
        for wallet in session.exec(select(Wallet).where(col(Wallet.address).in_(some)))
    }


def organizations(session: Session, ids: Collection[str]) -> dict[str, Organization]:
    """Organizations by their ids."""
    return {
        found.id: found
        for some in _portions(ids)
        for found in session.exec(select(Organization).where(col(Organization.id).in_(some)))
    }


def forget_requests(session: Session, *, before_ms: int, at_most: int) -> int:
    """Delete the oldest requests that came before a moment; how many."""
    old = session.exec(
        select(RequestEntry.seq)
        .where(col(RequestEntry.created_ms) < before_ms)
        .order_by(col(RequestEntry.created_ms))
        .limit(at_most)
    ).all()
    session.connection().execute(delete(RequestEntry).where(col(RequestEntry.seq).in_(old)))
    return len(old)


def trim_requests(session: Session, org_id: str | None, kept: int) -> None:
    """Delete the oldest requests of a tenant beyond so many."""
    of_tenant = col(RequestEntry.org_id) == org_id
    last = session.exec(
        select(RequestEntry.seq)
        .where(of_tenant)
        .order_by(col(RequestEntry.seq).desc())
        .offset(kept)
        .limit(1)
    ).first()
    if last is not None:
        old = delete(RequestEntry).where(of_tenant, col(RequestEntry.seq) <= last)
        session.connection().execute(old)


def recordings_of(org_id: str) -> SelectOfScalar[Recording]:
    """The recordings of an organization's own."""
    return select(Recording).where(Recording.org_id == org_id)


def recording(session: Session, recording_id: str) -> Recording | None:
    """A recording of anybody's."""
    return session.exec(select(Recording).where(Recording.id == recording_id)).first()


def count_recordings(session: Session, org_id: str, now_ms: int) -> tuple[int, int]:
    """How many recordings an organization has, and how many of them run."""
    rows = session.exec(select(Recording.stopped, Recording.ends_ms).where(
        Recording.org_id == org_id
    )).all()  # fmt: skip
    return len(rows), sum(not stopped and ends_ms > now_ms for stopped, ends_ms in rows)


def participants(session: Session, recording_id: str) -> list[Participant]:
    """Those of a recording, the owner first."""
    statement = select(Participant).where(Participant.recording_id == recording_id)
    return list(session.exec(statement.order_by(col(Participant.seq))))


def participant(session: Session, recording_id: str, org_id: str) -> Participant | None:
    """An organization's part in a recording."""
    statement = select(Participant).where(
        Participant.recording_id == recording_id, Participant.org_id == org_id
    )
    return session.exec(statement).first()


def under_way(
    session: Session, from_ms: int, org_ids: Collection[str] | None = None
) -> Sequence[tuple[Participant, Recording]]:
    """Who was being recorded at a moment or later, in which recording."""
    statement = (
        select(Participant, Recording)
        .join(Recording, col(Recording.id) == Participant.recording_id)
        .where(
            col(Participant.joined_ms).is_not(None),
            or_(col(Participant.left_ms).is_(None), col(Participant.left_ms) > from_ms),
            col(Recording.ends_ms) > from_ms,
        )
    )
    if org_ids is not None:
        statement = statement.where(col(Participant.org_id).in_(org_ids))
    return session.exec(statement).all()


def steps(session: Session, recording_id: str) -> list[Step]:
    """What was done, in its order."""
    statement = select(Step).where(Step.recording_id == recording_id)
    return list(session.exec(statement.order_by(col(Step.began_ns), col(Step.seq))))


def steps_of_request(session: Session, entry: RequestEntry) -> list[Step]:
    """The steps that a request of the log can be, in recordings of the same organization's own."""
    first_ns = entry.created_ms * 1_000_000
    statement = (
        select(Step)
        .join(Recording, col(Recording.id) == Step.recording_id)
        .where(
            Recording.org_id == entry.org_id,
            Step.org_id == entry.org_id,
            Step.key_id == entry.key_id,
            Step.method == entry.method,
            Step.path == entry.path,
            Step.status == entry.status,
            col(Step.began_ns) >= first_ns,
            col(Step.began_ns) < first_ns + 1_000_000,
        )
        .order_by(col(Step.seq))
    )
    found = list(session.exec(statement))
    # Several recordings may have run at a time; the newest tells it as well as the others.
    return [step for step in found if step.recording_id == found[-1].recording_id]


def remove(session: Session, recording_ids: Collection[str]) -> None:
    """Delete recordings with all that is in them."""
    connection = session.connection()
    connection.execute(delete(Step).where(col(Step.recording_id).in_(recording_ids)))
    connection.execute(delete(Participant).where(col(Participant.recording_id).in_(recording_ids)))
    connection.execute(delete(Recording).where(col(Recording.id).in_(recording_ids)))


def expired(session: Session, before_ms: int, at_most: int) -> list[str]:
    """Recordings that were begun before a moment."""
    statement = select(Recording.id).where(col(Recording.started_ms) < before_ms).limit(at_most)
    return list(session.exec(statement))


def blank(session: Session, resource_id: str) -> None:
    """Empty the steps that are about a thing: in their address, what was sent or answered."""
    about = [
        cast(column, Text).contains(resource_id, autoescape=True)
        for column in (col(Step.path), col(Step.body), col(Step.answer))
    ]
    rows = update(Step).where(and_(col(Step.erased).is_(False), or_(*about)))
    session.connection().execute(rows.values(body=None, answer=None, erased=True))


def erased_among(session: Session, ids: Collection[str]) -> set[str]:
    """Which of these things were erased."""
    found: set[str] = set()
    for some in _portions(ids):
        statement = select(Erasure.resource_id).where(col(Erasure.resource_id).in_(some))
        found.update(session.exec(statement))
    return found


def outcomes(session: Session, transaction_ids: Collection[str]) -> dict[str, tuple[str, Any]]:
    """Status and error of transactions, by their ids."""
    found: dict[str, tuple[str, Any]] = {}
    for some in _portions(transaction_ids):
        statement = select(Transaction.id, Transaction.status, Transaction.error).where(
            col(Transaction.id).in_(some)
        )
        found |= {id_: (status, error) for id_, status, error in session.exec(statement)}
    return found


def _portions(values: Collection[str]) -> Iterator[list[str]]:
    """So many at a time as a statement can name."""
    waiting = iter(values)
    while some := list(islice(waiting, 5000)):
        yield some
