"""Failures as pages, for people.

Everything that goes wrong leaves the application as problem details (RFC 9457). For a browser that
asks for a page, they are put onto one here: what happened, what to do, and the id under which the
organisers find it in the log. Programs, and everything of the API, get them as they are.
"""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocplatform.client import Problem, SandboxError
from pocplatform.http import errors
from pocplatform.kit.i18n import Phrase
from pocplatform.web.acting import sign_in_address
from pocplatform.web.helping import help_with
from pocplatform.web.rendering import Page, page_of

_PROBLEM = b"application/problem+json"
_API = ("/v1/", "/1.0/", "/rpc", "/openapi.json")

HEADINGS = {
    401: Phrase("This needs a key"),
    403: Phrase("This is not open to you"),
    404: Phrase("There is no such page"),
    409: Phrase("This is not possible now"),
    422: Phrase("Something in it does not fit"),
    424: Phrase("The blockchain does not answer"),
    429: Phrase("A little slower, please"),
    500: Phrase("Something went wrong on our side"),
    503: Phrase("The sandbox is starting"),
}
_OTHER = Phrase("This did not work")
_BACK = Phrase("Back")
_SIGN_IN = Phrase("Sign in")
_DESK = Phrase("To the company desk"), "/desk"
_FIRST_PAGE = Phrase("To the first page"), "/"


def install(app: FastAPI) -> None:
    """Show failures to people as pages."""
    app.add_middleware(ProblemPages)

    @app.exception_handler(SandboxError)
    async def _from_the_api(request: Request, error: SandboxError) -> Response:
        """What the API has answered to a page; see :mod:`pocplatform.web.inside`."""
        status = error.status if isinstance(error, Problem) else 500
        told = help_with(error, page_of(request).language)
        problem = {
            "detail": told.detail,
            "next_step": told.next_step,
            "code": error.code,
            "request_id": error.request_id,
        }
        return failure_page(request, status, problem)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        answer = errors.unexpected(request, error)
        if not wants_page(request.scope):
            return answer
        page = failure_page(request, 500, json.loads(bytes(answer.body)))
        page.headers["Request-Id"] = answer.headers["Request-Id"]
        return page


def wants_page(scope: Scope) -> bool:
    """Whether a request is a browser's for a page."""
    if scope["type"] != "http" or scope["path"].startswith(_API):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def failure_page(request: Request, status: int, problem: dict[str, Any]) -> HTMLResponse:
    """The page of a failure."""
    page = page_of(request)
    return page.html(
        "failure.html",
        status,
        heading=HEADINGS.get(status, _OTHER).render(page.language),
        answered=status,
        detail=problem.get("detail") or "",
        next_step=problem.get("next_step") or "",
        ways=_ways(page, status),
        code=problem.get("code") or "",
        request_id=problem.get("request_id") or getattr(request.state, "request_id", ""),
    )


def _ways(page: Page, status: int) -> list[tuple[Phrase, str]]:
    """Where to go from a failure, the likeliest first."""
    ways = []
    if status == 401 or (status == 403 and not page.acts):
        ways.append((_SIGN_IN, sign_in_address(page.request)))
    if page.came_from is not None:
        ways.append((_BACK, page.came_from))
    return [*ways, _DESK if page.acts else _FIRST_PAGE]


class ProblemPages:
    """Turns problem details into pages for browsers (ASGI 3).

    Args:
        app: Whose answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if not wants_page(scope):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def send_or_keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if headers.get(b"content-type", b"").startswith(_PROBLEM):
                    start = message
                    return
            elif start is not None:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._show(start, bytes(body), scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, send_or_keep)

    async def _show(
        self, start: Message, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        page = failure_page(Request(scope), start["status"], json.loads(body))
        kept = (b"allow", b"retry-after", b"connection", b"www-authenticate")
        page.raw_headers += [pair for pair in start["headers"] if pair[0].lower() in kept]
        await page(scope, receive, send)
