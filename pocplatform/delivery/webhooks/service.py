"""Deciding about webhooks: making and changing them, and what is shown of them."""

from collections.abc import Sequence

from sqlmodel import Session

from pocplatform.chain.vault import Vault
from pocplatform.delivery.webhooks import repository
from pocplatform.delivery.webhooks.errors import TooManyWebhooks, WebhookDisabled
from pocplatform.delivery.webhooks.models import Attempt, Delivery, Webhook
from pocplatform.delivery.webhooks.schemas import (
    AttemptRead,
    DeliveryRead,
    WebhookCreate,
    WebhookRead,
    WebhookUpdate,
)
from pocplatform.delivery.webhooks.signing import new_secret
from pocplatform.events import log as event_log
from pocplatform.events.log import NewEvent, last_seq
from pocplatform.events.models import Event
from pocplatform.events.types import nearest
from pocplatform.http.state import Actor
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id

AT_MOST = 20
"""Webhooks of a tenant."""

TEST_EVENT = "webhook.test"


def create(
    session: Session, vault: Vault, actor: Actor, request: WebhookCreate, url: str
) -> Webhook:
    """A new webhook, for what happens from now on.

    Raises :class:`TooManyWebhooks`, and :class:`InvalidInput` for types that there are none of.
    """
    _check_types(request.event_types)
    if repository.count(session, actor.org_id) >= AT_MOST:
        raise TooManyWebhooks(
            "You have {count} webhooks, which is as many as may be.",
            next_step="Delete one with DELETE /v1/webhooks/{{id}}, or let one get more types of "
            "events.",
            count=AT_MOST,
        )
    id_ = new_id("whk")
    webhook = Webhook(
        id=id_,
        org_id=actor.org_id,
        address=None if actor.org_id is None else actor.address,
        url=url,
        description=request.description,
        event_types=request.event_types,
        metadata_=request.metadata,
        secret=vault.seal(new_secret().encode(), id_),
        after_seq=last_seq(session),
        created_ms=now_ms(),
    )
    session.add(webhook)
    session.flush()
    return webhook


def _check_types(patterns: Sequence[str]) -> None:
    for index, pattern in enumerate(patterns):
        if (meant := nearest(pattern)) is not None:
            raise InvalidInput(
                "There are no events of the type {given}; the nearest is {nearest}.",
                next_step="The types are listed in docs/api.md, and in the section webhooks of "
                "/openapi.json.",
                param=f"event_types[{index}]",
                given=pattern,
                nearest=meant,
            )


def get(session: Session, org_id: str | None, webhook_id: str) -> Webhook:
    """A webhook of this tenant. Raises :class:`NotFound`."""
    found = session.exec(repository.visible_to(org_id).where(Webhook.id == webhook_id)).first()
    if found is None:
        raise NotFound("There is no webhook {webhook_id}.", webhook_id=webhook_id)
    return found


def update(
    session: Session, org_id: str | None, webhook_id: str, request: WebhookUpdate, url: str | None
) -> Webhook:
    """Change what is given.

    Raises :class:`NotFound`, and :class:`InvalidInput` for types that there are none of.
    """
    webhook = get(session, org_id, webhook_id)
    if url is not None:
        webhook.url = url
    if request.event_types is not None:
        _check_types(request.event_types)
        webhook.event_types = request.event_types
    if request.description is not None:
        webhook.description = request.description
    if request.metadata is not None:
        webhook.metadata_ = request.metadata
    if request.disabled:
        webhook.disabled_reason = webhook.disabled_reason or "by_hand"
    elif request.disabled is False and webhook.disabled_reason is not None:
        webhook.disabled_reason = None
        webhook.after_seq = last_seq(session)  # what happened meanwhile is not sent
    session.add(webhook)
    session.flush()
    return webhook


def delete(session: Session, org_id: str | None, webhook_id: str) -> None:
    """Delete a webhook with its log. Raises :class:`NotFound`."""
    repository.remove(session, get(session, org_id, webhook_id))


def rotate_secret(
    session: Session, vault: Vault, org_id: str | None, webhook_id: str, overlap_s: int
) -> Webhook:
    """A new secret; the old one signs too for ``overlap_s`` seconds. Raises :class:`NotFound`."""
    webhook = get(session, org_id, webhook_id)
    webhook.previous_secret = webhook.secret if overlap_s else None
    webhook.previous_until_ms = now_ms() + overlap_s * 1000 if overlap_s else None
    webhook.secret = vault.seal(new_secret().encode(), webhook.id)
    session.add(webhook)
    session.flush()
    return webhook


