"""Write endpoints that carry load, served before the framework comes to them.

Such an endpoint is an ordinary one, with its schema, its errors and its OpenAPI entry. What is
served here is the plain good request only: known key, valid body, no header that needs thought.
Every other request goes to the ordinary endpoint as it came, so that there is one behaviour; and
the work itself is the same function for both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocplatform.http import errors
from pocplatform.http.command import MAX_WAIT_S, SUBMITTED, Command, Render, Work
from pocplatform.http.guard import again
from pocplatform.http.headers import OF_THE_API, SECURITY
from pocplatform.http.idempotency import MAX_LENGTH
from pocplatform.http.request_log import CALLER
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.ids import new_id

_MAX_BODY = 4096
_READ = (
    b"authorization", b"idempotency-key", b"content-type", b"prefer", b"simulate", b"origin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HotRoute:
    """A write endpoint that moves value, as far as it takes to serve it here.

    Attributes:
        method: The request's method.
        path: The request's path, without parameters.
        schema: Of the body.
        work: What to do, as for :class:`~pocplatform.http.command.Command`.
        render: How to show it, as there.
    """

    method: str
    path: str
    schema: type[BaseModel]
    work: Callable[[Any, Actor, Gateway], Work]
    render: Render


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of a request says that is served here."""

    secret: str
    key: str
    wait_s: float


class HotRoutes:
    """Stands before an application (ASGI 3).

    Args:
        app: Serves every other request.
        state: Of the application; its ``gateway`` is the running platform, once it runs.
        routes: What is served here.
    """

    def __init__(self, app: ASGIApp, state: State, routes: Sequence[HotRoute]) -> None:
        self._app = app
        self._state = state
        self._routes = {(route.method, route.path): route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        route = None
        if scope["type"] == "http":
            route = self._routes.get((scope["method"], scope["path"]))
        head = _head(scope) if route is not None else None
        gateway: Gateway | None = getattr(self._state, "gateway", None)
        if route is None or head is None or gateway is None:
            await self._app(scope, receive, send)
            return
        message = await receive()
        body = valid_body(route.schema, message)
        actor = await gateway.authentication.actor(head.secret) if body is not None else None
        if actor is None or "write" not in actor.scopes:
            await self._app(scope, again(message, receive), send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = new_id("req")
        state[CALLER] = actor
        command = Command(
            gateway=gateway,
            tenant=actor.tenant,
            method=route.method,
            path=route.path,
            body=message["body"],
            key=head.key,
            wait_s=head.wait_s,
            moves_value=True,
            submitted=scope.get(SUBMITTED),
        )
        headroom: list[tuple[bytes, bytes]] = []
        try:
            left = gateway.limits.take(actor)
            headroom = left.headers if left is not None else []
            work = route.work(body, actor, gateway)
            response = await command(work, route.render)
        except PlatformError as error:
            response = await errors.answer_to(Request(scope), error)
        except Exception as error:
            response = errors.unexpected(Request(scope), error)
        await send_response(response, request_id, headroom, send)


async def send_response(
    response: Response,
    request_id: str,
    headroom: Sequence[tuple[bytes, bytes]],
    send: Send,
) -> None:
    """Send an answer, with what every answer of the API has in its head."""
    headers = [*response.raw_headers, *SECURITY, *OF_THE_API]
    present = dict(headers)
    if b"request-id" not in present:
        headers.append((b"request-id", request_id.encode()))
    if b"ratelimit-limit" not in present:
        headers += headroom
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def _head(scope: Scope) -> _Head | None:
    """What the request's head says; None if it says more than is understood here."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in found:
                return None
            found[name] = value
    scheme, _, secret = found.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = found.get(b"idempotency-key", b"").decode("latin-1")
    wait_s = _wait_s(scope["query_string"])
    if (
        scheme != "Bearer"
        or not 0 < len(key) <= MAX_LENGTH
        or found.get(b"content-type") != b"application/json"
        or b"prefer" in found
        or b"simulate" in found
        or b"origin" in found  # a browser: see http/cors.py
        or wait_s is None
    ):
        return None
    return _Head(secret, key, wait_s)


def _wait_s(query: bytes) -> float | None:
    """The seconds of ``?wait=N``; 0 without a query, None for any other."""
    if not query:
        return 0.0
    name, _, value = query.partition(b"=")
    if name != b"wait" or not value.isdigit() or len(value) > 2 or int(value) > MAX_WAIT_S:
        return None
    return float(value)


def valid_body(schema: type[BaseModel], message: Message) -> BaseModel | None:
    """The body, if it came whole and is valid, without an escape that would need another look."""
    if message["type"] != "http.request" or message.get("more_body"):
        return None
    body = message.get("body", b"")
    if len(body) > _MAX_BODY or b"\\" in body:
        return None
    try:
        return schema.model_validate_json(body)
    except ValidationError:
        return None
