"""A receiver of webhooks, as a tenant would run one: a real HTTP server."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def event(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Receiver:
    """What was received, and what is answered: a status, or what a function of the request says."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answer: int | Callable[[Received], int] = 200
    text: bytes = b"thank you"
    location: str | None = None

    def events(self, type_: str | None = None) -> list[dict[str, Any]]:
        found = [request.event for request in list(self.requests)]
        return [event for event in found if type_ in (None, event["type"])]


@contextlib.contextmanager
def receiver(host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver on a free port."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.path, headers, body)
            answer = state.answer(request) if callable(state.answer) else state.answer
            state.requests.append(request)
            with contextlib.suppress(OSError):
                self.send_response(answer)
                if state.location:
                    self.send_header("Location", state.location)
                self.send_header("Content-Length", str(len(state.text)))
                self.end_headers()
                self.wfile.write(state.text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    state.url = f"http://{host}:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
