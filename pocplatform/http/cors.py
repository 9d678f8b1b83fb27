"""Which web pages may use the API from a browser (CORS), by configuration."""

from starlette.datastructures import State
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pocplatform.http.state import Gateway

_TAKEN = (
    "Authorization", "Content-Type", "Idempotency-Key", "Prefer", "Accept-Language",
    "Last-Event-ID",
)  # fmt: skip
_GIVEN = (
    "Location", "Request-Id", "Idempotent-Replayed", "Retry-After", "RateLimit-Limit",
    "RateLimit-Remaining", "RateLimit-Reset",
)  # fmt: skip
_ELSEWHERE = ("/rpc", "/1.0/")
"""These are for every page, and say so themselves."""


class ConfiguredCors:
    """Stands before an application (ASGI 3), and is as it would be without, until it runs.

    Args:
        app: What to pass requests to.
        state: Of the application; its ``gateway`` is the running platform, once it runs.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        self._made: tuple[list[str], ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        gateway: Gateway | None = getattr(self._state, "gateway", None)
        origins = gateway.settings.cors_origins if gateway is not None else []
        if not origins or scope["type"] != "http" or scope["path"].startswith(_ELSEWHERE):
            await self._app(scope, receive, send)
            return
        if self._made is None or self._made[0] != origins:
            # Callers come with a key in a header, never with cookies: no credentials.
            self._made = origins, CORSMiddleware(
                self._app, allow_origins=origins, allow_methods=["GET", "POST", "DELETE"],
                allow_headers=_TAKEN, expose_headers=_GIVEN, max_age=600,
            )  # fmt: skip
        await self._made[1](scope, receive, send)
