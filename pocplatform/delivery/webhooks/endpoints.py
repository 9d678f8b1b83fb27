"""Webhooks over HTTP."""

import json

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.delivery.webhooks import repository, service
from pocplatform.delivery.webhooks.errors import (
    TooManyWebhooks,
    WebhookDisabled,
    WebhookUrlRefused,
)
from pocplatform.delivery.webhooks.models import Delivery, Webhook
from pocplatform.delivery.webhooks.schemas import (
    DeliveryRead,
    SecretRotation,
    WebhookCreate,
    WebhookDeleted,
    WebhookRead,
    WebhookUpdate,
)
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway

router = Router(prefix="/v1", tags=["Webhooks"])


@router.post(
    "/webhooks",
    status_code=201,
    response_model=WebhookRead,
    **operation(raises=(WebhookUrlRefused, TooManyWebhooks), secret=True),
)
async def create_webhook(
    body: WebhookCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Have events sent to an endpoint of yours, signed with the secret in the answer.

    They are those that concern any wallet of your organization, as with `GET /v1/events`.
    Each event comes at least once: after 2xx it does not come again, otherwise after 5 s, 30 s,
    2 min, 10 min, 1 h, 6 h and 24 h. First attempts are made one after another, in the order of
    the events; what is tried again comes later than what happened after it. An event is known by
    its `id`, whatever number of times it comes.
    """
    url = await _checked(body.url, gateway)

    def work(session: Session) -> Accepted:
        webhook = service.create(session, gateway.signers.vault, actor, body, url)
        return Accepted(webhook.id, location=f"/v1/webhooks/{webhook.id}")

    answer = await command(work, _render, created=True)
    gateway.errands()
    return await _with_secret(gateway, answer)


@router.get("/webhooks")
def list_webhooks(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[WebhookRead]:
    """Your webhooks, newest first."""
    rows, more = page(session, Webhook, repository.visible_to(actor.org_id), query)
    return ListPage(data=[service.read(row) for row in rows], has_more=more)


@router.get("/webhooks/{webhook_id}")
def get_webhook(webhook_id: str, actor: Reader, session: ReadSession) -> WebhookRead:
    """A webhook of yours."""
    return service.read(service.get(session, actor.org_id, webhook_id))


@router.post(
    "/webhooks/{webhook_id}",
    response_model=WebhookRead,
    **operation(raises=(WebhookUrlRefused,)),
)
async def update_webhook(
    webhook_id: str, body: WebhookUpdate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Change a webhook, disable it or enable it again."""
    url = None
    if body.url is not None:
        url = await _checked(body.url, gateway)

    def work(session: Session) -> Accepted:
        return Accepted(service.update(session, actor.org_id, webhook_id, body, url).id)

    answer = await command(work, _render)
    gateway.errands()
    return answer


@router.delete("/webhooks/{webhook_id}", response_model=WebhookDeleted)
async def delete_webhook(
    webhook_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Delete a webhook with its log. What is on its way to it is not tried again."""

    def work(session: Session) -> Accepted:
        service.delete(session, actor.org_id, webhook_id)
        return Accepted(webhook_id)

    return await command(work, _render_deleted)


@router.post(
    "/webhooks/{webhook_id}/rotate_secret", response_model=WebhookRead, **operation(secret=True)
)
async def rotate_webhook_secret(
    webhook_id: str,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: SecretRotation | None = None,
) -> JSONResponse:
    """Get a new secret. For the overlap, both sign: whoever checks either is right."""
    overlap_s = (body or SecretRotation()).overlap_s

    def work(session: Session) -> Accepted:
        vault = gateway.signers.vault
        webhook = service.rotate_secret(session, vault, actor.org_id, webhook_id, overlap_s)
        return Accepted(webhook.id)

    return await _with_secret(gateway, await command(work, _render))


@router.post(
    "/webhooks/{webhook_id}/test",
    status_code=201,
    response_model=DeliveryRead,
    **operation(raises=(WebhookDisabled,), events=(service.TEST_EVENT,)),
)
async def send_test_event(
    webhook_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Send a test event to the endpoint, whatever types of events it wants."""

    def work(session: Session) -> Accepted:
        return _accepted(service.test(session, actor.org_id, webhook_id))

    answer = await command(work, _render_delivery, created=True)
    gateway.errands()
    return answer


@router.get("/webhooks/{webhook_id}/deliveries")
def list_webhook_deliveries(
    webhook_id: str, actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[DeliveryRead]:
    """What was sent to the endpoint, newest first, each with every attempt and its answer."""
    webhook = service.get(session, actor.org_id, webhook_id)
    rows, more = page(session, Delivery, repository.deliveries_of(webhook.id), query)
    return ListPage(data=service.read_deliveries(session, rows), has_more=more)


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
def get_webhook_delivery(
    webhook_id: str, delivery_id: str, actor: Reader, session: ReadSession
) -> DeliveryRead:
    """What was sent to the endpoint about one event, with every attempt and its answer."""
    found = service.get_delivery(session, actor.org_id, webhook_id, delivery_id)
    return service.read_deliveries(session, [found])[0]


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=201,
    response_model=DeliveryRead,
    **operation(raises=(WebhookDisabled,)),
)
async def redeliver_webhook(
    webhook_id: str, delivery_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Send the same event once more, as a delivery of its own."""

    def work(session: Session) -> Accepted:
        return _accepted(service.redeliver(session, actor.org_id, webhook_id, delivery_id))

    answer = await command(work, _render_delivery, created=True)
    gateway.errands()
    return answer


async def _checked(url: str, gateway: Gateway) -> str:
    # Here, since it brings an HTTP client along, which a start can do without.
    from pocplatform.delivery.webhooks.addresses import check_endpoint

    return await check_endpoint(url, private=gateway.settings.webhook_private)


def _accepted(delivery: Delivery) -> Accepted:
    location = f"/v1/webhooks/{delivery.webhook_id}/deliveries/{delivery.id}"
    return Accepted(delivery.id, location=location)


async def _with_secret(gateway: Gateway, answer: JSONResponse) -> JSONResponse:
    """Add the secret to an answer, which is stored without it for when it is repeated.

    To one about a webhook that was deleted meanwhile there is none to add.
    """
    shown = json.loads(bytes(answer.body))

    def secret() -> str | None:
        with gateway.database.snapshot() as session:
            webhook = repository.by_id(session, str(shown.get("id")))
            return service.secret_of(gateway.signers.vault, webhook) if webhook else None

    found = await run_in_threadpool(secret)
    if found is None:
        return answer
    kept = ("location", "idempotent-replayed")
    headers = {name: value for name, value in answer.headers.items() if name in kept}
    return JSONResponse({**shown, "secret": found}, status_code=answer.status_code, headers=headers)


def _render(session: Session, webhook_id: str) -> BaseModel:
    webhook = repository.by_id(session, webhook_id)
    assert webhook is not None  # it is the request's own
    return service.read(webhook)


def _render_deleted(_session: Session, webhook_id: str) -> BaseModel:
    return WebhookDeleted(id=webhook_id)


def _render_delivery(session: Session, delivery_id: str) -> BaseModel:
    delivery = repository.delivery(session, delivery_id)
    assert delivery is not None  # it is the request's own
    return service.read_deliveries(session, [delivery])[0]
