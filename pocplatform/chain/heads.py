"""New blocks of a node that tells of them: ``eth_subscribe`` over WebSocket.

A node that cannot be subscribed to is polled as ever; nothing depends on a message coming.
"""

import json
import logging
import threading
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

logger = logging.getLogger(__name__)

_RETRY_S = 30.0
"""Pause before the next attempt after a connection ended or was refused."""
_ANSWER_S = 10.0
"""How long opening the connection and the answer to the subscription may take."""
_SUBSCRIBE = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}


class NewHeads:
    """Listens in a thread of its own.

    Args:
        url: The node's WebSocket address.
        told: Called for each new block, and when a subscription begins, since blocks may have come
            before it.
    """

    def __init__(self, url: str, told: Callable[[], None]) -> None:
        self._url = url
        self._told = told
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="new-heads", daemon=True)
        self.subscribed = False
        """Whether new blocks are told at present."""

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
                    logger.info("the node no longer tells of new blocks: %s", error)
            self.subscribed = False
            self._stopping.wait(_RETRY_S)

    def _listen(self) -> None:
        with connect(
            self._url, open_timeout=_ANSWER_S, close_timeout=1, proxy=None, max_size=None
        ) as connection:
            self._connection = connection
            connection.send(json.dumps(_SUBSCRIBE))
            if "result" not in json.loads(connection.recv(timeout=_ANSWER_S)):
                return
            self.subscribed = True
            self._told()
            while not self._stopping.is_set():
                connection.recv()
                self._told()


def websocket_url(url: str) -> str:
    """The address at which a node that serves both on one port takes WebSocket connections."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme={"https": "wss"}.get(parts.scheme, "ws")))
