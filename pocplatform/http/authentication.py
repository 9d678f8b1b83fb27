"""Who calls: keys and sessions looked up in the database, and remembered while none is revoked.

A secret is never compared with another: it is hashed, and found by its hash, here as in the
database. How long that takes tells nothing of the secrets that there are.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.http.state import Actor
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database

logger = logging.getLogger(__name__)

REMEMBERED_S = 1.0
"""A key that is revoked is refused after this time at the latest."""
NOTED_S = 60.0
"""How often it is stored when keys were used last: not with every request."""

_AT_MOST = 10_000


class Authentication:
    """Finds the caller of a secret key or a session.

    Args:
        database: Holds the keys.
        look_up: The caller of a key, or None.
        revocations: Something that differs from before once a key was revoked.
        note_use: Stores when keys were used last, by their ids.
    """

    def __init__(
        self,
        database: Database,
        look_up: Callable[[Session, str], Actor | None],
        revocations: Callable[[Session], object],
        note_use: Callable[[Session, Mapping[str, int]], None] | None = None,
    ) -> None:
        self._database = database
        self._look_up = look_up
        self._revocations = revocations
        self._note_use = note_use
        self._known: dict[bytes, Actor] = {}
        """By the SHA-256 of the secret."""
        self._used: dict[str, int] = {}
        self._seen: object = None
        self._until = 0.0
        self._note_at = time.monotonic() + NOTED_S
        self._noting: asyncio.Task[None] | None = None

    async def actor(self, secret: str) -> Actor | None:
        """Who has this key; None if nobody has. Call it from the event loop's thread only."""
        now = time.monotonic()
        if now >= self._until:
            self._until = now + REMEMBERED_S
            seen = await run_in_threadpool(self._read_revocations)
            if seen != self._seen:
                self._known.clear()
                self._seen = seen
            if now >= self._note_at:
                self._note_at = now + NOTED_S
                self._noting = asyncio.create_task(run_in_threadpool(self.note))
        digest = _digest(secret)
        actor = self._known.get(digest)
        if actor is None:
            actor = await self._find(secret, digest)
        elif actor.expires_ms is not None and actor.expires_ms <= now_ms():
            del self._known[digest]
            return None
        if actor is not None and actor.key_id is not None:
            self._used[actor.key_id] = now_ms()
        return actor

    def known(self, secret: str) -> Actor | None:
        """Who has this key, if that is remembered; for what needs no key, or comes to no check."""
        actor = self._known.get(_digest(secret))
        if actor is None or (actor.expires_ms is not None and actor.expires_ms <= now_ms()):
            return None
        return actor

    async def _find(self, secret: str, digest: bytes) -> Actor | None:
        seen = self._seen
        actor = await run_in_threadpool(self._read, secret)
        if actor is None or seen != self._seen:  # it may have been revoked since it was read
            return actor
        if len(self._known) >= _AT_MOST:
            self._known.clear()
        self._known[digest] = actor
        return actor

    def note(self) -> None:
        """Store when keys were used last. What cannot be stored now is lost: it is no more than a
        hint."""
        used, self._used = self._used, {}
        if not used or self._note_use is None:
            return
        try:
            with self._database.transaction() as session:
                self._note_use(session, used)
        except SQLAlchemyError:
            logger.warning("when keys were used last could not be stored", exc_info=True)

    def _read(self, secret: str) -> Actor | None:
        with self._database.snapshot() as session:
            return self._look_up(session, secret)

    def _read_revocations(self) -> object:
        with self._database.snapshot() as session:
            return self._revocations(session)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
