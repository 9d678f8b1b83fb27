"""Keeping the request log, and recording what organizations do."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlmodel import Session

from pocplatform.domains.organizations.repository import by_id as organization_by_id
from pocplatform.domains.recordings import redaction, repository
from pocplatform.domains.recordings.errors import RecordingOver, TooManyRecordings
from pocplatform.domains.recordings.models import Participant, Recording, RequestEntry, Step
from pocplatform.domains.recordings.schemas import (
    RecordedExchange,
    RecordedOrganization,
    RecordingCreate,
    RecordingRead,
    RequestDetail,
    RequestRead,
)
from pocplatform.kit.bulk import insert_many
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.exchange import Exchange
from pocplatform.kit.ids import new_id

PORTION = 500
"""Requests of one tenant that are stored at a time, which is once in a second: the newest."""
RUNS_MS = 24 * 3600 * 1000
"""A recording ends by itself after a day."""
KEPT_MS = 30 * 24 * 3600 * 1000
"""It is deleted after thirty."""
MOST_STEPS = 500
MOST_BYTES = 4_000_000
_MOST, _MOST_RUNNING = 100, 10
_ERASABLE = re.compile(r"\b(?:crd|agr|inv)_[0-9a-f]{24}\b")


requests_of, recordings_of = repository.requests_of, repository.recordings_of


def noting(kept: int) -> Callable[[Session, Sequence[Exchange]], None]:
    """What stores requests that were answered.

    Args:
        kept: How many the request log keeps of a tenant, to a tenth; 0 keeps none.
    """
    stored: Counter[str | None] = Counter()

    def store(session: Session, exchanges: Sequence[Exchange]) -> None:
        if kept:
            stored.update(_store_entries(session, exchanges))
            for tenant in [one for one, number in stored.items() if number * 10 >= kept]:
                del stored[tenant]
                repository.trim_requests(session, tenant, kept)
        whole = [one for one in exchanges if one.body is not None and one.org_id is not None]
        if whole:
            _store_steps(session, whole)

    return store


def _store_entries(session: Session, exchanges: Sequence[Exchange]) -> Counter[str | None]:
    """The newest of each tenant; how many."""
    chosen: list[Exchange] = []
    number: Counter[str | None] = Counter()
    for one in reversed(exchanges):
        if number[one.org_id] < PORTION:
            number[one.org_id] += 1
            chosen.append(one)
    rows = [
        {
            "id": one.id,
            "org_id": one.org_id,
            "key_id": one.key_id,
            "method": one.method,
            "path": one.path,
            "status": one.status,
            "code": one.code,
            "duration_us": one.duration_us,
            "created_ms": one.began_ns // 1_000_000,
        }
        for one in reversed(chosen)
    ]
    insert_many(session.connection(), RequestEntry, rows)
    return number


def _store_steps(session: Session, exchanges: Sequence[Exchange]) -> None:
    first_ms = min(one.began_ns for one in exchanges) // 1_000_000
    org_ids = {one.org_id for one in exchanges if one.org_id is not None}
    parts = repository.under_way(session, first_ms, org_ids)
    for one in sorted(exchanges, key=lambda one: one.began_ns):
        for part, recording in parts:
            if part.org_id == one.org_id and _in_time(one.began_ns // 1_000_000, part, recording):
                _add_step(session, recording, one)


def _in_time(at_ms: int, part: Participant, recording: Recording) -> bool:
    ends_ms = recording.ends_ms if part.left_ms is None else min(recording.ends_ms, part.left_ms)
    return part.joined_ms is not None and part.joined_ms <= at_ms < ends_ms


def _add_step(session: Session, recording: Recording, one: Exchange) -> None:
    if one.replayed or one.path == "/v1/batch":  # what is in a batch is a request by itself
        return
    if one.left_out:
        recording.full = True
        session.add(recording)
        return
    body = redaction.without_secrets(redaction.parsed(one.body))
    answer = None
    if one.status < 300:
        whole = redaction.parsed(one.answer)
        if whole is None and one.method == "GET":
            return  # a file or a stream
        answer = redaction.kept_of_answer(redaction.without_secrets(whole))
    text = one.path + json.dumps([body, answer])
    erased = bool(repository.erased_among(session, set(_ERASABLE.findall(text))))
    size = len(text)
    if recording.steps >= MOST_STEPS or recording.size + size > MOST_BYTES:
        recording.full = True
        session.add(recording)
        return
    recording.steps += 1
    recording.size += size
    session.add(recording)
    session.add(
        Step(
            recording_id=recording.id,
            began_ns=one.began_ns,
            org_id=str(one.org_id),
            key_id=one.key_id,
            address=one.address,
            method=one.method,
            path=one.path,
            query=one.query[:2000] if one.method == "GET" else "",
            status=one.status,
            code=one.code,
            simulate=one.simulate,
            body=None if erased else body,
            answer=None if erased else answer,
            erased=erased,
        )
    )


def recorded(session: Session) -> frozenset[str]:
    """The organizations whose requests are to be kept whole, since they record now."""
    return frozenset(part.org_id for part, _ in repository.under_way(session, now_ms()))


def read_requests(session: Session, rows: Sequence[RequestEntry]) -> list[RequestRead]:
    """Requests as they are shown."""
    names = repository.key_names(session, {row.key_id for row in rows if row.key_id is not None})
    return [
        RequestRead(
            id=row.id,
            method=row.method,
            path=row.path,
            status=row.status,
            code=row.code,
            duration_ms=row.duration_us / 1000,
            key=row.key_id,
            key_name=names.get(row.key_id or ""),
            created=iso(row.created_ms),
        )
        for row in rows
    ]


def read_request(session: Session, org_id: str | None, request_id: str) -> RequestDetail:
    """A request of a tenant's log, with what was recorded of it. Raises :class:`NotFound`."""
    statement = repository.requests_of(org_id).where(RequestEntry.id == request_id)
    entry = session.exec(statement).first()
    if entry is None:
        raise NotFound("There is no request {id} in your log.", id=request_id)
    shown = read_requests(session, [entry])[0]
    # Of several alike in one millisecond nobody can say which was which.
    steps = repository.steps_of_request(session, entry)
    recorded = None
    if len(steps) == 1:
        (step,) = steps
        recorded = RecordedExchange(
            recording=step.recording_id,
            query=step.query,
            body=step.body,
            answer=step.answer,
            erased=step.erased,
        )
    return RequestDetail(**shown.model_dump(), recorded=recorded)


