"""Webhooks: endpoints that events are sent to, and every attempt to reach them."""

from typing import Any

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.client.models import Delivery, Webhook
from pocplatform.http.routing import Router
from pocplatform.kit.i18n import Phrase
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep, rows, status_of
from pocplatform.web.developers.events import families
from pocplatform.web.forms import FormDep, new_attempt

router = Router(include_in_schema=False)

_PATH = f"{ROOT}/webhooks"
_ONE = f"{_PATH}/{{webhook_id}}"
_SECRET = Phrase("The endpoint's secret")


@router.get(_PATH)
async def list_webhooks(
    desk: DeskDep, after: str = Query(default="", max_length=100)
) -> HTMLResponse:
    """All endpoints, and a form for another one."""
    return await _list(desk, after=after)


@router.post(_PATH)
async def add(form: FormDep, desk: DeskDep) -> Response:
    """A further endpoint; its secret is shown here and nowhere else."""
    values: dict[str, Any] = {
        "url": form.text("url"),
        "description": form.text("description"),
        "event_types": form.choices("event_types"),
    }
    try:
        async with desk.sandbox as sandbox:
            made = await sandbox.webhooks.create(
                values["url"],
                event_types=values["event_types"] or None,
                description=values["description"],
                idempotency_key=form.key,
            )
    except SandboxError as error:
        return await _list(desk, error, values)
    return desk.secret(_SECRET, made.secret or "", f"{_PATH}/{made.id}")


@router.get(_ONE)
async def look(
    webhook_id: str, desk: DeskDep, after: str = Query(default="", max_length=100)
) -> HTMLResponse:
    """An endpoint with what was sent to it."""
    return await _one(desk, webhook_id, after=after)


@router.post(f"{_ONE}/pause")
async def pause(webhook_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Send nothing any more, or go on."""
    async with desk.sandbox as sandbox:
        await sandbox.webhooks.update(webhook_id, disabled=form.text("disabled") == "true")
    return desk.page.redirect(f"{_PATH}/{webhook_id}")


@router.post(f"{_ONE}/delete")
async def delete(webhook_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Delete an endpoint with its log."""
    async with desk.sandbox as sandbox:
        await sandbox.webhooks.delete(webhook_id)
    return desk.page.redirect(_PATH)


@router.post(f"{_ONE}/rotate")
async def rotate(webhook_id: str, form: FormDep, desk: DeskDep) -> Response:
    """A new secret, shown here; for a day the old one signs too."""
    async with desk.sandbox as sandbox:
        changed = await sandbox.webhooks.rotate_secret(webhook_id, idempotency_key=form.key)
    return desk.secret(_SECRET, changed.secret or "", f"{_PATH}/{webhook_id}")


@router.post(f"{_ONE}/test")
async def send_test(webhook_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Send a test event."""
    try:
        async with desk.sandbox as sandbox:
            await sandbox.webhooks.test(webhook_id, idempotency_key=form.key)
    except SandboxError as error:
        return await _one(desk, webhook_id, error)
    return desk.page.redirect(f"{_PATH}/{webhook_id}#deliveries")


@router.post(f"{_ONE}/deliveries/{{delivery_id}}/redeliver")
async def redeliver(webhook_id: str, delivery_id: str, form: FormDep, desk: DeskDep) -> Response:
    """Send the event of a delivery once more."""
    try:
        async with desk.sandbox as sandbox:
            await sandbox.webhooks.redeliver(webhook_id, delivery_id, idempotency_key=form.key)
    except SandboxError as error:
        return await _one(desk, webhook_id, error)
    return desk.page.redirect(f"{_PATH}/{webhook_id}#deliveries")


async def _list(
    desk: Desk,
    error: SandboxError | None = None,
    values: dict[str, Any] | None = None,
    after: str = "",
) -> HTMLResponse:
    async with desk.sandbox as sandbox:
        found = await rows(sandbox, "/v1/webhooks", Webhook, after=after)
    return desk.html(
        "webhooks",
        200 if error is None else status_of(error),
        webhooks=found.items,
        older=found.older,
        families=[f"{family}.*" for family in families()],
        values=values or {"url": "", "description": "", "event_types": []},
        attempt=new_attempt(),
        error=error,
    )


async def _one(
    desk: Desk, webhook_id: str, error: SandboxError | None = None, after: str = ""
) -> HTMLResponse:
    async with desk.sandbox as sandbox:
        webhook = await sandbox.webhooks.get(webhook_id)
        path = f"/v1/webhooks/{webhook_id}/deliveries"
        found = await rows(sandbox, path, Delivery, after=after, limit=10)
    return desk.html(
        "webhook",
        200 if error is None else status_of(error),
        webhook=webhook,
        deliveries=found.items,
        waiting=any(one.state == "pending" for one in found.items),
        older=found.older,
        error=error,
    )
