"""Tells those who wait for events that there are new ones: one look for all of them.

Whoever appends events calls :meth:`Feed.wake` after the commit. One thread then asks once whom the
new events concern, and tells these; nobody else stirs, and nobody polls.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy import bindparam
from sqlmodel import col, select

from pocplatform.events.log import last_seq
from pocplatform.events.models import EventAudience
from pocplatform.kit.database import Database


@dataclass(eq=False)
class Subscription:
    """Somebody who waits; given back with :meth:`end`.

    Attributes:
        addresses: Whose events; None for all. It may be set to others.
        owner: The organization that waits, if it is one.
        told: Called, in the feed's thread, when there may be something new. It must not block.
        ended: Whether nothing more will be told.
    """

    addresses: Collection[str] | None
    told: Callable[[], None]
    _feed: "Feed" = field(repr=False)
    owner: str | None = None
    ended: bool = False

    def end(self) -> None:
        """Wait no longer."""
        self._feed._forget(self)


class Feed:
    """Passes the news of new events on.

    Args:
        database: Holds the event log.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._seen = 0
        self._woken = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Say that events were appended and committed."""
        if self._subscriptions:
            self._woken.set()

    def subscribe(
        self,
        addresses: Collection[str] | None,
        told: Callable[[], None],
        owner: str | None = None,
    ) -> Subscription:
        """Be told of new events from now on; look for those until now after this returns."""
        subscription = Subscription(addresses, told, self, owner)
        with self._lock:
            subscription.ended = self._closing
            if self._closing:
                return subscription
            if not self._subscriptions:
                self._seen = self._newest()
            self._subscriptions.add(subscription)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        return subscription

    def count(self, owner: str) -> int:
        """How often an organization waits."""
        with self._lock:
            return sum(one.owner == owner for one in self._subscriptions)

    def close(self) -> None:
        """End every subscription, each of which is told once more, and take no new ones."""
        with self._lock:
            self._closing = True
            ended, self._subscriptions = self._subscriptions, set()
        for subscription in ended:
            subscription.ended = True
            subscription.told()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _forget(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(subscription)
        subscription.ended = True

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._closing:
                return
            newest, concerned = self._news()
            with self._lock:
                nothing = concerned is not None and newest <= self._seen
                self._seen = newest
                waiting = [] if nothing else list(self._subscriptions)
            for subscription in waiting:
                whose = subscription.addresses
                if concerned is None or whose is None or not concerned.isdisjoint(whose):
                    subscription.told()

    def _newest(self) -> int:
        with self._database.snapshot() as session:
            return last_seq(session)

    def _news(self) -> tuple[int, set[str] | None]:
        """The newest event's number, and whom those since the last look concern; None for all.

        A database that cannot be read just now says nothing: everybody looks for themselves then.
        """
        try:
            with self._database.snapshot() as session:
                newest = last_seq(session)
                if newest <= self._seen:
                    return newest, set()
                found = session.connection().execute(_CONCERNED, {"seen": self._seen})
                return newest, set(found.scalars())
        except Exception:
            return self._seen, None


_CONCERNED = (
    select(EventAudience.address).where(col(EventAudience.event_seq) > bindparam("seen")).distinct()
)
