"""What a node tells of by itself: ``eth_subscribe`` over WebSocket.

A node that cannot be subscribed to is asked as ever; nothing depends on a message coming.
"""

import json
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

logger = logging.getLogger(__name__)

_RETRY_S = 30.0
"""Pause before the next attempt after a connection ended or was refused."""
_ANSWER_S = 10.0
"""How long opening the connection and the answer to the subscription may take."""


class NodeSubscription(ABC):
    """Listens in a thread of its own.

    Args:
        url: Gives the node's WebSocket address.
    """

    what: ClassVar[str]
    """What is subscribed to."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name=self.what, daemon=True)
        self.subscribed = False
        """Whether news is told at present."""

    @abstractmethod
    def _begun(self) -> None:
        """A subscription begins."""

    @abstractmethod
    def _heard(self, message: str | bytes) -> None:
        """The node has told something."""

    def _pause_s(self) -> float:
        """How long to wait before the next attempt."""
        return _RETRY_S

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        if (connection := self._connection) is not None:
            connection.close_socket()
        self._thread.join(timeout=_ANSWER_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (OSError, WebSocketException, ValueError, KeyError, TypeError) as error:
                if self.subscribed:
                    logger.info("the node no longer tells of %s: %s", self.what, error)
            self.subscribed = False
            self._stopping.wait(self._pause_s())

    def _listen(self) -> None:
        with connect(
            self._url(), open_timeout=_ANSWER_S, close_timeout=1, proxy=None, max_size=None
        ) as connection:
            self._connection = connection
            call = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": [self.what]}
            connection.send(json.dumps(call))
            if "result" not in json.loads(connection.recv(timeout=_ANSWER_S)):
                return
            self.subscribed = True
            self._begun()
            while not self._stopping.is_set():
                self._heard(connection.recv())


class NewHeads(NodeSubscription):
    """New blocks.

    Args:
        url: The node's WebSocket address.
        told: Called for each new block, and when a subscription begins, since blocks may have come
            before it.
    """

    what = "newHeads"

    def __init__(self, url: str, told: Callable[[], None]) -> None:
        super().__init__(lambda: url)
        self._told = told

    def _begun(self) -> None:
        self._told()

    def _heard(self, message: str | bytes) -> None:
        self._told()


class PendingTransactions(NodeSubscription):
    """Transactions that have reached the node.

    Args:
        url: Gives the node's WebSocket address: that of our own devnet may change.
        told: Called with the hash of each.
    """

    what = "newPendingTransactions"

    def __init__(self, url: Callable[[], str], told: Callable[[str], None]) -> None:
        super().__init__(url)
        self._told = told
        self._begins = threading.Event()

    def begins(self, seconds: float) -> bool:
        """Whether a subscription has begun, or does within so many seconds."""
        return self._begins.wait(seconds)

    def _pause_s(self) -> float:
        return 1.0

    def _begun(self) -> None:
        self._begins.set()

    def _heard(self, message: str | bytes) -> None:
        hash_ = json.loads(message)["params"]["result"]
        if isinstance(hash_, str):
            self._told(hash_)


def websocket_url(url: str) -> str:
    """The address at which a node that serves both on one port takes WebSocket connections."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme={"https": "wss"}.get(parts.scheme, "ws")))
