"""Who calls: secret keys looked up in the database, and remembered for a moment."""

import time
from collections.abc import Callable

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.http.state import Actor
from pocplatform.kit.database import Database

REMEMBERED_S = 1.0
"""A key that is revoked is refused after this time at the latest."""

_AT_MOST = 10_000


class Authentication:
    """Finds the caller of a secret key.

    Args:
        database: Holds the keys.
        look_up: The caller of a key, or None.
    """

    def __init__(self, database: Database, look_up: Callable[[Session, str], Actor | None]) -> None:
        self._database = database
        self._look_up = look_up
        self._known: dict[str, tuple[float, Actor]] = {}

    async def actor(self, secret: str) -> Actor | None:
        """Who has this key; None if nobody has. Call it from the event loop's thread only."""
        until, actor = self._known.get(secret, (0.0, None))
        now = time.monotonic()
        if actor is not None and now < until:
            return actor
        actor = await run_in_threadpool(self._read, secret)
        if actor is None:
            self._known.pop(secret, None)
            return None
        if len(self._known) >= _AT_MOST:
            self._known.clear()
        self._known[secret] = now + REMEMBERED_S, actor
        return actor

    def _read(self, secret: str) -> Actor | None:
        with self._database.snapshot() as session:
            return self._look_up(session, secret)
