"""Forgetting requests and recordings, by the clock."""

from sqlmodel import Session

from pocplatform.domains.recordings import repository
from pocplatform.domains.recordings.service import KEPT_MS
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

KEPT_DAYS = 7
"""How long a request stays in the log."""
_AT_ONCE = 1000
_RECORDINGS_AT_ONCE = 10
"""Of up to four megabytes each."""


def forget(session: Session, _outbox: Outbox, now_ms: int) -> int:
    """Delete old requests and old recordings; how many requests, or as many as call for more."""
    old = repository.expired(session, now_ms - KEPT_MS, at_most=_RECORDINGS_AT_ONCE)
    repository.remove(session, old)
    forgotten = repository.forget_requests(
        session, before_ms=now_ms - KEPT_DAYS * 86_400_000, at_most=_AT_ONCE
    )
    return _AT_ONCE if len(old) == _RECORDINGS_AT_ONCE else forgotten


JOBS = [Job("requests.forget", "*/10 * * * *", forget, portion=_AT_ONCE)]
