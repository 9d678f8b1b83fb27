"""Headers that every answer has: its request's id, what browsers must not do, what is left."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocplatform.kit.ids import new_id

SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
)
"""Of every answer."""
OF_THE_API = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""Of answers of the API, which no browser shows and nobody on their way keeps."""

_API = ("/v1/", "/1.0/", "/rpc")
HEADROOM = "headroom"
"""Where the state of a request holds what its caller has left."""


class AnswerHeaders:
    """Gives every request an id, and its answer the headers of this module (ASGI 3)."""

    def __init__(self, app: ASGIApp, make_id: Callable[[], str] = lambda: new_id("req")) -> None:
        self._app = app
        self._make_id = make_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._make_id()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        of_the_api = scope["path"].startswith(_API)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                present = {name.lower() for name, _ in headers}
                further = [(b"request-id", request_id.encode()), *SECURITY]
                if of_the_api:
                    further += OF_THE_API
                headroom = state.get(HEADROOM)
                if headroom is not None:
                    further += headroom.headers
                headers += [header for header in further if header[0] not in present]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_headers)
