"""How a coroutine waits for what happens in other threads."""

import asyncio
import contextlib


class Waker:
    """Wakes the coroutine that waits, from any thread. Made on the event loop that waits."""

    def __init__(self) -> None:
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()

    def wake(self) -> None:
        """Say that there is something new; where the loop has ended, nobody hears it."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._news.set)

    async def wait(self, seconds: float | None = None) -> bool:
        """Until there is something new since the last time; False if there is none in time.

        Whoever looks for what is new after this returns, and then waits again, misses nothing.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        woken = self._news.is_set()
        self._news.clear()
        return woken
