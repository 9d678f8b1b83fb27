"""Refuses requests that nothing behind it should have to think about.

Bodies that are too large or no JSON, nesting that would exhaust the stack of a parser, numbers that
JSON does not have, and characters that a database cannot store.
"""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocplatform.kit.errors import InvalidInput, NotFound, PlatformError
from pocplatform.kit.i18n import Phrase

MAX_BODY = 1024 * 1024
"""Bytes of a request's body."""
MAX_DEPTH = 64
"""Levels of lists and objects in a request's body."""

_API = "/v1/"
_BODY_METHODS = ("POST", "PUT", "PATCH", "DELETE")


class RequestRefused(PlatformError):
    """A request that cannot be read."""

    code = "bad_request"
    status = 400
    title = "The request cannot be read"


class BodyTooLarge(PlatformError):
    """A request whose body is larger than this sandbox takes."""

    code = "body_too_large"
    status = 413
    title = "The request is too large"


class UnsupportedMediaType(PlatformError):
    """A request to the API whose body is not declared to be JSON."""

    code = "unsupported_media_type"
    status = 415
    title = "The request must be JSON"


class RequestGuard:
    """Stands before the application (ASGI 3).

    Args:
        app: What to pass good requests to.
        answer: Renders the refusal.
        max_body: Bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[Request, PlatformError], JSONResponse],
        max_body: int = MAX_BODY,
    ) -> None:
        self._app = app
        self._answer = answer
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_address(scope)
            if scope["method"] in _BODY_METHODS:
                body = await self._read(scope, receive)
                if body and scope["path"].startswith(_API):
                    _check_json(scope, body)
                whole = {"type": "http.request", "body": body, "more_body": False}
                receive = again(whole, receive)
        except PlatformError as error:
            await self._answer(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._max_body:
            self._too_large()
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
            if len(body) > self._max_body:
                self._too_large()
        return bytes(body)

    def _too_large(self) -> NoReturn:
        raise BodyTooLarge(
            "The request's body is larger than {limit} bytes.",
            next_step="Send less at a time.",
            limit=self._max_body,
        )


def again(message: Message, receive: Receive) -> Receive:
    """A ``receive`` that gives the message that was read already, then what comes after it."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return message

    return receive_again


def _check_address(scope: Scope) -> None:
    if "\0" in scope["path"]:
        raise NotFound("There is nothing at an address with a NUL character.")
    if b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        raise InvalidInput("The address must not hold a NUL character (%00).")


def _check_json(scope: Scope, body: bytes) -> None:
    media_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    if media_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType(
            "The request's body is declared as {media_type!r}; this API takes JSON.",
            next_step="Send the header `Content-Type: application/json`.",
            media_type=media_type,
        )
    try:
        content = json.loads(body.decode())
    except UnicodeDecodeError:
        raise RequestRefused("The request body is not UTF-8 text.") from None
    except RecursionError:
        _too_deep()
    except ValueError:  # JSONDecodeError is one; so is an integer of thousands of digits
        raise RequestRefused("The request body is not valid JSON.") from None
    _check_values(content)


def _check_values(content: Any) -> None:
    """Look at every value without recursion, so that no depth can hurt."""
    waiting: list[tuple[Any, str, int]] = [(content, "", 0)]
    while waiting:
        value, path, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value, path)
        elif isinstance(value, float):
            if not math.isfinite(value):  # NaN, Infinity, 1e999
                raise InvalidInput("{param} is a number that JSON does not have.", param=path)
        elif isinstance(value, dict | list):
            if depth == MAX_DEPTH:
                _too_deep()
            if isinstance(value, dict):
                for name in value:
                    _check_text(name, path)
                inside = [(v, f"{path}.{k}" if path else k, depth + 1) for k, v in value.items()]
            else:
                inside = [(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            waiting.extend(inside)


def _check_text(text: str, path: str) -> None:
    if "\0" in text:
        what = Phrase("the NUL character (\\u0000)")
    elif any("\ud800" <= character <= "\udfff" for character in text):
        what = Phrase("half a character (a lone surrogate such as \\ud800)")
    else:
        return
    raise InvalidInput(
        "{param} holds {what}, which cannot be stored.", param=path or "body", what=what
    )


def _too_deep() -> NoReturn:
    raise RequestRefused(
        "The request body is nested more than {limit} levels deep.", limit=MAX_DEPTH
    )
