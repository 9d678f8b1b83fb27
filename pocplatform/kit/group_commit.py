"""Group commit: writes that arrive together share one database transaction.

A commit waits for the disk. What arrives meanwhile is done in the next transaction, together, so
that under load one wait serves many writes, while a single write waits for nobody.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sqlmodel import Session

from pocplatform.kit.bulk import write_staged
from pocplatform.kit.database import Database

logger = logging.getLogger(__name__)

AT_MOST = 64
"""Pieces of work in one transaction."""

T = TypeVar("T")
Work: TypeAlias = Callable[[Session], T]


@dataclass(slots=True)
class _Piece:
    """Work, and who waits for what comes of it."""

    work: Work[Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """Does pieces of work in a thread of its own, in the order of their arrival.

    A piece that raises is undone, and it alone: it spoils the transaction for the others, so they
    are done once more, each in one of its own. A piece must therefore bear being repeated, and act
    on nothing but its session.

    Args:
        database: Where they are done.
        prepare: Called at the begin of each transaction with the work that it will do, to look up
            in one statement what each piece would look up by itself.
        committed: Called after each transaction, with its session.
    """

    def __init__(
        self,
        database: Database,
        *,
        prepare: Callable[[Session, Sequence[Work[Any]]], None] = lambda session, group: None,
        committed: Callable[[Session], None] = lambda session: None,
    ) -> None:
        self._database = database
        self._prepare = prepare
        self._committed = committed
        self._pieces: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    async def do(self, work: Work[T]) -> T:
        """Do ``work`` soon; return its result once that is committed.

        Work that is cancelled before its turn is not done.
        """
        return await self.submit(work)

    def submit(self, work: Work[T]) -> "asyncio.Future[T]":
        """As :meth:`do`; the work is in line when this returns. Call it in an event loop."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pieces.put(_Piece(work, future))
        return future

    def close(self) -> None:
        """Do what was submitted, then end."""
        self._pieces.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            first = self._pieces.get()
            if first is None:
                return
            group = [first]
            if not self._do(group, joining=True):
                for piece in group:
                    self._do([piece], alone=True)
            _deliver(group)

    def _join(self, group: list[_Piece]) -> None:
        """Add what has arrived meanwhile; without what nobody waits for any more."""
        while len(group) < AT_MOST:
            try:
                piece = self._pieces.get_nowait()
            except queue.Empty:
                break
            if piece is None:
                self._pieces.put(None)  # the end comes after this group
                break
            group.append(piece)
        group[:] = [piece for piece in group if not piece.future.cancelled()]

    def _do(self, group: list[_Piece], *, joining: bool = False, alone: bool = False) -> bool:
        """Do a group in one transaction; False if it was undone, to be done piece by piece.

        With ``joining``, what has arrived until the transaction can begin joins the group.
        """
        worked = False
        try:
            with self._database.transaction() as session:
                if joining:
                    self._join(group)
                self._prepare(session, [piece.work for piece in group])
                results = [piece.work(session) for piece in group]
                write_staged(session)
                worked = True
        except BaseException as error:
            # Where the commit itself failed at a server, it may have been done all the same: who
            # asked repeats it under its idempotency key, or does not.
            unsure = worked and not self._database.is_sqlite
            if not alone and len(group) > 1 and not unsure:
                return False
            for piece in group:
                piece.error = error
            return True
        for piece, result in zip(group, results, strict=True):
            piece.result = result
        try:
            self._committed(session)
        except Exception:
            # It is done all the same, and this thread has others' work to do.
            logger.exception("what was committed could not be told")
        return True


def _deliver(group: Sequence[_Piece]) -> None:
    """Tell those who wait, each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Piece]] = {}
    for piece in group:
        by_loop.setdefault(piece.future.get_loop(), []).append(piece)
    for loop, pieces in by_loop.items():
        # The loop of a request that was waiting while its server ended is closed.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_complete, pieces)


def _complete(pieces: Sequence[_Piece]) -> None:
    for piece in pieces:
        if piece.future.done():
            continue
        if piece.error is not None:
            piece.future.set_exception(piece.error)
        else:
            piece.future.set_result(piece.result)
