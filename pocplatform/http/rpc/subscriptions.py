"""What a client of a WebSocket subscribes to, as geth's ``eth_subscribe`` has it."""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pocplatform.chain.errors import RpcError
from pocplatform.http.rpc.answers import INVALID_PARAMS, LIMIT_EXCEEDED
from pocplatform.indexer.news import Announcement, Log

AT_MOST = 50
"""Subscriptions of a connection."""
_ALTERNATIVES = 100
"""Addresses, or topics in one place, that a filter may name."""
_TOPICS = 4
PENDING = "newPendingTransactions"
_KINDS = ("newHeads", "logs", PENDING)
_OF_A_FILTER = frozenset(("address", "topics", "fromBlock", "toBlock"))
"""Blocks are named by clients that take one filter for everything; what is told is what comes."""
_ADDRESS, _WORD = 42, 66
"""Characters: 0x and 20 or 32 bytes in hex."""

Message = tuple[str, str]
"""A subscription's id, and what it is told as JSON."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which logs are wanted.

    Attributes:
        addresses: Of whom; empty for all.
        topics: For each place what may stand there; empty for anything.
    """

    addresses: frozenset[str] = frozenset()
    topics: tuple[frozenset[str], ...] = ()

    @classmethod
    def parse(cls, given: Any) -> "LogFilter":
        """From what ``eth_subscribe`` takes. Raises :class:`RpcError`."""
        if not isinstance(given, dict) or not given.keys() <= _OF_A_FILTER:
            raise RpcError(INVALID_PARAMS, "a filter of logs is an object of address and topics")
        topics = given.get("topics") or []
        if not isinstance(topics, list) or len(topics) > _TOPICS:
            raise RpcError(INVALID_PARAMS, f"topics is a list of at most {_TOPICS}")
        addresses = _alternatives(given.get("address"), "address", _ADDRESS)
        return cls(addresses, tuple(_alternatives(one, "topic", _WORD) for one in topics))

    def takes(self, log: Log) -> bool:
        """Whether a log is wanted."""
        if self.addresses and log.address not in self.addresses:
            return False
        if len(log.topics) < len(self.topics):
            return False
        places = zip(self.topics, log.topics, strict=False)
        return all(not wanted or topic in wanted for wanted, topic in places)


@dataclass(eq=False, slots=True)
class _Subscription:
    """One subscription.

    Attributes:
        kind: One of those that there are.
        logs: Which logs, where it is they that are wanted.
        backlog: What has come up before the client was told its id; None once it was.
    """

    kind: str
    logs: LogFilter | None
    backlog: list[Announcement] | None = field(default_factory=list)

    def texts(self, announcement: Announcement) -> Iterator[str]:
        """What to tell of a block."""
        if self.kind == "newHeads" and announcement.header is not None:
            yield announcement.header
        for log in announcement.logs if self.logs is not None else ():
            if self.logs is not None and self.logs.takes(log):
                yield log.json


class Subscriptions:
    """Those of one connection. To be used in one thread."""

    def __init__(self) -> None:
        self._by_id: dict[str, _Subscription] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._by_id)

    def add(self, params: list[Any]) -> str:
        """A new one; its id. It is told nothing before :meth:`begin`. Raises :class:`RpcError`."""
        kind = params[0] if params else None
        if kind not in _KINDS:
            raise RpcError(INVALID_PARAMS, f"one can subscribe to: {', '.join(_KINDS)}")
        if len(params) > (2 if kind == "logs" else 1):
            raise RpcError(INVALID_PARAMS, f"{kind} takes no further parameters")
        if len(self) >= AT_MOST:
            raise RpcError(LIMIT_EXCEEDED, f"a connection has at most {AT_MOST} subscriptions")
        logs = None
        if kind == "logs":
            logs = LogFilter.parse(params[1] if len(params) > 1 else {})
        id_ = "0x" + secrets.token_hex(16)
        self._by_id[id_] = _Subscription(kind, logs)
        return id_

    def remove(self, params: list[Any]) -> bool:
        """Take one back. Raises :class:`RpcError` for one that is not there."""
        if len(params) != 1 or not isinstance(params[0], str) or params[0] not in self._by_id:
            raise RpcError(INVALID_PARAMS, "there is no such subscription of this connection")
        del self._by_id[params[0]]
        return True

    def begin(self, ids: Iterable[str]) -> Iterator[Message]:
        """Say that the client knows these ids; what has come up for them meanwhile."""
        for id_ in ids:
            subscription = self._by_id.get(id_)
            if subscription is None:
                continue
            backlog, subscription.backlog = subscription.backlog, None
            for announcement in backlog or ():
                for text in subscription.texts(announcement):
                    yield id_, text

    def told(self, announcement: Announcement) -> Iterator[Message]:
        """What to tell of a block."""
        for id_, subscription in self._by_id.items():
            if subscription.backlog is not None:
                subscription.backlog.append(announcement)
                continue
            for text in subscription.texts(announcement):
                yield id_, text

    def told_pending(self, hash_: str) -> Iterator[Message]:
        """What to tell of a transaction that has reached the node."""
        for id_, subscription in self._by_id.items():
            if subscription.kind == PENDING and subscription.backlog is None:
                yield id_, json.dumps(hash_)


def _alternatives(given: Any, what: str, length: int) -> frozenset[str]:
    """One value, several or none, of so many characters each. Raises :class:`RpcError`."""
    values = given if isinstance(given, list) else [] if given is None else [given]
    if len(values) > _ALTERNATIVES:
        raise RpcError(INVALID_PARAMS, f"at most {_ALTERNATIVES} of each {what}")
    for value in values:
        if not (isinstance(value, str) and len(value) == length and value.startswith("0x")):
            raise RpcError(INVALID_PARAMS, f"{what}: 0x and {length - 2} hex digits")
    return frozenset(value.lower() for value in values)