def start(session: Session, org_id: str, request: RecordingCreate, opening_cents: int) -> Recording:
    """Begin to record an organization.

    Raises :class:`TooManyRecordings`, and :class:`InvalidInput` for an organization that is not
    there.
    """
    now = now_ms()
    number, running = repository.count_recordings(session, org_id, now)
    if number >= _MOST or running >= _MOST_RUNNING:
        raise TooManyRecordings(
            "Your organization has {number} recordings, of which {running} run: {most} and "
            "{most_running} are the most.",
            next_step="Stop one, or delete one that you do not need.",
            number=number,
            running=running,
            most=_MOST,
            most_running=_MOST_RUNNING,
        )
    recording = Recording(
        id=new_id("rec"),
        org_id=org_id,
        name=request.name,
        started_ms=now,
        ends_ms=now + RUNS_MS,
    )
    session.add(recording)
    session.add(
        Participant(
            recording_id=recording.id, org_id=org_id, joined_ms=now, opening_cents=opening_cents
        )
    )
    session.flush()
    for place, other in enumerate(dict.fromkeys(request.organizations)):
        if other == org_id:
            continue
        if organization_by_id(session, other) is None:
            raise InvalidInput(
                "There is no organization {who}.", param=f"organizations.{place}", who=other
            )
        session.add(Participant(recording_id=recording.id, org_id=other))
    session.flush()
    return recording


def find(session: Session, recording_id: str) -> Recording:
    """A recording of anybody's. Raises :class:`NotFound`."""
    found = repository.recording(session, recording_id)
    if found is None:
        raise NotFound("There is no recording {id}.", id=recording_id)
    return found


