"""One process a data folder."""

import fcntl
import os
from pathlib import Path

from pocplatform.kit.errors import AlreadyRunning


class DataDirLock:
    """Held while a process uses the data folder; the system releases it however the process ends.

    Args:
        data_dir: The folder.
        url: Where this process can be reached, for the message to a second one.
    """

    def __init__(self, data_dir: Path, url: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 200).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise AlreadyRunning(
                "The sandbox of {data_dir} is already running ({holder}).",
                next_step="Use that one, or stop it first (Ctrl-C in its window).",
                data_dir=data_dir,
                holder=holder or "starting",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()} at {url}\n".encode(), 0)

    def release(self) -> None:
        """Let others use the folder."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
