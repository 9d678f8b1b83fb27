"""Pages for everybody that keep themselves up to date: streams that need no key.

A message says only that there may be something new; the page then asks for itself again, and takes
the part that shows it. Nothing that is not public is told by that.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pocplatform.delivery import stream
from pocplatform.events.log import following, last_seq
from pocplatform.events.models import Event
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import RateLimited
from pocplatform.web.live import CHANGED

AT_MOST = 500
"""Browsers that are told at a time; others see what is new when they load the page again."""
_PAUSE_S = 0.25
"""Between two messages to one browser: each has it load something."""
_EVENTS_AT_ONCE = 100


def blocks(app: FastAPI, gateway: Gateway) -> Response:
    """Tells of new blocks. Raises :class:`RateLimited`."""

    async def messages() -> AsyncIterator[dict[str, str]]:
        with contextlib.closing(_News(gateway, ())) as news:
            listener = await run_in_threadpool(gateway.blocks.listen, lambda _: news.tell())
            try:
                while await news.wait():
                    yield {"event": CHANGED, "data": "block"}
                    await asyncio.sleep(_PAUSE_S)
            finally:
                listener.end()

    return _answer(app, gateway, messages())


def events(
    app: FastAPI, gateway: Gateway, types: Sequence[str], concerns: Callable[[Event], bool]
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
        with contextlib.closing(_News(gateway, None)) as news:
            after = await run_in_threadpool(newest)
            while await news.wait():
                concerned, after = await run_in_threadpool(look, after)
                if concerned:
                    yield {"event": CHANGED, "data": "event"}
                    await asyncio.sleep(_PAUSE_S)

    return _answer(app, gateway, messages())


class _News:
    """Waits for news, from whichever thread they come.

    Args:
        gateway: Whose feed says what is new, and when all is over.
        whose: Whose events are news; None for everybody's.
    """

    def __init__(self, gateway: Gateway, whose: tuple[str, ...] | None) -> None:
        self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
        self._subscription = gateway.feed.subscribe(whose, self.tell)

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


def _answer(app: FastAPI, gateway: Gateway, messages: AsyncIterator[dict[str, str]]) -> Response:
    from sse_starlette import EventSourceResponse

    open_now: int = getattr(app.state, _COUNT, 0)
    if open_now >= AT_MOST:
        raise RateLimited(
            "Too many pages are kept up to date just now.",
            next_step="Load the page again to see what is new.",
        )

    async def counted() -> AsyncIterator[dict[str, str]]:
        setattr(app.state, _COUNT, getattr(app.state, _COUNT, 0) + 1)
        try:
            async for message in messages:
                yield message
        finally:
            setattr(app.state, _COUNT, getattr(app.state, _COUNT, 1) - 1)

    return EventSourceResponse(
        counted(), ping=gateway.settings.stream_heartbeat_s, send_timeout=stream.STUCK_S
    )


_COUNT = "public_streams"
"""Where the application counts the streams that are open."""
