"""A light HTTP/1.1 client: prepared requests over kept-alive connections, on asyncio alone.

It shares the machine with what it measures, so it does as little as it can: no headers are parsed
but the status and the length, and no JSON unless it is asked for.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer.

    Attributes:
        seconds: From the first byte sent to the last byte received.
    """

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One kept-alive connection to ``base_url``; use it from one task at a time."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._received = b""
        self._began = 0.0

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> bytes:
        """The bytes of a request, to be sent any number of times."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        if content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        return "\r\n".join([*lines, "", ""]).encode() + content

    async def send(self, request: bytes) -> Answer:
        """Send a request and read its answer. Raises :class:`ConnectionError` if none comes."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, self._host, self._port)
        assert self._transport is not None
        self._answer, self._received = loop.create_future(), b""
        self._began = time.perf_counter()
        self._transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or self._answer is None:
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length and not self._answer.done():
            seconds = time.perf_counter() - self._began
            self._answer.set_result(Answer(int(head[9:12]), body[:length], seconds))

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("the connection was closed"))

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


async def in_parallel(
    connections: Iterable[Connection], work: Callable[[int, Connection], Awaitable[None]]
) -> float:
    """Run ``work(number, connection)`` for every connection at once; seconds that it took."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, connection in enumerate(connections):
            group.create_task(_run(work, number, connection))
    return time.perf_counter() - began


async def _run(
    work: Callable[[int, Connection], Awaitable[None]], number: int, connection: Connection
) -> None:
    await work(number, connection)


def quantile(values: list[float], share: float) -> float:
    """The value that ``share`` of the values do not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
