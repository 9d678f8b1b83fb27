"""One process a data folder.

PlatformError
├── AlreadyRunning       500  another process uses the folder (:mod:`pocplatform.kit.errors`)
└── DataFolderUnusable   500  the folder cannot be made, read or written
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from pocplatform.kit.errors import AlreadyRunning, PlatformError

_PATIENCE_S = 0.3
"""Whoever asks for :func:`lock_holder` has the lock for a moment; no start may fail by that."""


class DataFolderUnusable(PlatformError):
    """The data folder, or a file in it, cannot be made, read or written."""

    code = "data_folder_unusable"
    title = "The data folder cannot be used"

    @classmethod
    def because(cls, data_dir: Path, error: OSError) -> Self:
        """From the system's own error."""
        place = Path(str(error.filename)) if error.filename else data_dir
        return cls(
            "{place} cannot be used: {why}.",
            next_step="Make {data_dir} a folder that you may write to, with room on its disk, or "
            "set POC_DATA_DIR to another one. Nothing in it was changed.",
            place=place,
            data_dir=data_dir,
            why=error.strerror or type(error).__name__,
        )


class DataDirLock:
    """Held while a process uses the data folder; the system releases it however the process ends.

    Args:
        data_dir: The folder; made if it is missing.
        url: Where this process can be reached, for the message to a second one.

    Raises:
        AlreadyRunning: Another process holds it.
        DataFolderUnusable: It is no folder, or not one of ours to write to.
    """

    def __init__(self, data_dir: Path, url: str) -> None:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataFolderUnusable.because(data_dir, error) from error
        try:
            self._acquire(data_dir)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"process {os.getpid()} at {url}\n".encode(), 0)
        except OSError as error:
            os.close(self._descriptor)
            raise DataFolderUnusable.because(data_dir, error) from error
        except AlreadyRunning:
            os.close(self._descriptor)
            raise

    def _acquire(self, data_dir: Path) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise already_running(data_dir, _note(self._descriptor)) from None
            time.sleep(0.01)

    def release(self) -> None:
        """Let others use the folder."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def lock_holder(data_dir: Path) -> str | None:
    """Who uses the folder, such as ``process 4711 at http://127.0.0.1:8000``; None for nobody.

    What a process that was killed left in the lock file does not count.
    """
    try:
        descriptor = os.open(data_dir / "lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _note(descriptor)
    finally:
        os.close(descriptor)


def already_running(data_dir: Path, holder: str) -> AlreadyRunning:
    """The refusal of a second process."""
    return AlreadyRunning(
        "The sandbox of {data_dir} is already running ({holder}).",
        next_step="Use that one, or stop it first (Ctrl-C in its window).",
        data_dir=data_dir,
        holder=holder,
    )


def _note(descriptor: int) -> str:
    return os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "starting"
