"""The chain's epoch: a name of its history, which changes when that does not go on.

Wallets remember how many transactions an account has sent, by the chain's id. A devnet that begins
anew, or is put back, has the same id and another history, so what they remember is wrong. A chain
that is rebuilt from its journal goes on as it was and keeps its epoch.

The epoch is a file of the data folder that no snapshot holds: what moves the folder's content aside
moves it too.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pocplatform.chain.files import write_atomically
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.ids import new_id

FILE = "epoch.json"

Why = Literal["started", "reset", "restored"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of history that goes on from block to block.

    Attributes:
        id: Its name.
        began_ms: When it began, in milliseconds since 1970.
        why: started: there was nothing before it; reset: another chain was moved aside; restored: a
            snapshot was put in its place.
    """

    id: str
    began_ms: int
    why: Why

    @property
    def follows_another(self) -> bool:
        """Whether wallets may remember an earlier history of the chain."""
        return self.why != "started"

    @property
    def began(self) -> str:
        """When it began, as RFC 3339 writes it."""
        return iso(self.began_ms)


def current(folder: Path, *, first: Why) -> Epoch:
    """The epoch of a data folder; where it has none, one begins. Raises OSError.

    Args:
        folder: The data folder.
        first: Why it has none.
    """
    try:
        known = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Epoch(str(known["id"]), int(known["began_ms"]), cast(Why, known["why"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return begin(folder, first)


def begin(folder: Path, why: Why) -> Epoch:
    """Let another epoch begin. Raises OSError."""
    epoch = Epoch(new_id("epo"), now_ms(), why)
    content = {"id": epoch.id, "began_ms": epoch.began_ms, "why": epoch.why}
    write_atomically(folder / FILE, json.dumps(content) + "\n")
    return epoch
