"""What webhooks ask of their tables."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, false
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.delivery.webhooks.models import Attempt, Delivery, DeliveryState, Webhook
from pocplatform.events.models import Event


def visible_to(org_id: str | None) -> SelectOfScalar[Webhook]:
    """The webhooks of a tenant; the organisers have their own, as everybody."""
    return select(Webhook).where(col(Webhook.org_id) == org_id)


def by_id(session: Session, webhook_id: str) -> Webhook | None:
    """A webhook of anybody's."""
    return session.exec(select(Webhook).where(Webhook.id == webhook_id)).first()


def count(session: Session, org_id: str | None) -> int:
    """How many a tenant has."""
    return session.exec(select(func.count()).select_from(visible_to(org_id).subquery())).one()


def enabled(session: Session, tenants: Collection[str | None] | None = None) -> list[Webhook]:
    """Those that something is sent to: all, or those of some organizations (None for the
    organisers)."""
    statement = select(Webhook).where(col(Webhook.disabled_reason).is_(None))
    if tenants is not None:
        of_one = col(Webhook.org_id).in_(tenant for tenant in tenants if tenant is not None)
        own = col(Webhook.org_id).is_(None) if None in tenants else false()
        statement = statement.where(or_(own, of_one))
    return list(session.exec(statement.order_by(col(Webhook.seq))))


def deliveries_of(webhook_id: str) -> SelectOfScalar[Delivery]:
    """The deliveries of a webhook."""
    return select(Delivery).where(Delivery.webhook_id == webhook_id)


def delivery(session: Session, delivery_id: str) -> Delivery | None:
    """A delivery of anybody's."""
    return session.exec(select(Delivery).where(Delivery.id == delivery_id)).first()


def pending(session: Session) -> list[Delivery]:
    """Everything that is on its way, in the order in which it is to be begun."""
    statement = select(Delivery).where(Delivery.state == DeliveryState.PENDING)
    return list(session.exec(statement.order_by(col(Delivery.seq))))


def count_pending(session: Session, webhook_id: str) -> int:
    """How many deliveries of a webhook are on their way."""
    statement = select(func.count()).where(
        Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.PENDING
    )
    return session.exec(statement).one()


def next_number(session: Session, webhook_id: str, event_seq: int) -> int:
    """The number of one more delivery of the same event."""
    statement = select(func.max(Delivery.number)).where(
        Delivery.webhook_id == webhook_id, Delivery.event_seq == event_seq
    )
    newest: int | None = session.exec(statement).one()
    return 0 if newest is None else newest + 1


def attempts_of(session: Session, delivery_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """The attempts of some deliveries, oldest first."""
    found: dict[str, list[Attempt]] = {id_: [] for id_ in delivery_ids}
    statement = (
        select(Attempt).where(col(Attempt.delivery_id).in_(delivery_ids)).order_by(col(Attempt.seq))
    )
    for attempt in session.exec(statement):
        found[attempt.delivery_id].append(attempt)
    return found


def events_by_seq(session: Session, numbers: Collection[int]) -> dict[int, Event]:
    """Events by their numbers."""
    found = session.exec(select(Event).where(col(Event.seq).in_(numbers)))
    return {event.seq or 0: event for event in found}


def remove(session: Session, webhook: Webhook) -> None:
    """Delete a webhook with its deliveries and their attempts."""
    of_webhook = select(Delivery.id).where(Delivery.webhook_id == webhook.id)
    session.exec(delete(Attempt).where(col(Attempt.delivery_id).in_(of_webhook)))
    session.exec(delete(Delivery).where(col(Delivery.webhook_id) == webhook.id))
    session.delete(webhook)
