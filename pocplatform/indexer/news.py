"""Tells those who wait of recorded blocks and their logs: one look for all of them.

The engine calls :meth:`BlockNews.wake` when blocks were recorded. One thread then asks the database
which they are, and the node once for what is in them. What has been told is remembered as far as a
reorganization may reach, so that logs of blocks that the chain no longer has are taken back. A
devnet that is rebuilt has the same blocks: nobody notices.
"""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import AnswerUnusable, NodeUnreachable, RpcError
from pocplatform.indexer.models import Block
from pocplatform.kit.database import Database

logger = logging.getLogger(__name__)

_REMEMBERED = 64
"""Blocks back from the tip that a reorganization may take back."""
_AT_ONCE = 20
"""New blocks that are read at a time."""
_RETRY_S = 0.5
"""Pause before the next look where the node did not answer."""
_NOT_OF_A_HEADER = ("transactions", "uncles", "withdrawals", "size", "totalDifficulty")


class Log(NamedTuple):
    """A log of a block.

    Attributes:
        address: Who emitted it, in lower case.
        topics: Its topics, in lower case.
        json: The whole as ``eth_getLogs`` gives it, as JSON.
    """

    address: str
    topics: tuple[str, ...]
    json: str


class Announcement(NamedTuple):
    """News of a block.

    Attributes:
        header: Its header as JSON; None for a block that the chain no longer has.
        logs: Its logs; of one that the chain no longer has, marked as removed.
    """

    header: str | None
    logs: tuple[Log, ...]


class _Told(NamedTuple):
    """A block that has been told."""

    number: int
    hash: str
    logs: tuple[dict[str, Any], ...] = ()


@dataclass(eq=False)
class Listener:
    """Somebody who waits; given back with :meth:`end`.

    Attributes:
        told: Called, in the thread of the news, with each announcement. It must not block.
    """

    told: Callable[[Announcement], None]
    _news: "BlockNews" = field(repr=False)

    def end(self) -> None:
        """Wait no longer."""
        self._news._forget(self)


class BlockNews:
    """Passes recorded blocks on.

    Args:
        database: Knows which blocks were recorded.
        client: The node, which knows what is in them.
    """

    def __init__(self, database: Database, client: ChainClient) -> None:
        self._database = database
        self._client = client
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._told: deque[_Told] = deque(maxlen=_REMEMBERED)
        self._beginnings = 0  # how often the first listener came
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Say that blocks were recorded."""
        if self._listeners:
            self._woken.set()

    def listen(self, told: Callable[[Announcement], None]) -> Listener:
        """Be told of every block that is recorded after this returns. Reads the database."""
        listener = Listener(told, self)
        with self._lock:
            if not self._listeners:
                self._told = deque(self._tip(), maxlen=_REMEMBERED)
                self._beginnings += 1
            self._listeners = (*self._listeners, listener)
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="blocks", daemon=True)
                self._thread.start()
        return listener

    def close(self) -> None:
        """Tell nobody any more."""
        self._closing.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

    def _tip(self) -> list[_Told]:
        newest = select(Block.number, Block.hash).order_by(col(Block.number).desc()).limit(1)
        with self._database.snapshot() as session:
            return [_Told(*row) for row in session.exec(newest)]

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._closing.is_set():
                return
            try:
                self._look()
            except (NodeUnreachable, RpcError, SQLAlchemyError) as error:
                logger.info("new blocks cannot be told just now: %s", error)
                self._closing.wait(_RETRY_S)
                self._woken.set()
            except Exception:  # whoever waits would never hear anything again
                logger.exception("new blocks could not be told")
                self._closing.wait(_RETRY_S)
                self._woken.set()

    def _look(self) -> None:
        with self._lock:
            told, beginning = list(self._told), self._beginnings
            if not self._listeners:
                return
        lost, new = self._recorded(told)
        more = len(new) == _AT_ONCE
        try:
            blocks, logs = self._contents(new)
        except AnswerUnusable:  # more logs than are read at a time
            if len(new) == 1:
                raise
            new, more = new[:1], True
            blocks, logs = self._contents(new)
        news = [Announcement(None, _logs(block.logs, removed=True)) for block in reversed(lost)]
        news += [
            Announcement(_header(block), _logs(of_block))
            for block, of_block in zip(blocks, logs, strict=True)
        ]
        with self._lock:
            if beginning != self._beginnings:
                return  # all whom it concerned have gone, and others begin later
            kept = [block for block in told if block not in lost]
            further = [
                _Told(int(block["number"], 16), block["hash"], tuple(of_block))
                for block, of_block in zip(blocks, logs, strict=True)
            ]
            self._told = deque([*kept, *further], maxlen=_REMEMBERED)
            listeners = self._listeners
        for announcement in news:
            for listener in listeners:
                listener.told(announcement)
        if more:
            self._woken.set()

    def _recorded(self, told: Sequence[_Told]) -> tuple[list[_Told], list[_Told]]:
        """What of it the chain no longer has, and what is new since."""
        first = told[0].number if told else 0
        recorded = select(Block.number, Block.hash).where(col(Block.number) >= first)
        ordered = recorded.order_by(col(Block.number)).limit(len(told) + _AT_ONCE)
        with self._database.snapshot() as session:
            present = [_Told(*row) for row in session.exec(ordered)]
        hashes = {block.hash for block in present}
        lost = [block for block in told if block.hash not in hashes]
        known = {block.hash for block in told}
        return lost, [block for block in present if block.hash not in known][:_AT_ONCE]

    def _contents(
        self, blocks: Sequence[_Told]
    ) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
        """The blocks and their logs as the node gives them.

        Raises :class:`RpcError` where it has others: the chain is changing just now.
        """
        calls: list[tuple[str, list[Any]]] = [
            call
            for block in blocks
            for call in (
                ("eth_getBlockByNumber", [hex(block.number), False]),
                ("eth_getLogs", [{"blockHash": block.hash}]),
            )
        ]
        answers = [answer.unwrap() for answer in self._client.batch(calls)]
        found = answers[0::2]
        for wanted, block in zip(blocks, found, strict=True):
            if block is None or block["hash"] != wanted.hash:
                raise RpcError(-32000, f"block {wanted.number} is another one now")
        return found, answers[1::2]


def _header(block: dict[str, Any]) -> str:
    """A block's header, as ``newHeads`` shows it."""
    return _json({name: v for name, v in block.items() if name not in _NOT_OF_A_HEADER})


def _logs(logs: Sequence[dict[str, Any]], *, removed: bool = False) -> tuple[Log, ...]:
    return tuple(
        Log(
            log["address"].lower(),
            tuple(topic.lower() for topic in log["topics"]),
            _json({**log, "removed": removed}),
        )
        for log in logs
    )


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
