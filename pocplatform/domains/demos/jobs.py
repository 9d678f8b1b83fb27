"""Forgetting, by the clock, visits that are over, with the runs of demos that were begun in them.

What they have done stays: the organizations, the chain, and receipts, which anybody may check.
"""

from sqlmodel import Session

from pocplatform.domains.demos import repository
from pocplatform.domains.visits import repository as visits
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

_AT_ONCE = 200


def forget(session: Session, _outbox: Outbox, now_ms: int) -> int:
    """Delete visits that are over; how many."""
    over = session.exec(visits.over(now_ms, _AT_ONCE)).all()
    repository.remove_of_visits(session, over)
    visits.remove(session, over)
    return len(over)


JOBS = [Job("visits.forget", "40 * * * *", forget, portion=_AT_ONCE)]
