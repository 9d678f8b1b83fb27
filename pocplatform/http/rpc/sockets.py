"""JSON-RPC over WebSocket: requests as over HTTP, and subscriptions.

A connection is about one :class:`Chain`: the shared one (:mod:`pocplatform.http.rpc.shared`), or a
team's own.

What is to be sent waits in a bounded buffer. A client that reads so slowly that it fills is left,
with the reason: it learns that it has missed something, instead of missing it unknowingly.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import Any, Protocol, TypeAlias

from starlette.websockets import WebSocket, WebSocketDisconnect

from pocplatform.http.guard import MAX_BODY
from pocplatform.http.rpc.answers import INTERNAL, INVALID_REQUEST, as_json, failure
from pocplatform.http.rpc.subscriptions import PENDING, Message, Subscriptions
from pocplatform.http.state import Actor
from pocplatform.indexer.news import Announcement

logger = logging.getLogger(__name__)

AT_MOST = 20
"""Connections of a key."""
BUFFER = 5_000
"""Messages that may wait to be sent when a block brings more."""
BUFFER_CHARACTERS = 64 * 1024 * 1024
"""Of these messages together."""
_REQUESTS = 16
"""Requests of a connection that are worked on at a time; the next waits."""
_CLOSE_S = 10.0
"""How long a client may take to be told that it is left."""

POLICY_VIOLATION, RESTARTED, TRY_AGAIN_LATER = 1008, 1012, 1013
"""Close codes (RFC 6455 and its registry)."""

Subscribe: TypeAlias = Callable[[str, list[Any]], Awaitable[Any]]
"""Does ``eth_subscribe`` and ``eth_unsubscribe``. Raises :class:`RpcError`."""
News: TypeAlias = Announcement | str
"""Of a block, or the hash of a transaction that has reached the node."""


class Chain(Protocol):
    """What a connection is about."""

    async def answer(self, body: bytes, subscribe: Subscribe) -> bytes:
        """The answer to one call or a batch; empty where nothing is to be answered."""

    async def listen(
        self, told: Callable[[News], None], *, pending: bool
    ) -> Callable[[], Awaitable[None]]:
        """Tell of whatever comes after this returns, in any thread; what ends it.

        Args:
            told: Called with the news. It does not block.
            pending: Whether of transactions that have reached the node, instead of blocks.
        """


class Connections:
    """Counts the connections of each key."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    @contextlib.contextmanager
    def taken(self, actor: Actor) -> Iterator[bool]:
        """Holds a place; gives whether there was one."""
        name = actor.key_id or actor.tenant
        self._count[name] += 1
        try:
            yield self._count[name] <= AT_MOST
        finally:
            self._count[name] -= 1
            if not self._count[name]:
                del self._count[name]


class Connection:
    """One client's WebSocket.

    Args:
        socket: Accepted already.
        chain: What it is about.
        allowed: Whether the key still opens something.
        heartbeat_s: How often that is looked at by itself.
    """

    def __init__(
        self,
        socket: WebSocket,
        chain: Chain,
        allowed: Callable[[], Coroutine[Any, Any, bool]],
        heartbeat_s: float,
    ) -> None:
        self._socket = socket
        self._chain = chain
        self._allowed = allowed
        self._heartbeat_s = heartbeat_s
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[str | Message] = asyncio.Queue()
        self._left: asyncio.Future[tuple[int, str]] = self._loop.create_future()
        self._subscriptions = Subscriptions()
        self._waiting_characters = 0
        self._listening: dict[bool, asyncio.Task[Callable[[], Awaitable[None]]]] = {}
        self._places = asyncio.Semaphore(_REQUESTS)
        self._working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve it until it ends."""
        tasks = [asyncio.create_task(work()) for work in (self._read, self._write, self._watch_key)]
        try:
            ends: set[asyncio.Future[Any]] = {*tasks, self._left}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *self._working):
                task.cancel()
            await asyncio.gather(*tasks, *self._working, return_exceptions=True)
            for listening in self._listening.values():
                with contextlib.suppress(Exception):  # it has not begun, so it need not end
                    await (await listening)()
        if self._left.done():
            with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                await asyncio.wait_for(self._socket.close(*self._left.result()), _CLOSE_S)

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            body = message.get("bytes") or (message.get("text") or "").encode()
            await self._places.acquire()
            task = asyncio.create_task(self._answer(body))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _answer(self, body: bytes) -> None:
        """Answer a request. Its place is given back when the answer is sent."""
        added: list[str] = []

        async def subscribe(method: str, params: list[Any]) -> str | bool:
            if method == "eth_unsubscribe":
                return self._subscriptions.remove(params)
            added.append(await self._subscribe(params))
            return added[-1]

        if len(body) > MAX_BODY:
            words = f"a request has at most {MAX_BODY} bytes"
            answer = as_json(failure(None, INVALID_REQUEST, words))
        elif not await self._allowed():
            self.leave(POLICY_VIOLATION, _REVOKED)
            return
        else:
            try:
                answer = await self._chain.answer(body, subscribe)
            except Exception:
                logger.exception("unexpected error in a request by WebSocket")
                words = "an unexpected error occurred; it is in the log"
                answer = as_json(failure(None, INTERNAL, words))
        if answer:
            self._outgoing.put_nowait(answer.decode())
        else:
            self._places.release()
        self._tell(self._subscriptions.begin(added))

    async def _write(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                message = await self._outgoing.get()
                if isinstance(message, str):
                    await self._socket.send_text(message)
                    self._places.release()
                else:
                    self._waiting_characters -= len(message[1])
                    await self._socket.send_text(_notification(*message))

    async def _watch_key(self) -> None:
        while await self._allowed():
            await asyncio.sleep(self._heartbeat_s)
        self.leave(POLICY_VIOLATION, _REVOKED)

    async def _subscribe(self, params: list[Any]) -> str:
        # In this order: nothing that comes after the answer may be missed.
        pending = params[:1] == [PENDING]
        if pending not in self._listening:
            self._listening[pending] = self._loop.create_task(self._listen(pending))
        listening = self._listening[pending]
        try:
            await asyncio.shield(listening)
        except Exception:
            if self._listening.get(pending) is listening:  # else it is another attempt already
                del self._listening[pending]
            raise
        return self._subscriptions.add(params)

    async def _listen(self, pending: bool) -> Callable[[], Awaitable[None]]:
        return await self._chain.listen(self._told, pending=pending)

    def _told(self, news: News) -> None:
        """In any thread."""
        with contextlib.suppress(RuntimeError):  # the server of this connection has ended
            self._loop.call_soon_threadsafe(self._announce, news)

    def _announce(self, news: News) -> None:
        if isinstance(news, str):
            self._tell(self._subscriptions.told_pending(news))
        else:
            self._tell(self._subscriptions.told(news))

    def _tell(self, messages: Iterable[Message]) -> None:
        """Have all the messages of one block wait to be sent, if those before it do not already."""
        if self._outgoing.qsize() >= BUFFER or self._waiting_characters >= BUFFER_CHARACTERS:
            self.leave(TRY_AGAIN_LATER, f"too slow: {self._outgoing.qsize()} messages wait")
            return
        for message in messages:
            self._waiting_characters += len(message[1])
            self._outgoing.put_nowait(message)

    def leave(self, code: int, reason: str) -> None:
        """End it, with a close code and the reason in words (of at most 123 bytes)."""
        if not self._left.done():
            self._left.set_result((code, reason))


_REVOKED = "the key was revoked or has expired"


def _notification(id_: str, text: str) -> str:
    return (
        '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"'
        f'{id_}","result":{text}}}}}'
    )
