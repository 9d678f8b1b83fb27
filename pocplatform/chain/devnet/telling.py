"""What the node of a devnet tells by itself: ``eth_subscribe`` over a WebSocket to it.

The connection is also how the end of that node is noticed: a devnet that is stopped, reset or lost
goes on in another process.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Self, TypeAlias

from pydantic_core import from_json
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from pocplatform.chain.devnet.private import MAX_ANSWER
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.chain.heads import websocket_url

Told: TypeAlias = Callable[[Any], None]
"""Is told the news, in the event loop. It must not block."""

_OPEN_S = 10.0
_ANSWER_S = 30.0
"""As long as a node may work on another request."""


class NodeTelling:
    """One node's news, in an event loop. Made by :meth:`open`, and to be closed."""

    def __init__(self, connection: ClientConnection, url: str) -> None:
        self._connection = connection
        self._url = url
        self._asked: dict[int, tuple[asyncio.Future[None], Told]] = {}
        self._told: dict[str, Told] = {}
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to a node by its HTTP address. Raises :class:`NodeUnreachable`."""
        try:
            connection = await connect(
                websocket_url(url),
                open_timeout=_OPEN_S,
                close_timeout=1,
                ping_interval=None,  # a node at work answers none; its end is noticed without
                proxy=None,
                compression=None,
                max_size=MAX_ANSWER,
            )
        except (OSError, WebSocketException) as error:
            raise _unreachable(url, error) from error
        return cls(connection, url)

    async def subscribe(self, kind: str, told: Told) -> None:
        """Have ``told`` be told all news of a kind that come after this returns.

        Args:
            kind: ``newHeads``, ``logs`` or ``newPendingTransactions``.
            told: See there.

        Raises:
            NodeUnreachable: The node has ended, or does not answer.
            RpcError: It refuses.
        """
        number = len(self._asked) + 1
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[number] = (begun, told)
        call = {"jsonrpc": "2.0", "id": number, "method": "eth_subscribe", "params": [kind]}
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._connection.send(json.dumps(call))
                await asyncio.wait((begun, self._reading), return_when=asyncio.FIRST_COMPLETED)
        except (OSError, WebSocketException) as error:
            raise _unreachable(self._url, error) from error
        if not begun.done():
            raise _unreachable(self._url, ConnectionResetError())
        begun.result()

    async def end(self) -> None:
        """Return once the node has ended, or tells no more."""
        await asyncio.shield(self._reading)

    async def close(self) -> None:
        """Listen no more."""
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        await self._connection.close()

    async def _read(self) -> None:
        with contextlib.suppress(WebSocketException):
            async for message in self._connection:
                self._hear(from_json(message))

    def _hear(self, said: dict[str, Any]) -> None:
        if said.get("method") == "eth_subscription":
            told = self._told.get(said["params"]["subscription"])
            if told is not None:
                told(said["params"]["result"])
            return
        begun, told = self._asked[said["id"]]
        if "error" in said:
            error = said["error"]
            begun.set_exception(RpcError(int(error["code"]), str(error["message"])))
        else:
            self._told[said["result"]] = told
            begun.set_result(None)


def _unreachable(url: str, error: Exception) -> NodeUnreachable:
    return NodeUnreachable(
        "The blockchain node at {url} does not answer ({why}).",
        url=url,
        why=type(error).__name__,
    )
