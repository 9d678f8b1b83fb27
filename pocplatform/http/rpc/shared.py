"""The shared chain, as a WebSocket speaks to it."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool

from pocplatform.http.rpc.calls import Lanes, Request
from pocplatform.http.rpc.methods import Caller
from pocplatform.http.rpc.sockets import News, Subscribe
from pocplatform.http.state import Gateway
from pocplatform.indexer.news import Listener
from pocplatform.indexer.pending import Waiting


class SharedChain:
    """Answers as ``/rpc/{key}`` does, and tells what the platform has recorded.

    Args:
        gateway: The platform.
        lanes: How many requests go to the node at a time.
        present: Who has the key now, with what they may do now; None once it opens nothing.
    """

    def __init__(
        self, gateway: Gateway, lanes: Lanes, present: Callable[[], Awaitable[Caller | None]]
    ) -> None:
        self._gateway = gateway
        self._lanes = lanes
        self._present = present

    async def answer(self, body: bytes, subscribe: Subscribe) -> bytes:
        """The answer to one call or a batch."""
        caller = await self._present()
        if caller is None:
            return b""  # the connection ends for it
        request = Request(self._gateway, caller, self._lanes, subscribe)
        return (await request.answer(body)).body

    async def listen(
        self, told: Callable[[News], None], *, pending: bool
    ) -> Callable[[], Awaitable[None]]:
        """Tell of recorded blocks, or of what reaches the node. Raises :class:`RpcError`."""
        source = self._gateway.pending if pending else self._gateway.blocks
        listener: Listener | Waiting = await run_in_threadpool(source.listen, told)

        async def end() -> None:
            await run_in_threadpool(listener.end)

        return end
