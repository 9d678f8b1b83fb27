"""The application itself in the place of a connection to it: a transport of httpx.

As ``httpx.ASGITransport``, for a program that runs on asyncio: that one looks on the disk at each
request whether another event loop is installed, which takes as long as the request itself.
"""

import asyncio

import httpx
from starlette.types import ASGIApp, Message, Scope


class Direct(httpx.AsyncBaseTransport):
    """Hands requests to an application (ASGI 3) and gives back what it has answered, whole.

    An application that fails without an answer has answered 500, as a server would.

    Args:
        app: The application.
        client: Whose requests they are: network address and port.
    """

    def __init__(self, app: ASGIApp, client: tuple[str, int]) -> None:
        self._app = app
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Have one request answered."""
        answer = _Answer(await request.aread())
        try:
            await self._app(self._scope(request), answer.receive, answer.send)
        except Exception:
            # It has noted and answered it before, where it could.
            answer.status = answer.status or 500
        finally:
            answer.complete.set()
        assert answer.status, "the application has ended without an answer"
        body = httpx.ByteStream(b"".join(answer.body))
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    def _scope(self, request: httpx.Request) -> Scope:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": self._client,
            "root_path": "",
        }


class _Answer:
    """One request as the application reads it, and what it answers."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: list[bytes] = []
        self.complete = asyncio.Event()

    async def receive(self) -> Message:
        if self._content is None:  # who asks again wants to know when nobody listens any more
            await self.complete.wait()
            return {"type": "http.disconnect"}
        content, self._content = self._content, None
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.complete.set()
