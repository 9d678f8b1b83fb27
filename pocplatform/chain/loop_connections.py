"""Kept-alive HTTP/1.1 connections (RFC 9112) for small questions from the event loop.

Handing a question to a thread and getting its answer back takes longer than the node takes to
answer, so what is asked again and again is asked without one. Only the plain answer is taken here;
whatever else comes is for :mod:`pocplatform.chain.connections`, so a question must be one that may
be asked twice.
"""

import asyncio
from asyncio import AbstractEventLoop
from typing import cast
from urllib.parse import SplitResult, urlsplit
from weakref import WeakKeyDictionary

_AT_ONCE = 32
"""Questions on their way; beyond that, each waits for a thread."""
_HEAD = 4096
"""Bytes of an answer's head."""


class LoopConnections:
    """Asks one question at a time over each connection. Safe to use from several event loops.

    Args:
        timeout: Seconds to wait for an answer.
        at_most: Bytes of an answer.
    """

    def __init__(self, timeout: float, at_most: int = 8192) -> None:
        self._timeout = timeout
        self._at_most = at_most
        self._idle: WeakKeyDictionary[AbstractEventLoop, list[_Connection]] = WeakKeyDictionary()
        self._asking = 0

    async def post(self, url: str, body: bytes) -> bytes | None:
        """The body of the answer to a POST of JSON; None if that is not a plain one, or too large.

        Raises:
            OSError: There is no connection, or no answer in time (:class:`TimeoutError`).
        """
        target = urlsplit(url)
        if target.scheme != "http" or target.query or self._asking >= _AT_ONCE:
            return None
        self._asking += 1
        try:
            return await self._ask(target, body)
        finally:
            self._asking -= 1

    def close(self) -> None:
        """Close those that are not in use."""
        for loop, idle in list(self._idle.items()):
            if not loop.is_closed():
                for connection in idle:
                    loop.call_soon_threadsafe(connection.close)
        self._idle.clear()

    async def _ask(self, target: SplitResult, body: bytes) -> bytes | None:
        loop = asyncio.get_running_loop()
        idle = self._idle.setdefault(loop, [])
        connection = None
        while idle and connection is None:
            kept = idle.pop()
            if kept.place == target.netloc and not kept.ended:
                connection = kept
            else:
                kept.close()
        if connection is None:
            async with asyncio.timeout(self._timeout):
                _, connection = await loop.create_connection(
                    lambda: _Connection(target.netloc, self._at_most),
                    target.hostname or "",
                    target.port or 80,
                )
        try:
            answer = await connection.ask(loop, target.path or "/", body, self._timeout)
        except BaseException:
            connection.close()
            raise
        if answer is None or connection.ended:
            connection.close()
        else:
            idle.append(connection)
        return answer


class _Connection(asyncio.Protocol):
    """A connection to ``place``, a host with its port."""

    def __init__(self, place: str, at_most: int) -> None:
        self.place = place
        self.ended = False
        self._at_most = at_most
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes | None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._received = b""

    def ask(
        self, loop: AbstractEventLoop, path: str, body: bytes, timeout: float
    ) -> "asyncio.Future[bytes | None]":
        assert self._transport is not None
        self._answer, self._received = loop.create_future(), b""
        self._patience = loop.call_later(timeout, self._give_up)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.place}\r\nAccept-Encoding: identity\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        return self._answer

    def close(self) -> None:
        self.ended = True
        if self._patience is not None:
            self._patience.cancel()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._done(None)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            if len(self._received) > _HEAD:
                self._done(None)
            return
        size = _plain_size(head)
        if size is None or not len(body) <= size <= self._at_most:
            self._done(None)
        elif len(body) == size:
            self._done(body)

    def _done(self, answer: bytes | None) -> None:
        waiting, self._answer = self._answer, None
        if self._patience is not None:
            self._patience.cancel()
        if waiting is None:
            self.ended = True  # what comes unasked belongs to nothing
        elif not waiting.done():
            waiting.set_result(answer)

    def _give_up(self) -> None:
        waiting, self._answer = self._answer, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(TimeoutError())


def _plain_size(head: bytes) -> int | None:
    """How long the body is; None if the head says more than that all is well."""
    first, *lines = head.lower().split(b"\r\n")
    if not first.startswith(b"http/1.1 200"):
        return None
    size = None
    for line in lines:
        name, _, value = line.partition(b":")
        if name == b"content-length" and size is None and value.strip().isdigit():
            size = int(value)
        elif name in (b"content-length", b"transfer-encoding", b"content-encoding", b"connection"):
            return None
    return size
