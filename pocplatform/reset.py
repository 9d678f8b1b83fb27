"""Beginning afresh without losing anything."""

from datetime import UTC, datetime
from pathlib import Path

from pocplatform.kit.errors import PlatformError
from pocplatform.kit.lock import DataDirLock, DataFolderUnusable
from pocplatform.kit.settings import Settings

_BACKUPS = "backups"
_STAYS = (_BACKUPS, "lock")


class DatabaseElsewhere(PlatformError):
    """The database is not in the data folder, so moving that folder's content is no fresh start."""

    code = "database_elsewhere"
    title = "The database is not in the data folder"


def set_aside(settings: Settings) -> Path | None:
    """Move everything in the data folder into a backup folder; None if there was nothing.

    Raises:
        AlreadyRunning: A sandbox uses the folder.
        DatabaseElsewhere: ``POC_DATABASE_URL`` names another place. Without its keys and manifest
            that database would be of no use, and the next start would not be a fresh one.
        DataFolderUnusable: Something cannot be moved; what was moved before it is in the backup.
    """
    _refuse_other_database(settings)
    lock = DataDirLock(settings.data_dir, "reset")
    try:
        return move_aside(settings.data_dir)
    except OSError as error:
        raise DataFolderUnusable.because(settings.data_dir, error) from error
    finally:
        lock.release()


def has_been_reset(folder: Path) -> bool:
    """Whether a data folder's content was ever moved aside."""
    return (folder / _BACKUPS).exists()


def move_aside(folder: Path, stays: tuple[str, ...] = ()) -> Path | None:
    """Move a data folder's content into a backup folder in it; None if there was nothing.

    The lock must be held. Raises OSError.
    """
    entries = [entry for entry in folder.iterdir() if entry.name not in (*_STAYS, *stays)]
    if not entries:
        return None
    backup = folder / _BACKUPS / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    backup.mkdir(parents=True)
    for entry in entries:
        entry.rename(backup / entry.name)
    return backup


def _refuse_other_database(settings: Settings) -> None:
    if settings.database_url is None:
        return
    scheme, _, path = settings.database_url.partition(":///")
    inside = Path(path).absolute().is_relative_to(settings.data_dir.absolute())
    if scheme == "sqlite" and inside:
        return
    raise DatabaseElsewhere(
        "POC_DATABASE_URL names a database outside of {data_dir}; it is not reset with that "
        "folder, and without what the folder holds it cannot be used.",
        next_step="Make an empty database, and set POC_DATABASE_URL to it and POC_DATA_DIR to a "
        "new folder: the old ones are then kept together.",
        data_dir=settings.data_dir,
    )
