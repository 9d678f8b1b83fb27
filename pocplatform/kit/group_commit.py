"""Group commit: writes that arrive together share one database transaction.

A commit waits for the disk. What arrives meanwhile is done in the next transaction, together, so
that under load one wait serves many writes, while a single write waits for nobody.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

from sqlmodel import Session

from pocplatform.kit.database import Database

AT_MOST = 64
"""Pieces of work in one transaction."""

T = TypeVar("T")
_Piece: TypeAlias = tuple[Callable[[Session], Any], "Future[Any]"]


class GroupCommit:
    """Does pieces of work in a thread of its own, in the order of their arrival.

    A piece that raises is undone, and it alone: it spoils the transaction for the others, so they
    are done once more, each in one of its own. A piece must therefore bear being repeated, and act
    on nothing but its session.

    Args:
        database: Where they are done.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pieces: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        """Do ``work`` soon; the future has its result once that is committed."""
        future: Future[T] = Future()
        self._pieces.put((work, future))
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
            group, ended = self._gather(first)
            # A request that was given up meanwhile has cancelled its future.
            group = [piece for piece in group if piece[1].set_running_or_notify_cancel()]
            if group and not self._do(group):
                for piece in group:
                    self._do([piece], alone=True)
            if ended:
                return

    def _gather(self, first: _Piece) -> tuple[list[_Piece], bool]:
        """What has arrived; and whether there will be no more."""
        group = [first]
        while len(group) < AT_MOST:
            try:
                piece = self._pieces.get_nowait()
            except queue.Empty:
                break
            if piece is None:
                return group, True
            group.append(piece)
        return group, False

    def _do(self, group: list[_Piece], *, alone: bool = False) -> bool:
        """Do a group in one transaction; False if it was undone, to be done piece by piece."""
        try:
            with self._database.transaction() as session:
                results = [work(session) for work, _ in group]
        except BaseException as error:
            if not alone and len(group) > 1:
                return False
            group[0][1].set_exception(error)
            return True
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
        return True
