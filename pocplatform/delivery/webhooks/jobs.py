"""What is done about webhooks by the clock."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from pocplatform.delivery.webhooks.models import Attempt, Delivery, DeliveryState
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

KEPT_DAYS = 30
"""How long the log of a delivery is kept that has ended."""
_AT_ONCE = 1000


def forget(session: Session, _outbox: Outbox, now_ms: int) -> int:
    """Delete deliveries that have ended long ago, with their attempts; how many.

    What has happened stays in the event log.
    """
    before = now_ms - KEPT_DAYS * 86_400_000
    old = session.exec(
        select(Delivery.id)
        .where(Delivery.state != DeliveryState.PENDING, col(Delivery.created_ms) < before)
        .order_by(col(Delivery.seq))
        .limit(_AT_ONCE)
    ).all()
    session.exec(delete(Attempt).where(col(Attempt.delivery_id).in_(old)))
    session.exec(delete(Delivery).where(col(Delivery.id).in_(old)))
    return len(old)


JOBS = [Job("webhooks.forget", "23 * * * *", forget, portion=_AT_ONCE)]
