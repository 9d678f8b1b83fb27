"""What is kept of the devnets of teams: their rows, as far as their processes need them, and the
files of their saved states."""

import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pocplatform.chain.devnet.private import Aside, SavedState
from pocplatform.chain.files import sync_folder
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import NotFound

_SUFFIX = ".state"
_UNNAMED_S = 60.0
"""How old a file must be that no row names before it is deleted: its row may be about to come."""


Loss = Literal["ended", "not_saved", "sandbox_ended"]
"""Why something was lost: the devnet's process ended, or its state could not be saved, or the
sandbox ended without having saved it."""


@dataclass(frozen=True)
class StoredState:
    """A saved state on the disk.

    Attributes:
        file: Its name in the devnet's folder.
        size: Bytes.
        block: The number of its latest block.
        timestamp: That block's, in seconds since 1970.
        aside: What anvil's dump leaves out.
    """

    file: str
    size: int
    block: int
    timestamp: int
    aside: Aside


@dataclass(frozen=True)
class Wanted:
    """A devnet as its row says.

    Attributes:
        owner: Whose it is.
        chain_id: EIP-155 chain id.
        epoch: Changes whenever what was on it is no longer true.
        accounts: How many development accounts have ether.
        balances: Wei of further accounts in its first block.
        contracts: Whether it begins with the platform's contracts.
        state: What it goes on from; None to begin anew.
    """

    owner: str
    chain_id: int
    epoch: int
    accounts: int
    balances: Mapping[str, int]
    contracts: bool
    state: StoredState | None


class Ledger(Protocol):
    """The rows of devnets. Each call is a database transaction of its own, and is durable."""

    def wanted(self, devnet_id: str) -> Wanted:
        """What the row says. Raises :class:`NotFound`."""

    def changing(self, devnet_id: str, epoch: int) -> None:
        """From now on there is something on it that no file has."""

    def saved(self, devnet_id: str, epoch: int, state: StoredState, *, whole: bool) -> None:
        """Go on from this state; ``whole`` if nothing has changed since. Of no effect if the epoch
        is another by now."""

    def lost(self, devnet_id: str, epoch: int, reason: Loss, detail: str) -> Wanted:
        """What no file has is lost: begin another epoch. Of no effect if the epoch is another by
        now. ``detail`` says for experts, in English, how it came."""

    def files(self, devnet_id: str) -> set[str]:
        """Names of the files of all states that are kept."""


@dataclass(frozen=True)
class Limits:
    """How much devnets may take.

    Attributes:
        at_once: Of the machine: how many run at a time.
        of_an_owner: How many of one owner's.
        memory_bytes: Address space of each.
        idle_s: Seconds without a request after which one is stopped.
        save_s: Seconds after which one that has changed is saved.
        request_s: Seconds that a request may take; a devnet that takes longer is ended.
    """

    at_once: int = 4
    of_an_owner: int = 2
    memory_bytes: int = 2_000_000_000
    idle_s: float = 900.0
    save_s: float = 15.0
    request_s: float = 30.0


class StateFiles:
    """The files of saved states, each in its devnet's folder. None is ever changed.

    Args:
        folder: Holds a folder for each devnet.
        ledger: Knows which files are in use.
    """

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger

    def of(self, devnet_id: str) -> Path:
        """The folder of a devnet."""
        return self._folder / devnet_id

    def read(self, devnet_id: str, stored: StoredState) -> SavedState:
        """A state. Raises OSError."""
        dump = (self.of(devnet_id) / stored.file).read_bytes()
        return SavedState(dump, stored.block, stored.timestamp, stored.aside)

    def write(self, devnet_id: str, epoch: int, state: SavedState) -> StoredState:
        """A new file, whole and on the disk when this returns. Raises OSError."""
        name = f"{epoch}-{now_ms()}{_SUFFIX}"
        _write(self.of(devnet_id) / name, state.dump)
        return StoredState(name, len(state.dump), state.block, state.timestamp, state.aside)

    def clean(self, devnet_id: str) -> None:
        """Delete files that no row names."""
        named = self._ledger.files(devnet_id)
        youngest = time.time() - _UNNAMED_S
        with contextlib.suppress(OSError):
            for path in self.of(devnet_id).glob(f"*{_SUFFIX}"):
                if path.name not in named and path.stat().st_mtime < youngest:
                    path.unlink()

    def delete(self, devnet_id: str) -> None:
        """Delete all of a devnet."""
        shutil.rmtree(self.of(devnet_id), ignore_errors=True)

    def delete_unknown(self) -> None:
        """Delete what is left of devnets that are no more."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                self._ledger.wanted(folder.name)
            except NotFound:
                self.delete(folder.name)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)
