"""Pages for everybody that keep themselves up to date: streams that need no key.

A message says only that there may be something new; the page then asks for itself again, and takes
the part that shows it. Nothing that is not public is told by that.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pocplatform.delivery import stream
from pocplatform.events.log import following, last_seq
from pocplatform.events.models import Event
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import RateLimited
from pocplatform.web.live import CHANGED

AT_MOST = 200
"""Pages of one network address that are told at a time: a class at a school has one address."""
_PAUSE_S = 0.25
"""Between two messages to one browser: each has it load something."""
_EVENTS_AT_ONCE = 100


def blocks(request: Request, gateway: Gateway) -> Response:
    """Tells of new blocks. Raises :class:`RateLimited`."""

    async def messages() -> AsyncIterator[dict[str, str]]:
        with contextlib.closing(_News(request, gateway, ())) as news:
            listener = await run_in_threadpool(gateway.blocks.listen, lambda _: news.tell())
            try:
                while await news.wait():
                    yield {"event": CHANGED, "data": "block"}
                    await asyncio.sleep(_PAUSE_S)
            finally:
                listener.end()

    return _answer(request, gateway, messages())


def events(
    request: Request, gateway: Gateway, types: Sequence[str], concerns: Callable[[Event], bool]
) -> Response:
    """Tells of new events of some types that concern a page. Raises :class:`RateLimited`."""

    def newest() -> int:
        with gateway.database.snapshot() as session:
            return last_seq(session)

    def look(after: int) -> tuple[bool, int]:
        with gateway.database.snapshot() as session:
            last = last_seq(session)  # before the events, so that none is passed over
            found = following(session, None, after, types, _EVENTS_AT_ONCE)
        # More than that at a time concern everybody.
        many = len(found) == _EVENTS_AT_ONCE
        return many or any(map(concerns, found)), max(after, last)

    async def messages() -> AsyncIterator[dict[str, str]]:
        with contextlib.closing(_News(request, gateway, None)) as news:
            after = await run_in_threadpool(newest)
            while await news.wait():
                concerned, after = await run_in_threadpool(look, after)
                if concerned:
                    yield {"event": CHANGED, "data": "event"}
                    await asyncio.sleep(_PAUSE_S)

    return _answer(request, gateway, messages())


class _News:
    """Waits for news, from whichever thread they come.

    Args:
        request: Of the page that waits.
        gateway: Whose feed says what is new, and when all is over.
        whose: Whose events are news; None for everybody's.
    """

    def __init__(self, request: Request, gateway: Gateway, whose: tuple[str, ...] | None) -> None:
        self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
        self._subscription = gateway.feed.subscribe(whose, self.tell, _owner(request))

    def tell(self) -> None:
        """Say that there is something new."""
        with contextlib.suppress(RuntimeError):  # the server of this connection has ended
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> bool:
        """Until there is something new; False when there never will be."""
        if not self._subscription.ended:
            await self._event.wait()
            self._event.clear()
        return not self._subscription.ended

    def close(self) -> None:
        """Wait no longer."""
        self._subscription.end()


def _answer(
    request: Request, gateway: Gateway, messages: AsyncIterator[dict[str, str]]
) -> Response:
    from sse_starlette import EventSourceResponse

    counted(request, gateway)
    return EventSourceResponse(
        messages, ping=gateway.settings.stream_heartbeat_s, send_timeout=stream.STUCK_S
    )


def counted(request: Request, gateway: Gateway) -> str:
    """Under which name a stream of this network address is counted. Raises :class:`RateLimited`."""
    owner = _owner(request)
    if gateway.feed.count(owner) >= AT_MOST:
        raise RateLimited(
            "Too many pages are kept up to date just now.",
            next_step="Load the page again to see what is new.",
        )
    return owner


def _owner(request: Request) -> str:
    """Under which name the streams of a network address are counted."""
    return f"page {request.client.host if request.client else ''}"
