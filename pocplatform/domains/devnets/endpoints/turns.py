"""What requests do on the node of a devnet, which no database transaction holds together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread

from pocplatform.http.command import Command

T = TypeVar("T")

_AT_ONCE = 4
"""Requests of one devnet that hold a thread of the gateway."""

_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
_limiters: WeakValueDictionary[str, CapacityLimiter] = WeakValueDictionary()


async def on_node(devnet_id: str, act: Callable[[], T]) -> T:
    """Do something that waits for the node of a devnet, in a thread."""
    limiter = _limiters.setdefault(devnet_id, CapacityLimiter(_AT_ONCE))
    return await to_thread.run_sync(act, limiter=limiter)


@asynccontextmanager
async def once(devnet_id: str, command: Command) -> AsyncIterator[bool]:
    """Whether the act of this request is still to be done: not if it comes again.

    Within the block the act is done and the answer stored, while no other request with an
    idempotency key acts on the devnet.
    """
    if command.key is None:
        yield True
        return
    lock = _locks.setdefault(devnet_id, asyncio.Lock())
    async with lock:
        yield not await command.is_repeated()
