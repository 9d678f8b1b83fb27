"""What was asked and answered, noted beside the requests.

A request pays for it with a few microseconds: it is noted in memory, and a second later all that
has come since is stored by one statement. So a crash of the gateway takes the log's last second
with it, and of an organization that sends many hundreds of requests in that second, only the newest
are stored. Requests without a key belong to nobody, and are not noted.

Bodies are kept only of those organizations that record what they do; see
:mod:`pocplatform.domains.recordings`.
"""

import asyncio
import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pocplatform.http.guard import MAX_BODY
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.clock import now_ns
from pocplatform.kit.database import Database
from pocplatform.kit.exchange import Exchange, secret_mark

logger = logging.getLogger(__name__)

CALLER, ERROR_CODE = "caller", "error_code"
"""Where the state of a request holds who came with it, and which error it was answered with."""

_AFTER_S = 1.0
"""How long what is noted waits for more."""
_ROOM = 20_000
"""Requests in memory; beyond that, none is noted until they are stored."""
_ROOM_BYTES = 64 * 1024 * 1024
"""Of bodies in memory; beyond that, a recording leaves requests out."""
_API = "/v1/"
_NOT_NOTED = ("/v1/requests", "/v1/recordings", "/v1/events/stream")
"""Looking at the log leaves no trace in it, nor does what never ends."""
UNSEEN = "pocplatform.unseen"
"""Marks the ASGI scope of a request that nobody has made: a page reads what it shows."""
_SECRET_PARTS = ("code",)
"""Parameters of paths that are secrets."""
_MAY_BE_SECRET = re.compile(
    r"(?<=/)(?!0x|[a-z]{2,4}_[0-9a-f]{24}(?:/|$))(?=[\w-]*[0-9A-Z])[\w-]{20,}(?=/|$)"
)
"""What is so long and random that it may be one, where nobody can tell what it is."""

Store = Callable[[Session, Sequence[Exchange]], None]


class RequestLog:
    """Collects what :class:`Noting` notes, and has it stored.

    Args:
        database: Where to.
        store: Stores it.
        recorded: The organizations that record what they do, whose bodies are kept.
        kept: Whether requests are noted at all, where nobody records.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        recorded: Callable[[Session], frozenset[str]],
        *,
        kept: bool,
    ) -> None:
        self._database = database
        self._store = store
        self._look_up = recorded
        self._kept = kept
        self._noted: list[Exchange] = []
        self._bytes = 0
        self._waiting: asyncio.AbstractEventLoop | None = None
        self._writing = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.recorded: frozenset[str] = frozenset()
        """The organizations whose requests and answers are kept whole."""
        self.refresh()

    @property
    def on(self) -> bool:
        """Whether anything is to be noted."""
        return self._kept or bool(self.recorded)

    def refresh(self) -> None:
        """Look up anew who records."""
        with self._database.snapshot() as session:
            self.recorded = self._look_up(session)

    def note(self, exchange: Exchange) -> None:
        """Take one. Call it from the event loop's thread."""
        if len(self._noted) >= _ROOM:
            return
        if exchange.size:
            if self._bytes + exchange.size > _ROOM_BYTES:
                exchange.body, exchange.answer, exchange.left_out = b"", None, True
            self._bytes += exchange.size
        self._noted.append(exchange)
        if self._waiting is None or self._waiting.is_closed():  # a server that has ended
            self._waiting = asyncio.get_running_loop()
            self._waiting.call_later(_AFTER_S, self._begin)

    def write(self) -> None:
        """Store what was noted until now. Call it from any thread but the event loop's."""
        with self._writing:
            noted, self._noted, self._bytes = self._noted, [], 0
            if not noted:
                return
            try:
                with self._database.transaction(durable=False) as session:
                    self._store(session, noted)
            except Exception:
                # Whatever it was: it is no reason to fail for who only looks at the log.
                logger.warning("%d requests could not be noted", len(noted), exc_info=True)

    def _begin(self) -> None:
        self._waiting = None
        task = asyncio.get_running_loop().create_task(run_in_threadpool(self.write))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Noting:
    """Stands before the whole application (ASGI 3).

    Args:
        app: Serves every request.
        state: Of the application; its ``gateway`` is the running platform, once it runs.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        gateway: Gateway | None = getattr(self._state, "gateway", None)
        if (
            gateway is None
            or not gateway.requests.on
            or scope["type"] != "http"
            or not scope["path"].startswith(_API)
            or scope["path"].startswith(_NOT_NOTED)
            or UNSEEN in scope
        ):
            await self._app(scope, receive, send)
            return
        log = gateway.requests
        began_ns, began = now_ns(), time.perf_counter_ns()
        state = scope.setdefault("state", {})
        whole = _Whole(receive, send) if log.recorded else None
        seen: _Seen = whole or _Seen(send)
        try:
            await self._app(scope, whole.receive if whole is not None else receive, seen.send)
        finally:
            actor: Actor | None = state.get(CALLER) or _remembered(gateway, scope)
            if actor is not None:
                exchange = Exchange(
                    id=state.get("request_id", ""),
                    began_ns=began_ns,
                    duration_us=(time.perf_counter_ns() - began) // 1000,
                    org_id=actor.org_id,
                    key_id=actor.key_id,
                    address=actor.address,
                    method=scope["method"],
                    path=_path(scope),
                    status=seen.status,
                    code=state.get(ERROR_CODE),
                )
                if whole is not None and actor.org_id in log.recorded:
                    whole.add_to(exchange, scope)
                log.note(exchange)


class _Seen:
    """What was answered, as far as the log tells it."""

    __slots__ = ("_send", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class _Whole(_Seen):
    """The bodies too, of those who record."""

    __slots__ = ("_answer", "_asked", "_headers", "_receive")

    def __init__(self, receive: Receive, send: Send) -> None:
        super().__init__(send)
        self._receive = receive
        self._asked: list[bytes] = []
        self._answer: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._asked.append(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._headers = {name.lower(): value for name, value in message["headers"]}
        elif b"json" in self._headers.get(b"content-type", b""):
            self._answer.append(message.get("body", b""))
        await super().send(message)

    def add_to(self, exchange: Exchange, scope: Scope) -> None:
        answer = b"".join(self._answer)
        exchange.query = scope["query_string"].decode("latin-1")
        exchange.body = b"".join(self._asked)
        exchange.answer = answer if len(answer) <= MAX_BODY else None
        exchange.replayed = b"idempotent-replayed" in self._headers
        for name, value in scope["headers"]:
            if name == b"simulate":
                exchange.simulate = value.decode("latin-1")


def _remembered(gateway: Gateway, scope: Scope) -> Actor | None:
    """Who has come with a key that nobody has asked for: for what is public, or refused before."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            secret: str = value.decode("latin-1").partition(" ")[2]
            return gateway.authentication.known(secret)
    return None


def _path(scope: Scope) -> str:
    """The request's path, with a mark in the place of each part that is a secret."""
    path: str = scope["path"]
    parameters: dict[str, Any] = scope.get("path_params") or {}
    if not parameters:  # refused before anybody looked where it leads, or it leads nowhere
        return _MAY_BE_SECRET.sub(lambda found: secret_mark(found[0]), path[:500])
    for name in _SECRET_PARTS:
        if name in parameters:
            path = path.replace(str(parameters[name]), secret_mark(str(parameters[name])))
    return path[:500]
