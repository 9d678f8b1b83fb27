"""The place of one devnet's process, and whose turn it is there."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pocplatform.chain.devnet.errors import DevnetsBusy
from pocplatform.chain.devnet.private import PrivateNode
from pocplatform.kit.i18n import Phrase

DRAIN_S = 10.0
"""How long a save waits for the requests under way."""
_PATIENCE_S = 45.0
"""How long a request waits for a devnet that is being started, saved or stopped."""


@dataclass(eq=False)
class Slot:
    """The place of a devnet's process.

    Attributes:
        turn: Held by whoever starts, saves or stops it; requests hold it for a moment.
        owner: Whose devnet it is.
        epoch: Of the process.
        starting: Whether it is being started.
        busy: Requests under way.
        draining: Whether further requests wait until those under way are done.
        changed: Whether something is on it that no file has.
        used_at: When it was used last, as all times here by the monotonic clock.
        saved_at: When it was started, saved or tried to be saved last.
        save_took_s: How long the last save took.
        failure: Why it did not start the last time.
    """

    id: str
    turn: threading.Condition = field(default_factory=threading.Condition)
    owner: str = ""
    epoch: int = 0
    node: PrivateNode | None = None
    starting: bool = False
    busy: int = 0
    draining: bool = False
    changed: bool = False
    used_at: float = 0.0
    saved_at: float = 0.0
    save_took_s: float = 0.0
    failure: str = ""

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """While nobody else starts, saves or stops it. Raises :class:`DevnetsBusy`."""
        deadline = time.monotonic() + _PATIENCE_S
        if not self.turn.acquire(timeout=_PATIENCE_S):
            raise not_free(self.id)
        try:
            left = deadline - time.monotonic()
            if not self.turn.wait_for(lambda: not self.draining, timeout=max(left, 0)):
                raise not_free(self.id)
            yield
        finally:
            self.turn.release()

    @contextmanager
    def drained(self) -> Iterator[None]:
        """While no request is under way; the turn must be held. Raises :class:`DevnetsBusy`."""
        self.draining = True
        try:
            if not self.turn.wait_for(lambda: self.busy == 0, timeout=DRAIN_S):
                raise not_free(self.id)
            yield
        finally:
            self.draining = False
            self.turn.notify_all()

    def end(self) -> Phrase | None:
        """How the process ended, in words; None if it did not, or there is none."""
        if self.node is None or self.node.is_alive():
            return None
        return Phrase("ended with exit status {status}", status=self.node.exit_status)

    def drop(self) -> None:
        """End the process without saving it; the turn must be held."""
        if self.node is not None:
            self.node.stop()
        self.node, self.changed = None, False


def not_free(devnet_id: str) -> DevnetsBusy:
    """That others are at work on a devnet."""
    return DevnetsBusy(
        "The devnet {id} is busy: it is started, saved or at work on other requests.",
        next_step="Try again in a moment.",
        id=devnet_id,
    )
