"""Lets a request wait until its transaction is settled, without polling."""

import asyncio
import contextlib
import threading
from collections.abc import Iterable


class Watch:
    """Futures of requests that wait for transactions. Safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def register(self, transaction_id: str) -> asyncio.Future[None]:
        """A future that completes when the transaction settles.

        Register first and look at the row afterwards: then no settlement can be missed.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.setdefault(transaction_id, []).append(future)
        return future

    def forget(self, transaction_id: str, future: asyncio.Future[None]) -> None:
        """Stop waiting."""
        with self._lock:
            futures = self._waiting.get(transaction_id, [])
            if future in futures:
                futures.remove(future)
            if not futures:
                self._waiting.pop(transaction_id, None)

    def settled(self, transaction_ids: Iterable[str]) -> None:
        """Wake those who wait for these transactions; called from the engine's thread."""
        with self._lock:
            futures = [f for id_ in transaction_ids for f in self._waiting.pop(id_, [])]
        for future in futures:
            # The loop of a request that was waiting while its server ended is closed.
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_complete, future)


def _complete(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
