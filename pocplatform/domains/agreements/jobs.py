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
from pocplatform.outbox.models import UNSETTLED
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import operator_address

_HOUR_MS = 3_600_000
_DAY_S = 86_400
_AT_ONCE = 200
"""Acts of one run: others may write between."""
SIGN_SOON_S = 3 * _DAY_S
DUE_SOON_S = 3 * _DAY_S
REVIEW_SOON_S = 2 * _DAY_S
ENDS_SOON_S = 7 * _DAY_S


def expire(session: Session, outbox: Outbox, now_ms: int) -> int:
    """End the agreements whose time has run out; what was not delivered goes back."""
    ground, by = Ground(session, outbox), Caller(operator_address(session), None)
    acts = (
        partial(deadlines.expire, ground, agreement, by)
        for agreement in deadlines.ended(session, now_ms // 1000)
        if not _is_tried(session, agreement, by, "expire", None, now_ms)
    )
    return _attempt(acts)


def auto_accept(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Pay the deliveries that nobody accepted or disputed in time."""
    return _settle(session, outbox, now_ms, "delivered", "acceptBySilence")


def auto_resolve(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Divide what no arbiter has settled in time, by the share agreed beforehand."""
    return _settle(session, outbox, now_ms, "disputed", "resolveByFallback")


def _settle(session: Session, outbox: Outbox, now_ms: int, state: str, function: str) -> int:
    ground, by = Ground(session, outbox), Caller(operator_address(session), None)
    acts = (
        partial(deadlines.settle, ground, one.agreement, one.state.index, by)
        for one in deadlines.waiting(session, state)
        if one.until < now_ms // 1000
        and not _is_tried(session, one.agreement, by, function, one.state.index, now_ms)
    )
    return _attempt(acts)


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


def _is_tried(
    session: Session,
    agreement: Agreement,
    by: Caller,
    function: str,
    milestone: int | None,
    now_ms: int,
) -> bool:
    """Whether the operator's write is on its way, or came to nothing within the last hour.

    Those of others do not count: they could hold it off without end.
    """
    for row in repository.writes(session, agreement.id, function, by.address):
        if milestone is not None and row.arguments.get("milestone") not in (
            milestone,
            str(milestone),
        ):
            continue
        if row.status in UNSETTLED or row.updated_ms > now_ms - _HOUR_MS:
            return True
    return False


def remind(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Tell those whose turn it is, once for each deadline, in the event log."""
    now = now_ms // 1000
    found = [
        *_to_sign(session, now),
        *_to_deliver(session, now),
        *_to_review(session, now),
        *_ending(session, now),
    ]
    before = events.last_seq(session)
    events.append(session, found)  # but those that were told before
    return events.last_seq(session) - before


def _to_sign(session: Session, now: int) -> Iterator[events.NewEvent]:
    for agreement in repository.drafts(session, now, now + SIGN_SOON_S):
        sign_by = agreement.terms["signBy"]
        missing = [
            person.address
            for person in repository.people(session, agreement.id)
            if person.index is not None and person.signature is None and person.address
        ]
        if missing and now <= sign_by <= now + SIGN_SOON_S:
            yield _event("agreement.signature_due", agreement, sign_by, missing)


def _to_deliver(session: Session, now: int) -> Iterator[events.NewEvent]:
    for agreement, row in repository.milestones_in(session, "funded"):
        terms = versions.in_force(session, agreement).terms
        milestone = terms["milestones"][row.index]
        if now <= milestone["dueAt"] <= now + DUE_SOON_S:
            who = [terms["parties"][milestone["provider"]]["account"]]
            yield _event("milestone.due_soon", agreement, milestone["dueAt"], who, row.index)


def _to_review(session: Session, now: int) -> Iterator[events.NewEvent]:
    for one in deadlines.waiting(session, "delivered"):
        if now <= one.until <= now + REVIEW_SOON_S:
            terms = one.version.terms
            payer = terms["milestones"][one.state.index]["payer"]
            who = [terms["parties"][payer]["account"]]
            yield _event("milestone.review_ending", one.agreement, one.until, who, one.state.index)


def _ending(session: Session, now: int) -> Iterator[events.NewEvent]:
    for agreement in repository.ending(session, now, now + ENDS_SOON_S):
        ends = versions.in_force(session, agreement).terms["deal"]["expiresAt"]
        if now <= ends <= now + ENDS_SOON_S:
            who = repository.addresses_of_hash(session, agreement.agreement_hash)
            yield _event("agreement.ends_soon", agreement, ends, who)


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
    source = f"{agreement.id}:{milestone}:{deadline}"
    return events.NewEvent(type_, data, source, who)


JOBS = [
    Job("agreements.expire", "*/5 * * * *", expire),
    Job("agreements.auto_accept", "* * * * *", auto_accept),
    Job("agreements.auto_resolve", "* * * * *", auto_resolve),
    Job("agreements.remind", "*/15 * * * *", remind),
]
