"""The JSON-RPC of devnets by WebSocket, at their addresses: requests, and subscriptions.

A connection is about one run of the devnet's node, which opening it starts. When that ends, since
the devnet was stopped, reset or restored, or nobody has asked it anything for long, the connection
ends with it: what the client remembers of the chain may be wrong by then. Listening alone does not
keep a devnet from being stopped.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fastapi import WebSocket
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.devnet.errors import DevnetEnded
from pocplatform.chain.devnet.slot import not_free
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.domains.devnets.endpoints import calls
from pocplatform.domains.devnets.endpoints.devnets import check
from pocplatform.domains.devnets.endpoints.turns import on_node
from pocplatform.http import rpc
from pocplatform.http.freezing import lacking
from pocplatform.http.limits import TooManyRequests
from pocplatform.http.routing import Router
from pocplatform.http.rpc.answers import as_json, told
from pocplatform.http.rpc.sockets import (
    AT_MOST,
    RESTARTED,
    TRY_AGAIN_LATER,
    Connection,
    Connections,
    News,
    Subscribe,
)
from pocplatform.http.rpc.subscriptions import PENDING
from pocplatform.http.state import Actor, Gateway
from pocplatform.indexer.news import Announcement, Log
from pocplatform.kit.errors import NotFound, PlatformError

if TYPE_CHECKING:
    from pocplatform.chain.devnet.telling import NodeTelling

router = Router()

_OVER = "the devnet was stopped, or begun anew: connect again, and mind its epoch"
_OPENS = 2
"""Attempts to reach the node: it may be stopped just after it was started."""

_connections = Connections()


@router.websocket("/rpc/devnets/{devnet_id}")
async def connect_to_devnet(socket: WebSocket, devnet_id: str) -> None:
    """Ask the node of a devnet of yours, with your key as bearer."""
    scheme, _, secret = socket.headers.get("authorization", "").partition(" ")
    await _serve(socket, devnet_id, secret if scheme.lower() == "bearer" else "")


@router.websocket("/rpc/{key}/devnets/{devnet_id}")
async def connect_to_devnet_by_address(socket: WebSocket, devnet_id: str) -> None:
    """Ask the node of a devnet of yours, with your key in the address."""
    await _serve(socket, devnet_id, rpc.key_in_address(socket))


class TeamChain:
    """A devnet, as a WebSocket speaks to it.

    Args:
        gateway: The platform.
        devnet_id: Which.
        epoch: The one that the connection is about.
        node: Tells what is new.
        caller: Who has connected; None if the key opens nothing any more.
        language: For sentences.
    """

    def __init__(
        self,
        gateway: Gateway,
        devnet_id: str,
        epoch: int,
        node: "NodeTelling",
        caller: Callable[[], Awaitable[Actor | None]],
        language: str,
    ) -> None:
        self._gateway = gateway
        self._id = devnet_id
        self._epoch = epoch
        self._node = node
        self._caller = caller
        self._language = language
        self._another = asyncio.Event()

    async def over(self) -> None:
        """Return once the node has ended, or another epoch has begun."""
        waits = [asyncio.create_task(self._node.end()), asyncio.create_task(self._another.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def answer(self, body: bytes, subscribe: Subscribe) -> bytes:
        """The answer to one call or a batch."""
        actor = await self._caller()
        if actor is None:
            return b""  # the connection ends for it
        try:
            answer = await calls.answer(
                self._gateway, actor, self._id, body, counted=0, subscribe=subscribe
            )
        except (NotFound, TooManyRequests) as problem:
            return as_json({"jsonrpc": "2.0", "id": None, **told(problem, self._language)})
        if answer.epoch not in (None, self._epoch):
            self._another.set()
            return b""
        return answer.body

    async def listen(
        self, told: Callable[[News], None], *, pending: bool
    ) -> Callable[[], Awaitable[None]]:
        """Tell what the node tells. Raises :class:`NodeUnreachable`, :class:`RpcError`."""
        if pending:
            await self._node.subscribe(PENDING, told)
        else:
            await self._node.subscribe("newHeads", lambda head: told(_head(head)))
            await self._node.subscribe("logs", lambda log: told(_log(log)))
        return _nothing


async def _serve(socket: WebSocket, devnet_id: str, secret: str) -> None:
    gateway = rpc.gateway_of(socket)
    if gateway is None:
        await rpc.deny(socket, None)
        return
    async with contextlib.AsyncExitStack() as stack:
        try:
            actor = await rpc.actor_of(gateway, socket, secret)
            gateway.limits.take(actor)
            if (lacks := lacking(actor, "read")) is not None:
                raise lacks
            await run_in_threadpool(check, gateway, actor, devnet_id)
            if not stack.enter_context(_connections.taken(actor)):
                await socket.accept()
                await socket.close(TRY_AGAIN_LATER, f"a key has at most {AT_MOST} connections")
                return
            node, epoch = await _reached(gateway, devnet_id)
        except PlatformError as problem:
            await rpc.deny(socket, problem)
            return
        stack.push_async_callback(node.close)
        await socket.accept(headers=[(rpc.EPOCH.encode(), str(epoch).encode())])
        await _run(socket, gateway, secret, devnet_id, node, epoch)


async def _reached(gateway: Gateway, devnet_id: str) -> tuple["NodeTelling", int]:
    """A devnet's node, started if need be, and its epoch.

    Raises:
        NodeUnreachable, DevnetEnded: It ended again at once.
        DevnetsBusy: It does not stay, or see :meth:`Fleet.using`.
        DevnetNotStarted: See there.
    """
    # Here, since it brings the client's modules along, which few starts need.
    from pocplatform.chain.devnet.telling import NodeTelling

    def start() -> tuple[str, int]:
        with gateway.devnets.using(devnet_id) as (node, epoch):
            node.client.block_number()  # that it has ended may be noticed by this only
            return node.client.url, epoch

    for left in reversed(range(_OPENS)):
        try:
            found = await on_node(devnet_id, start)
            node = await NodeTelling.open(found[0])
        except (NodeUnreachable, DevnetEnded):
            if not left:
                raise
            continue
        try:  # its port may have become another's before it was connected to
            if await on_node(devnet_id, start) == found:
                return node, found[1]
        except BaseException:
            await node.close()
            raise
        await node.close()
    raise not_free(devnet_id)


async def _run(
    socket: WebSocket,
    gateway: Gateway,
    secret: str,
    devnet_id: str,
    node: "NodeTelling",
    epoch: int,
) -> None:
    async def caller() -> Actor | None:
        return await gateway.authentication.actor(secret)

    async def allowed() -> bool:
        return await caller() is not None

    chain = TeamChain(gateway, devnet_id, epoch, node, caller, rpc.language_of(socket))
    connection = Connection(socket, chain, allowed, gateway.settings.stream_heartbeat_s)
    over = asyncio.create_task(chain.over())
    over.add_done_callback(lambda _: connection.leave(RESTARTED, _OVER))
    try:
        await connection.run()
    finally:
        over.cancel()


async def _nothing() -> None:
    """The news end with the connection to the node."""


def _head(head: Any) -> Announcement:
    return Announcement(_json(head), ())


def _log(log: dict[str, Any]) -> Announcement:
    topics = tuple(topic.lower() for topic in log["topics"])
    return Announcement(None, (Log(log["address"].lower(), topics, _json(log)),))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
