"""What is done about webhooks by the clock."""

from sqlalchemy import delete
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

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
    old = session.exec(ended(now_ms - KEPT_DAYS * 86_400_000)).all()
    session.exec(delete(Attempt).where(col(Attempt.delivery_id).in_(old)))
    session.exec(delete(Delivery).where(col(Delivery.id).in_(old)))
    return len(old)


def ended(before_ms: int) -> SelectOfScalar[str]:
    """Deliveries that were begun before a moment and have ended, the oldest first."""
    return (
        select(Delivery.id)
        .where(Delivery.state != DeliveryState.PENDING, col(Delivery.created_ms) < before_ms)
        .order_by(col(Delivery.created_ms))
        .limit(_AT_ONCE)
    )


JOBS = [Job("webhooks.forget", "23 * * * *", forget, portion=_AT_ONCE)]
