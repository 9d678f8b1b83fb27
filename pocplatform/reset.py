"""Beginning afresh without losing anything."""

from datetime import UTC, datetime
from pathlib import Path

from pocplatform.kit.lock import DataDirLock
from pocplatform.kit.settings import Settings

_STAYS = ("backups", "lock")


def set_aside(settings: Settings) -> Path | None:
    """Move everything in the data folder into a backup folder; None if there was nothing.

    Raises :class:`~pocplatform.kit.errors.AlreadyRunning` while a sandbox uses the folder.
    """
    lock = DataDirLock(settings.data_dir, "reset")
    try:
        entries = [entry for entry in settings.data_dir.iterdir() if entry.name not in _STAYS]
        if not entries:
            return None
        name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        backup = settings.data_dir / "backups" / name
        backup.mkdir(parents=True)
        for entry in entries:
            entry.rename(backup / entry.name)
        return backup
    finally:
        lock.release()
