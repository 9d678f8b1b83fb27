"""Lets a request wait until its transaction is settled, without polling."""

import asyncio
import contextlib
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

from pocplatform.outbox.models import TransactionStatus


class Settled(NamedTuple):
    """What became of a transaction.

    Attributes as those of :class:`~pocplatform.outbox.models.Transaction`.
    """

    id: str
    status: TransactionStatus
    nonce: int | None = None
    hash: str | None = None
    block_number: int | None = None
    gas_used: int | None = None
    error: dict[str, Any] | None = None


class Watch:
    """Futures of requests that wait for transactions. Safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[asyncio.Future[Settled]]] = {}

    def register(
        self, transaction_id: str, loop: asyncio.AbstractEventLoop
    ) -> asyncio.Future[Settled]:
        """A future of ``loop`` that completes when the transaction settles.

        Register before the transaction is committed, or look at its row afterwards: then no
        settlement can be missed.
        """
        future: asyncio.Future[Settled] = loop.create_future()
        with self._lock:
            self._waiting.setdefault(transaction_id, []).append(future)
        return future

    def forget(self, transaction_id: str, future: asyncio.Future[Settled]) -> None:
        """Stop waiting."""
        with self._lock:
            futures = self._waiting.get(transaction_id, [])
            if future in futures:
                futures.remove(future)
            if not futures:
                self._waiting.pop(transaction_id, None)

    def settled(self, transactions: Iterable[Settled]) -> None:
        """Wake those who wait for these transactions; called from the engine's thread."""
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Settled], Settled]]] = {}
        with self._lock:
            for outcome in transactions if self._waiting else ():
                for future in self._waiting.pop(outcome.id, ()):
                    by_loop.setdefault(future.get_loop(), []).append((future, outcome))
        for loop, outcomes in by_loop.items():
            # The loop of a request that was waiting while its server ended is closed.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_complete, outcomes)


def _complete(outcomes: list[tuple[asyncio.Future[Settled], Settled]]) -> None:
    for future, outcome in outcomes:
        if not future.done():
            future.set_result(outcome)
