"""A bad line between the platform and its node: an HTTP proxy that can be told to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["drop", "delay", "duplicate", "cut"]

_SHARE = 0.4
"""Of the requests, those that a fault befalls."""
_READ_LIMIT = 2**26


class Proxy:
    """Passes JSON-RPC requests on to a node; the line's faults begin and end at will.

    * ``drop``: the connection ends, before the node got the request or before its answer came back;
    * ``delay``: the answer comes late, now and then later than anybody waits;
    * ``duplicate``: the node gets the request twice, and one of its two answers comes back;
    * ``cut``: half of the answer comes back.

    Args:
        node: The node's URL.
        patience_s: How long the platform waits for an answer.
        seed: Of which requests it befalls.
    """

    def __init__(self, node: str, patience_s: float, seed: int) -> None:
        self.lead_to(node)
        self._patience_s = patience_s
        self._chance = random.Random(seed)
        self.fault: Fault | None = None
        self.befallen = 0
        """Requests that a fault has befallen."""
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def lead_to(self, node: str) -> None:
        """Pass requests on to another node from now on."""
        parts = urlsplit(node)
        self._node = parts.hostname or "127.0.0.1", parts.port or 80

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        start = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_READ_LIMIT)
        server = self._loop.run_until_complete(start)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the platform's."""
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                request = await _message(reader)
                answer = await self._answer(request)
                if answer is None:
                    break
                whole, part = answer
                writer.write(part)
                await writer.drain()
                if len(part) < len(whole):
                    break
        writer.close()

    async def _answer(self, request: bytes) -> tuple[bytes, bytes] | None:
        """The node's answer and what of it comes through; None for a line that went dead."""
        fault = self.fault if self._chance.random() < _SHARE else None
        self.befallen += fault is not None
        if fault == "drop" and self._chance.random() < 0.5:
            return None
        if fault == "delay":
            await asyncio.sleep(self._chance.uniform(0, 1.3 * self._patience_s))
        answer = await self._forward(request)
        if fault == "duplicate":
            second = await self._forward(request)
            answer = self._chance.choice([answer, second])
        if fault == "drop":
            return None
        return answer, answer[: len(answer) // 2] if fault == "cut" else answer

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._node, limit=_READ_LIMIT)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP/1.1 message whose body has a declared length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)
