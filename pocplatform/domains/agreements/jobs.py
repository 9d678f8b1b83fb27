"""Work by the clock: agreements that end, deliveries that silence accepts, reminders.

The operator pays for what the sandbox does here; the contract lets anybody do it. A write that was
refused is not tried again for an hour: what the contract says will not change every minute.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any

from sqlmodel import Session

from pocplatform.domains.agreements import deadlines, repository, versions
from pocplatform.domains.agreements.context import Caller, Ground
from pocplatform.domains.agreements.models import Agreement
from pocplatform.events import log as events
from pocplatform.kit.clock import iso_s
from pocplatform.outbox.errors import ContractReverted, QueueFull
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import operator_address

_DAY_S = 86_400
_AT_ONCE = 200
"""Acts of one run, and rows that are looked at together: others may write between."""
SIGN_SOON_S = 3 * _DAY_S
DUE_SOON_S = 3 * _DAY_S
REVIEW_SOON_S = 2 * _DAY_S
ENDS_SOON_S = 7 * _DAY_S


def expire(session: Session, outbox: Outbox, now_ms: int) -> int:
    """End the agreements whose time has run out; what was not delivered goes back."""
    ground, by = Ground(session, outbox), Caller(operator_address(session), None)
    acts = (
        partial(deadlines.expire, ground, agreement, by)
        for agreement in _ended(session, by.address, now_ms)
    )
    return _attempt(acts)


def _ended(session: Session, operator: str, now_ms: int) -> Iterator[Agreement]:
    after = (0, "")
    while rows := session.exec(repository.ended(operator, now_ms, after, _AT_ONCE)).all():
        yield from (agreement for agreement, _ in rows)
        last = rows[-1][1]
        after = (last.ends_at or 0, last.agreement_hash)


def auto_accept(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Pay the deliveries that nobody accepted or disputed in time."""
    return _settle(session, outbox, now_ms, "delivered", "acceptBySilence")


def auto_resolve(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Divide what no arbiter has settled in time, by the share agreed beforehand."""
    return _settle(session, outbox, now_ms, "disputed", "resolveByFallback")


def _settle(session: Session, outbox: Outbox, now_ms: int, state: str, function: str) -> int:
    ground, by = Ground(session, outbox), Caller(operator_address(session), None)
    acts = (
        partial(deadlines.settle, ground, agreement, milestone, by)
        for agreement, milestone in _overdue(session, state, function, by.address, now_ms)
    )
    return _attempt(acts)


def _overdue(
    session: Session, state: str, function: str, operator: str, now_ms: int
) -> Iterator[tuple[Agreement, int]]:
    after = (0, "", -1)
    while rows := session.exec(
        repository.overdue(state, function, operator, now_ms, after, _AT_ONCE)
    ).all():
        yield from ((agreement, row.index) for agreement, row in rows)
        last = rows[-1][1]
        after = (last.due_at or 0, last.agreement_hash, last.index)


def _attempt(acts: Iterable[Callable[[], Write]]) -> int:
    """How many writes were accepted; one that is refused must not keep the others from theirs.

    What there is no room for now, or is more than a run does, is left to a later run.
    """
    done = 0
    for act in acts:
        try:
            act()
        except ContractReverted:
            continue
        except QueueFull:
            break
        done += 1
        if done == _AT_ONCE:
            break
    return done


def remind(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Tell those whose turn it is, once for each deadline, in the event log."""
    now = now_ms // 1000
    found = [
        *_to_sign(session, now),
        *_to_deliver(session, now),
        *_to_review(session, now),
        *_ending(session, now),
    ]
    events.append(session, found)
    return len(found)


def _to_sign(session: Session, now: int) -> Iterator[events.NewEvent]:
    type_ = "agreement.signature_due"
    soon = repository.unsigned(type_, now, now + SIGN_SOON_S, _AT_ONCE)
    for agreement in session.exec(soon).all():
        missing = [
            person.address
            for person in repository.people(session, agreement.id)
            if person.index is not None and person.signature is None and person.address
        ]
        yield _event(type_, agreement, agreement.sign_by, missing)


def _to_deliver(session: Session, now: int) -> Iterator[events.NewEvent]:
    yield from _due(session, "milestone.due_soon", "funded", "provider", now, DUE_SOON_S)


def _to_review(session: Session, now: int) -> Iterator[events.NewEvent]:
    yield from _due(session, "milestone.review_ending", "delivered", "payer", now, REVIEW_SOON_S)


def _due(
    session: Session, type_: str, state: str, role: str, now: int, soon_s: int
) -> Iterator[events.NewEvent]:
    """Reminders of milestones in a state; to the party in ``role``, whose turn it is then."""
    soon = repository.due(type_, state, now, now + soon_s, _AT_ONCE)
    for agreement, row in session.exec(soon).all():
        terms = versions.in_force(session, agreement).terms
        who = terms["parties"][terms["milestones"][row.index][role]]["account"]
        yield _event(type_, agreement, row.due_at or 0, [who], row.index)


def _ending(session: Session, now: int) -> Iterator[events.NewEvent]:
    type_ = "agreement.ends_soon"
    soon = repository.ending(type_, now, now + ENDS_SOON_S, _AT_ONCE)
    for agreement, state in session.exec(soon).all():
        who = repository.addresses_of_hash(session, agreement.agreement_hash)
        yield _event(type_, agreement, state.ends_at or 0, who)


def _event(
    type_: str,
    agreement: Agreement,
    deadline: int,
    who: Collection[str],
    milestone: int | None = None,
) -> events.NewEvent:
    data: dict[str, Any] = {
        "agreement": agreement.id,
        "agreement_hash": agreement.agreement_hash,
        "deadline": iso_s(deadline),
    }
    if milestone is not None:
        data["milestone"] = milestone
    source = repository.reminder_source(agreement.id, milestone, deadline)
    return events.NewEvent(type_, data, source, who)


JOBS = [
    Job("agreements.expire", "*/5 * * * *", expire),
    Job("agreements.auto_accept", "* * * * *", auto_accept),
    Job("agreements.auto_resolve", "* * * * *", auto_resolve),
    Job("agreements.remind", "*/15 * * * *", remind, portion=_AT_ONCE),
]
