"""Questions that are asked by POST and carry load, served before the framework comes to them.

As :mod:`pocplatform.http.hot` does for writes: the plain good request only, with the same function
behind it as behind the ordinary endpoint, which gets every other request as it came.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from pocplatform.http import errors
from pocplatform.http.guard import again
from pocplatform.http.hot import send_response, valid_body
from pocplatform.http.request_log import CALLER
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class HotRead:
    """An endpoint that answers and changes nothing, as far as it takes to serve it here.

    Attributes:
        prefix: How its paths begin.
        path: Of the whole path; its groups are what ``answer`` gets as keywords.
        schema: Of the body.
        at_once: Answers in the event loop, if it can without keeping others waiting; else None.
        answer: Answers, in a thread of its own.
    """

    prefix: str
    path: re.Pattern[str]
    schema: type[BaseModel]
    at_once: Callable[..., Awaitable[BaseModel | None]]
    answer: Callable[..., BaseModel]


class HotReads:
    """Stands before an application (ASGI 3).

    Args:
        app: Serves every other request.
        state: Of the application; its ``gateway`` is the running platform, once it runs.
        reads: What is served here.
    """

    def __init__(self, app: ASGIApp, state: State, reads: Sequence[HotRead]) -> None:
        self._app = app
        self._state = state
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        found = self._find(scope)
        secret = _secret(scope) if found is not None else None
        gateway: Gateway | None = getattr(self._state, "gateway", None)
        if found is None or secret is None or gateway is None:
            await self._app(scope, receive, send)
            return
        read, names = found
        message = await receive()
        body = valid_body(read.schema, message)
        actor = await gateway.authentication.actor(secret) if body is not None else None
        if actor is None or "read" not in actor.scopes:
            await self._app(scope, again(message, receive), send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = new_id("req")
        state[CALLER] = actor
        headroom: list[tuple[bytes, bytes]] = []
        try:
            left = gateway.limits.take(actor)
            headroom = left.headers if left is not None else []
            answer = await read.at_once(body, actor, gateway, **names)
            if answer is None:
                answer = await run_in_threadpool(read.answer, body, actor, gateway, **names)
            response: Response = answered(answer)
        except PlatformError as error:
            response = await errors.answer_to(Request(scope), error)
        except Exception as error:
            response = errors.unexpected(Request(scope), error)
        await send_response(response, request_id, headroom, send)

    def _find(self, scope: Scope) -> tuple[HotRead, dict[str, str]] | None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
            return None
        path = scope["path"]
        for read in self._reads:
            if path.startswith(read.prefix) and (match := read.path.fullmatch(path)) is not None:
                return read, match.groupdict()
        return None


def answered(answer: BaseModel) -> Response:
    """What was answered, as such an endpoint sends it."""
    return Response(answer.model_dump_json(), media_type="application/json")


def _secret(scope: Scope) -> str | None:
    """The caller's key; None if the request's head says more than is understood here."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name == b"origin":  # a browser: see http/cors.py
            return None
        if name in (b"authorization", b"content-type"):
            if name in found:
                return None
            found[name] = value
    scheme, _, secret = found.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme != "Bearer" or found.get(b"content-type") != b"application/json":
        return None
    return secret
