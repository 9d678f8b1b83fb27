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
from typing import Any
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


class Connection:
    """One kept-alive connection to ``base_url``; use it from one task at a time."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

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
        """Send a request and read its answer."""
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        began = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        body = await self._reader.readexactly(length)
        return Answer(int(head[9:12]), body, time.perf_counter() - began)

    def close(self) -> None:
        """Close it."""
        if self._writer is not None:
            self._writer.close()


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
