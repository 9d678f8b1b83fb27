"""What clients asked for and what they were answered: the books that the chain is held against."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

CENT = 10**4
"""Units of tEUR in a cent."""
NOBODY = "0x" + "00" * 20
"""Where money comes from that is made."""


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of money that a write means; its amount is no other write's."""

    sender: str
    recipient: str
    cents: int

    @property
    def on_chain(self) -> tuple[str, str, int]:
        """Sender, recipient and units, as the token's Transfer event has them."""
        return self.sender.lower(), self.recipient.lower(), self.cents * CENT


@dataclass(slots=True)
class Write:
    """One write under one idempotency key, however often it was sent.

    Attributes:
        wallet: Whose nonce it uses; None for the platform's own.
        move: The money that it moves, if any.
        status: HTTP status of the definite answer; 0 until there is one.
        answer: That answer.
        tries: How often it was sent.
    """

    key: str
    path: str
    body: dict[str, Any]
    secret: str
    wallet: str | None = None
    move: Move | None = None
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    tries: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the platform has promised to do it."""
        return 200 <= self.status < 300

    @property
    def transaction(self) -> str | None:
        """The id of its transaction, where the answer named it."""
        found = self.answer.get("transaction")
        if isinstance(found, dict):
            return str(found["id"])
        if found is not None:  # a problem document names it only
            return str(found)
        step = self.path.rpartition("/")[2]  # an agreement shows the transactions of all its steps
        of_step = [t for t in self.answer.get("transactions", ()) if t["function"].startswith(step)]
        return str(of_step[0]["id"]) if of_step else None


@dataclass(slots=True)
class Member:
    """An organization that writes."""

    secret: str
    address: str


class Ledger:
    """Every write of one world. Filled by the clients' thread, read by the rounds'."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self._amounts = itertools.count(1)
        self._keys = itertools.count(1)
        self._lock = threading.Lock()

    def cents(self) -> int:
        """An amount that no other write has."""
        return next(self._amounts)

    def add(
        self,
        path: str,
        body: dict[str, Any],
        by: Member,
        *,
        move: Move | None = None,
        wallet: str | None = None,
    ) -> Write:
        """A new write with a key of its own."""
        write = Write(f"key-{next(self._keys)}", path, body, by.secret, wallet, move)
        with self._lock:
            self.writes.append(write)
        return write

    @property
    def accepted(self) -> int:
        """Writes that the platform has promised to do."""
        with self._lock:
            return sum(write.accepted for write in self.writes)
