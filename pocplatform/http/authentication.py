"""Who calls: secret keys looked up in the database, and remembered while none is revoked."""

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
        revocations: Something that differs from before once a key was revoked.
    """

    def __init__(
        self,
        database: Database,
        look_up: Callable[[Session, str], Actor | None],
        revocations: Callable[[Session], object],
    ) -> None:
        self._database = database
        self._look_up = look_up
        self._revocations = revocations
        self._known: dict[str, Actor] = {}
        self._seen: object = None
        self._until = 0.0

    async def actor(self, secret: str) -> Actor | None:
        """Who has this key; None if nobody has. Call it from the event loop's thread only."""
        now = time.monotonic()
        if now >= self._until:
            self._until = now + REMEMBERED_S
            seen = await run_in_threadpool(self._read_revocations)
            if seen != self._seen:
                self._known.clear()
                self._seen = seen
        actor = self._known.get(secret)
        if actor is not None:
            return actor
        seen = self._seen
        actor = await run_in_threadpool(self._read, secret)
        if actor is None or seen != self._seen:  # it may have been revoked since it was read
            return actor
        if len(self._known) >= _AT_MOST:
            self._known.clear()
        self._known[secret] = actor
        return actor

    def _read(self, secret: str) -> Actor | None:
        with self._database.snapshot() as session:
            return self._look_up(session, secret)

    def _read_revocations(self) -> object:
        with self._database.snapshot() as session:
            return self._revocations(session)
