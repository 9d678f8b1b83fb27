"""Forgetting, by the clock, sessions of signing in that are over."""

from sqlmodel import Session

from pocplatform.domains.wallets import repository
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

_AT_ONCE = 1000


def forget(session: Session, _outbox: Outbox, now_ms: int) -> int:
    """Delete sessions that have expired; how many."""
    return repository.remove_expired(session, now_ms, _AT_ONCE)


JOBS = [Job("sessions.forget", "50 * * * *", forget, portion=_AT_ONCE)]