def secret_of(vault: Vault, webhook: Webhook) -> str:
    """The secret in force."""
    return vault.open(webhook.secret, webhook.id).decode()


def secrets_of(vault: Vault, webhook: Webhook, at_ms: int) -> list[str]:
    """All secrets that sign at a moment, the one in force first."""
    secrets = [secret_of(vault, webhook)]
    if webhook.previous_secret is not None and (webhook.previous_until_ms or 0) > at_ms:
        secrets.append(vault.open(webhook.previous_secret, webhook.id).decode())
    return secrets


def test(session: Session, org_id: str | None, webhook_id: str) -> Delivery:
    """Send a test event to this endpoint, whatever types it wants.

    Raises :class:`NotFound`, and :class:`WebhookDisabled`.
    """
    webhook = _enabled(session, org_id, webhook_id)
    id_ = new_id("dlv")
    event_log.append(
        session,
        [
            NewEvent(
                TEST_EVENT,
                {"webhook": webhook.id, "message": "It works."},
                source=id_,
                audience=[webhook.address] if webhook.address else [],
            )
        ],
    )
    return _deliver(session, webhook, last_seq(session), id_)


def redeliver(session: Session, org_id: str | None, webhook_id: str, delivery_id: str) -> Delivery:
    """Send the event of a delivery once more, as a delivery of its own.

    Raises :class:`NotFound`, and :class:`WebhookDisabled`.
    """
    delivery = get_delivery(session, org_id, webhook_id, delivery_id)
    webhook = _enabled(session, org_id, webhook_id)
    return _deliver(session, webhook, delivery.event_seq, new_id("dlv"))


def get_delivery(
    session: Session, org_id: str | None, webhook_id: str, delivery_id: str
) -> Delivery:
    """A delivery of a webhook of this tenant. Raises :class:`NotFound`."""
    webhook = get(session, org_id, webhook_id)
    found = repository.delivery(session, delivery_id)
    if found is None or found.webhook_id != webhook.id:
        raise NotFound("There is no delivery {delivery_id}.", delivery_id=delivery_id)
    return found


def _enabled(session: Session, org_id: str | None, webhook_id: str) -> Webhook:
    webhook = get(session, org_id, webhook_id)
    if webhook.disabled_reason is not None:
        raise WebhookDisabled(
            "The webhook {webhook_id} is disabled.",
            next_step='Enable it with POST /v1/webhooks/{webhook_id} and {{"disabled": false}}.',
            webhook_id=webhook.id,
        )
    return webhook


def _deliver(session: Session, webhook: Webhook, event_seq: int, id_: str) -> Delivery:
    delivery = Delivery(
        id=id_,
        webhook_id=webhook.id,
        event_seq=event_seq,
        number=repository.next_number(session, webhook.id, event_seq),
        next_attempt_ms=now_ms(),
        created_ms=now_ms(),
    )
    session.add(delivery)
    session.flush()
    return delivery


def read(webhook: Webhook) -> WebhookRead:
    """A webhook as it is shown, without its secret."""
    return WebhookRead(
        id=webhook.id,
        url=webhook.url,
        event_types=webhook.event_types,
        description=webhook.description,
        metadata=webhook.metadata_,
        status="enabled" if webhook.disabled_reason is None else "disabled",
        disabled_reason=webhook.disabled_reason,  # type: ignore[arg-type]
        created=iso(webhook.created_ms),
    )


def read_deliveries(session: Session, deliveries: list[Delivery]) -> list[DeliveryRead]:
    """Deliveries as they are shown, each with its attempts."""
    attempts = repository.attempts_of(session, [one.id for one in deliveries])
    events = repository.events_by_seq(session, {one.event_seq for one in deliveries})
    return [_read(one, attempts[one.id], events[one.event_seq]) for one in deliveries]


def _read(delivery: Delivery, attempts: list[Attempt], event: Event) -> DeliveryRead:
    return DeliveryRead(
        id=delivery.id,
        webhook=delivery.webhook_id,
        event=event.id,
        event_type=event.type,
        state=delivery.state,  # type: ignore[arg-type]
        attempts=[
            AttemptRead(
                at=iso(one.at_ms),
                status=one.status,
                error=one.error,
                duration_ms=one.duration_ms,
                answer=one.answer,
            )
            for one in attempts
        ],
        next_attempt=None if delivery.next_attempt_ms is None else iso(delivery.next_attempt_ms),
        created=iso(delivery.created_ms),
    )