def get(session: Session, org_id: str, recording_id: str) -> Recording:
    """A recording of one's own. Raises :class:`NotFound`."""
    found = session.exec(
        repository.recordings_of(org_id).where(Recording.id == recording_id)
    ).first()
    if found is None:
        raise NotFound("There is no recording {id}.", id=recording_id)
    return found


def _part(session: Session, org_id: str, recording_id: str) -> tuple[Participant, Recording]:
    """One's own part in a recording. Raises :class:`NotFound`."""
    part = repository.participant(session, recording_id, org_id)
    if part is None:
        raise NotFound("There is no recording {id}.", id=recording_id)
    return part, find(session, recording_id)


def running(recording: Recording) -> bool:
    """Whether it takes what is done now."""
    return not recording.stopped and recording.ends_ms > now_ms()


def join(session: Session, org_id: str, recording_id: str, opening_cents: int) -> Recording:
    """Let one's own requests be recorded in a recording to which one was invited.

    Raises :class:`NotFound`, and :class:`RecordingOver`.
    """
    part, recording = _part(session, org_id, recording_id)
    if part.joined_ms is not None and part.left_ms is None:
        return recording
    if not running(recording):
        raise RecordingOver(
            "The recording {id} has ended.", next_step="Ask for a new one.", id=recording_id
        )
    if part.joined_ms is None:
        part.opening_cents = opening_cents
    part.joined_ms, part.left_ms = now_ms(), None
    session.add(part)
    session.flush()
    return recording


def leave(session: Session, org_id: str, recording_id: str) -> Recording:
    """Let one's own requests be recorded no more. Leaving again changes nothing.

    Raises :class:`NotFound`.
    """
    part, recording = _part(session, org_id, recording_id)
    if part.joined_ms is not None and part.left_ms is None:
        part.left_ms = now_ms()
        session.add(part)
        session.flush()
    return recording


def stop(session: Session, org_id: str, recording_id: str) -> Recording:
    """End a recording of one's own. Stopping again changes nothing. Raises :class:`NotFound`."""
    recording = get(session, org_id, recording_id)
    if running(recording):
        recording.stopped, recording.ends_ms = True, now_ms()
        session.add(recording)
        session.flush()
    return recording


def delete(session: Session, org_id: str, recording_id: str) -> None:
    """Delete a recording of one's own with all that is in it. Raises :class:`NotFound`."""
    repository.remove(session, [get(session, org_id, recording_id).id])


def read(session: Session, recording: Recording) -> RecordingRead:
    """A recording as it is shown."""
    return RecordingRead(
        id=recording.id,
        name=recording.name,
        state="running" if running(recording) else "stopped",
        steps=recording.steps,
        full=recording.full,
        organizations=[
            RecordedOrganization(id=part.org_id, part=_part_of(part, recording))
            for part in repository.participants(session, recording.id)
        ],
        created=iso(recording.started_ms),
        ends=iso(recording.ends_ms),
        expires=iso(recording.started_ms + KEPT_MS),
    )


def _part_of(
    part: Participant, recording: Recording
) -> Literal["owner", "invited", "joined", "left"]:
    if part.org_id == recording.org_id:
        return "owner"
    if part.joined_ms is None:
        return "invited"
    return "joined" if part.left_ms is None else "left"


def failures(session: Session, steps: Sequence[Step]) -> Mapping[int, str]:
    """Steps that were accepted, and whose transactions have failed later: their error's code."""
    found = {step.seq or 0: set(_transactions(step.answer)) for step in steps if step.status == 202}
    known = repository.outcomes(session, {id_ for ids in found.values() for id_ in ids})
    failed = {id_ for id_, (status, _) in known.items() if status in ("reverted", "refused")}
    return {seq: "contract_reverted" for seq, ids in found.items() if ids & failed}


def _transactions(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        if answer.get("object") == "transaction":
            yield str(answer.get("id"))
        for item in answer.values():
            yield from _transactions(item)
    elif isinstance(answer, list):
        for item in answer:
            yield from _transactions(item)


def blank(session: Session, things: Collection[str]) -> None:
    """Forget what was recorded about things that were erased, by their ids."""
    for thing in things:
        repository.blank(session, thing)
