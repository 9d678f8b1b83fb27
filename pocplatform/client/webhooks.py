"""Webhooks: having events sent to an endpoint, and checking there that they are the sandbox's."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pocplatform.client.models import Delivery, Event, Webhook, WebhookDeleted
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.problems import SandboxError
from pocplatform.client.texts import text

TOLERANCE_S = 300
"""How far the time of a signature may be from the present, in seconds."""


class SignatureInvalid(SandboxError):
    """A request to an endpoint that is not from the sandbox, or not from now: do not act on it."""

    default_code = "signature_invalid"


def verify_signature(
    payload: bytes,
    header: str | None,
    secret: str,
    tolerance: int = TOLERANCE_S,
    *,
    now: float | None = None,
    language: str = "en",
) -> Event:
    """The event in a request to an endpoint, if the sandbox has sent it a short while ago.

    An event may come more than once; its ``id`` tells.

    Args:
        payload: The body as it came, before anything has parsed it.
        header: Of the request: ``Webhook-Signature``.
        secret: The endpoint's secret, ``whsec_…``.
        tolerance: Seconds that the signature may be old, against requests that are played again.
        now: The present, in seconds since 1970; the clock's time unless given.
        language: Of the failure's sentence.

    Raises :class:`SignatureInvalid`.
    """
    at, digests = _parts(header or "")
    if at is None or not digests:
        raise _invalid("signature_missing", language)
    expected = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    # All are compared, in constant time: how long it takes tells nothing about the right one.
    if not sum(hmac.compare_digest(expected.encode(), digest.encode()) for digest in digests):
        raise _invalid("signature_wrong", language)
    if abs((time.time() if now is None else now) - at) > tolerance:
        raise _invalid("signature_old", language)
    return Event.model_validate_json(payload)


def _parts(header: str) -> tuple[int | None, list[str]]:
    """The time and the signatures in a header."""
    at, digests = None, []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and value.isascii() and value.isdigit() and len(value) <= 12:
            at = int(value)
        elif name == "v1":
            digests.append(value)
    return at, digests


def _invalid(why: str, language: str) -> SignatureInvalid:
    return SignatureInvalid(text(why, language), next_step=text("signature_next", language))


class Webhooks(Resource[M]):
    """Endpoints that events are sent to."""

    @operation
    async def create(
        self,
        url: str,
        *,
        event_types: Sequence[str] | None = None,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Webhook:
        """Have events sent to ``url``; the answer holds the secret that they are signed with.

        Args:
            url: On the public internet.
            event_types: Types and families, such as ``["payment.*"]``; all unless given.
            description: For yourself.
            metadata: Your own notes.
            idempotency_key: So that a repeated call makes one.
        """
        body = _fields(url, event_types, description, metadata)
        return await self._connection.write(
            "/v1/webhooks", body, Webhook, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, webhook_id: str) -> Webhook:
        """A webhook of one's own."""
        return await self._connection.read(f"/v1/webhooks/{segment(webhook_id)}", Webhook)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Webhook]:
        """All own webhooks, newest first."""
        async for webhook in self._connection.pages("/v1/webhooks", Webhook, page_size):
            yield webhook

    @operation
    async def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        event_types: Sequence[str] | None = None,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        disabled: bool | None = None,
    ) -> Webhook:
        """Change what is given. What happens while it is disabled is not sent afterwards."""
        body = _fields(url, event_types, description, metadata) | {"disabled": disabled}
        return await self._connection.write(
            f"/v1/webhooks/{segment(webhook_id)}", body, Webhook, wait=0
        )

    @operation
    async def delete(self, webhook_id: str) -> WebhookDeleted:
        """Delete a webhook with its log."""
        return await self._connection.delete(f"/v1/webhooks/{segment(webhook_id)}", WebhookDeleted)

    @operation
    async def rotate_secret(
        self, webhook_id: str, *, overlap_s: int | None = None, idempotency_key: str | None = None
    ) -> Webhook:
        """A new secret, in the answer; the old one signs too for ``overlap_s`` (a day)."""
        path = f"/v1/webhooks/{segment(webhook_id)}/rotate_secret"
        return await self._connection.write(
            path, {"overlap_s": overlap_s}, Webhook, key=idempotency_key, wait=0
        )

    @operation
    async def test(self, webhook_id: str, *, idempotency_key: str | None = None) -> Delivery:
        """Send a test event to the endpoint, whatever types it wants."""
        return await self._connection.write(
            f"/v1/webhooks/{segment(webhook_id)}/test", {}, Delivery, key=idempotency_key, wait=0
        )

    @listing
    async def deliveries(self, webhook_id: str, *, page_size: int = 100) -> AsyncIterator[Delivery]:
        """What was sent to the endpoint, newest first, each with every attempt."""
        path = f"/v1/webhooks/{segment(webhook_id)}/deliveries"
        async for delivery in self._connection.pages(path, Delivery, page_size):
            yield delivery

    @operation
    async def redeliver(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> Delivery:
        """Send the event of a delivery once more."""
        path = f"/v1/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}/redeliver"
        return await self._connection.write(path, {}, Delivery, key=idempotency_key, wait=0)


def _fields(
    url: str | None,
    event_types: Sequence[str] | None,
    description: str | None,
    metadata: dict[str, str] | None,
) -> dict[str, Any]:
    return {
        "url": url,
        "event_types": None if event_types is None else list(event_types),
        "description": description,
        "metadata": metadata,
    }
