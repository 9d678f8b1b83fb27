"""A sandbox client of the real gateway, and servers that misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from pocplatform.client import Retry, Sandbox
from tests.processes import NO_TLS

QUICK = Retry(seconds=5, first_delay=0.01, longest_delay=0.05)


@pytest.fixture(scope="module")
def sandbox(base_url: str) -> Iterator[Sandbox]:
    with Sandbox(base_url) as client:
        yield client


@pytest.fixture(scope="module")
def member(sandbox: Sandbox) -> Callable[..., Sandbox]:
    """Signs up an organization and gives its client: ``member(fund=1_000)``."""

    def join(name: str = "Testi Oy", *, fund: int = 0) -> Sandbox:
        ours = sandbox.with_key(sandbox.organizations.sign_up(name).secret_key)
        if fund:
            ours.payments.faucet(fund)
        return ours

    return join


@dataclass
class Answer:
    """What a scripted server answers; ``cut`` closes the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    text: str | None = None


@dataclass
class Seen:
    """A request that a scripted server got."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class _Server:
    def __init__(self) -> None:
        self.seen: list[Seen] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                raw = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(raw) if raw else None
                seen = Seen(self.command, self.path, headers, body)
                outer.seen.append(seen)
                answer = outer.answer(seen, raw)
                if answer.cut:
                    self.close_connection = True
                    self.connection.close()
                    return
                content = (
                    answer.text if answer.text is not None else json.dumps(answer.body)
                ).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _handle  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, seen: Seen, raw: bytes) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class Scripted(_Server):
    """Gives its answers one after another; the last one again and again."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = answers
        super().__init__()

    def answer(self, seen: Seen, raw: bytes) -> Answer:
        return self._answers[min(len(self.seen), len(self._answers)) - 1]


class LosesAnswers(_Server):
    """A proxy in front of the gateway that loses the first answer to every POST of a path."""

    def __init__(self, target: str, path: str) -> None:
        self._target, self._path = target, path
        self._lost: set[str] = set()
        super().__init__()

    def answer(self, seen: Seen, raw: bytes) -> Answer:
        headers = {k: v for k, v in seen.headers.items() if k not in ("host", "content-length")}
        answer = httpx.request(
            seen.method,
            self._target + seen.path,
            content=raw,
            headers=headers,
            timeout=60,
            verify=NO_TLS,
        )
        route = seen.path.partition("?")[0]
        if seen.method == "POST" and route == self._path and route not in self._lost:
            self._lost.add(route)
            return Answer(cut=True)
        kept = {k: v for k, v in answer.headers.items() if k in ("location", "retry-after")}
        return Answer(answer.status_code, headers=kept, text=answer.text)


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """A server with a script: ``scripted(Answer(503), Answer(200, {...}))``."""
    servers: list[Scripted] = []

    def start(*answers: Answer) -> Scripted:
        servers.append(Scripted(list(answers)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def loses_answers(base_url: str) -> Iterator[Callable[[str], LosesAnswers]]:
    """A proxy that loses the first answer to a POST: ``loses_answers("/v1/transfers")``."""
    servers: list[LosesAnswers] = []

    def start(path: str) -> LosesAnswers:
        servers.append(LosesAnswers(base_url, path))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def answer() -> type[Answer]:
    """The class of scripted answers."""
    return Answer


@pytest.fixture
def quick() -> Retry:
    """A policy that tries again fast."""
    return QUICK
