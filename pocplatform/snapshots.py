"""The whole sandbox in one file: database with the devnet's journal, manifest, keys, and the saved
states of teams' devnets.

A snapshot can be taken while the sandbox runs: the database is copied by SQLite's own means, and
the rest does not change meanwhile. Putting one back moves what was there aside. That is done in
two steps, each of which can be cut off and is then finished by the next start:

1. ``restore.ready`` holds the checked content; everything else is moved aside.
2. ``restore.moving`` is the same folder afterwards; its content moves into place.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pocplatform import __version__
from pocplatform.chain import epoch
from pocplatform.chain.files import sync_folder
from pocplatform.kit.database import known_revisions
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.lock import DataDirLock, DataFolderUnusable, already_running, lock_holder
from pocplatform.kit.settings import Settings
from pocplatform.reset import DatabaseElsewhere, move_aside

_FORMAT = 1
_ABOUT = "snapshot.json"
_DATABASE = "platform.db"
_FILES = (
    "manifest.json", "admin.key", "master.key", "master.key.next", "master.key.previous",
)  # fmt: skip
_STATE = re.compile(r"devnets/dvn_[0-9a-f]{24}/[0-9]+-[0-9]+\.state")
"""A saved state of a team's devnet."""
_READY, _MOVING = "restore.ready", "restore.moving"
_MAX_ABOUT_BYTES = 1_000_000


class SnapshotUnusable(PlatformError):
    """A file is no snapshot that this version can put back."""

    code = "snapshot_unusable"
    title = "The snapshot cannot be used"


class SnapshotExists(PlatformError):
    """There is a file of that name already."""

    code = "snapshot_exists"
    title = "The file exists already"


class NotOurChain(PlatformError):
    """The chain is not the sandbox's own devnet."""

    code = "not_our_chain"
    title = "The chain is not the sandbox's own"


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot holds.

    Attributes:
        file: Where it is.
        blocks: Blocks of the journal.
        transactions: Transactions of the outbox, those that wait included.
        names: The files in it.
        bytes: The size of the file.
    """

    file: Path
    blocks: int
    transactions: int
    names: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class Restored:
    """What was put back, and where the old data is; ``backup`` is None if there was none."""

    snapshot: Snapshot
    backup: Path | None


def take(settings: Settings, file: Path) -> Snapshot:
    """Write a snapshot, readable by its owner only: it holds keys.

    Raises:
        SnapshotExists: The file is there already.
        NotOurChain: The chain is an outside node's.
        DatabaseElsewhere: The database is not in the data folder.
        AlreadyRunning: Something other than a running sandbox changes the folder right now.
        DataFolderUnusable: A file cannot be read or written.
    """
    refuse_outside_node(settings)
    _refuse_other_database(settings)
    if file.exists():
        raise SnapshotExists(
            "{file} exists already.", next_step="Choose another name, or delete it.", file=file
        )
    folder = settings.data_dir
    try:
        with _undisturbed(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".snap") as work:
            database = Path(work) / _DATABASE
            blocks, transactions = _copy_database(_database_path(settings), database)
            paths = {_DATABASE: database} | {
                name: folder / name for name in _FILES if (folder / name).exists()
            }
            paths |= _linked_states(folder, database, Path(work) / "states")
            about = {
                "format": _FORMAT,
                "version": __version__,
                "taken": datetime.now(UTC).isoformat(timespec="seconds"),
                "chain_id": settings.chain_id,
                "blocks": blocks,
                "transactions": transactions,
                "sha256": {name: _digest(path) for name, path in paths.items()},
            }
            _pack(file, about, paths)
    except OSError as error:
        raise DataFolderUnusable.because(folder, error) from error
    return Snapshot(file, blocks, transactions, tuple(paths), file.stat().st_size)


def restore(settings: Settings, file: Path) -> Restored:
    """Put a snapshot in the place of the present data, which is moved aside.

    Raises:
        AlreadyRunning: A sandbox uses the folder.
        SnapshotUnusable: The file is none, is damaged, or is of a newer version or another chain;
            nothing was changed.
        NotOurChain: The chain is an outside node's.
        DatabaseElsewhere: The database is not in the data folder.
        DataFolderUnusable: A file cannot be written or moved.
    """
    refuse_outside_node(settings)
    _refuse_other_database(settings)
    lock = DataDirLock(settings.data_dir, "devnet restore")
    try:
        finish_restore(settings.data_dir)  # an earlier one that was cut off
        with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore") as work:
            staged = Path(work) / "content"
            staged.mkdir(mode=0o700)
            snapshot = _unpack(file, staged, settings)
            _check_database(file, staged / _DATABASE)
            epoch.begin(staged, "restored")  # what wallets remember of the chain is no longer true
            sync_folder(staged)
            staged.rename(settings.data_dir / _READY)
            sync_folder(settings.data_dir)
        return Restored(snapshot, finish_restore(settings.data_dir))
    except OSError as error:
        raise DataFolderUnusable.because(settings.data_dir, error) from error
    finally:
        lock.release()


def finish_restore(folder: Path) -> Path | None:
    """Do what is left of a restore, if any; returns where the old data is. The lock must be held.

    Raises OSError.
    """
    ready, moving, backup = folder / _READY, folder / _MOVING, None
    if ready.exists():
        backup = move_aside(folder, stays=(_READY,))
        ready.rename(moving)
        sync_folder(folder)
    if moving.exists():
        for path in sorted(moving.iterdir()):
            path.rename(folder / path.name)
        sync_folder(folder)
        moving.rmdir()
    return backup


def refuse_outside_node(settings: Settings) -> None:
    """Raises :class:`NotOurChain` where the chain is an outside node's."""
    if not settings.managed_devnet:
        raise NotOurChain(
            "POC_RPC_URL is set: the chain of {url} cannot be saved, put back or rebuilt here.",
            next_step="Unset POC_RPC_URL if you mean the sandbox's own devnet.",
            url=settings.rpc_url,
        )


@contextlib.contextmanager
def _undisturbed(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, or know that a running sandbox does: it changes the database only."""
    holder = lock_holder(folder)
    if holder is not None:
        if "://" not in holder:
            raise already_running(folder, holder)
        yield
        return
    lock = DataDirLock(folder, "devnet snapshot")
    try:
        finish_restore(folder)
        yield
    finally:
        lock.release()


def _copy_database(source: Path, target: Path) -> tuple[int, int]:
    if not source.exists():
        raise SnapshotUnusable(
            "There is nothing in {folder} yet to take a snapshot of.",
            next_step="Start the sandbox once with scripts/sandbox.",
            folder=source.parent,
        )
    with (
        contextlib.closing(sqlite3.connect(source)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        counts = [
            copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("blocks", "transactions")
        ]
    return counts[0], counts[1]


def _linked_states(folder: Path, database: Path, work: Path) -> dict[str, Path]:
    """The states that a copied database names, by their names in the snapshot.

    Linked, since a running sandbox deletes those that are in use no more. One that it has deleted
    by now was replaced while the database was copied; its devnet then has to be reset.
    """
    with contextlib.closing(sqlite3.connect(database)) as copy:
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'devnet_states'").fetchone():
            return {}  # of a version before there were any
        rows = copy.execute("SELECT DISTINCT devnet_id, file FROM devnet_states").fetchall()
    found = {}
    for number, (devnet, file) in enumerate(rows):
        work.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.link(folder / "devnets" / devnet / file, work / str(number))
            found[f"devnets/{devnet}/{file}"] = work / str(number)
    return found


def _pack(file: Path, about: dict[str, Any], paths: dict[str, Path]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
                content = json.dumps(about, indent=2).encode()
                member = tarfile.TarInfo(_ABOUT)
                member.size, member.mode = len(content), 0o600
                archive.addfile(member, io.BytesIO(content))
                for name, path in paths.items():
                    archive.add(path, name)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, file)  # not over one that has come up meanwhile
    finally:
        Path(temporary).unlink()


def _unpack(file: Path, target: Path, settings: Settings) -> Snapshot:
    """Write the snapshot's files, each checked, to ``target``."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            about = _about(archive)
            digests: dict[str, str] = about["sha256"]
            if about["format"] != _FORMAT:
                raise _unusable(file, Phrase("it was made by another version"))
            if about["chain_id"] != settings.chain_id:
                raise _unusable(
                    file, Phrase("it is of the chain with id {id}", id=about["chain_id"])
                )
            known = {_DATABASE, *_FILES, *filter(_STATE.fullmatch, digests)}
            if _DATABASE not in digests or not digests.keys() <= known:
                raise _unusable(file, Phrase("it holds other files than a snapshot does"))
            for name, digest in digests.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                _extract(archive, name, target / name)
                sync_folder((target / name).parent)
                if _digest(target / name) != digest:
                    raise _unusable(file, Phrase("{name} in it is damaged", name=name))
            counts = int(about["blocks"]), int(about["transactions"])
    except FileNotFoundError as error:
        raise _unusable(file, Phrase("there is no such file")) from error
    except (tarfile.TarError, EOFError, OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _unusable(file, Phrase("it is damaged, or no snapshot")) from error
    return Snapshot(file, *counts, tuple(digests), file.stat().st_size)


def _about(archive: tarfile.TarFile) -> dict[str, Any]:
    stream = archive.extractfile(_ABOUT)
    if stream is None:
        raise ValueError(_ABOUT)
    about = json.loads(stream.read(_MAX_ABOUT_BYTES))
    if not isinstance(about, dict):
        raise TypeError(_ABOUT)
    return about


def _extract(archive: tarfile.TarFile, name: str, path: Path) -> None:
    stream = archive.extractfile(name)
    if stream is None:
        raise ValueError(name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        shutil.copyfileobj(stream, target)
        target.flush()
        os.fsync(target.fileno())


def _check_database(file: Path, path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            healthy = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise _unusable(file, Phrase("its database is damaged")) from error
    if not healthy:
        raise _unusable(file, Phrase("its database is damaged"))
    if revision not in known_revisions():
        raise _unusable(file, Phrase("it was made by a newer version of the platform"))


def _unusable(file: Path, why: Phrase) -> SnapshotUnusable:
    return SnapshotUnusable(
        "{file} cannot be put back: {why}.",
        next_step="Use another snapshot; nothing was changed.",
        file=file,
        why=why,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _database_path(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def _refuse_other_database(settings: Settings) -> None:
    if settings.database_url is None:
        return
    if settings.database_url.startswith("sqlite:///"):
        path = _database_path(settings).absolute()
        if path == (settings.data_dir / _DATABASE).absolute():
            return
    raise DatabaseElsewhere(
        "POC_DATABASE_URL names another database than {data_dir}/platform.db; a snapshot would be "
        "without it.",
        next_step="Save that database by its own means (pg_dump) together with {data_dir}, while "
        "the sandbox is stopped.",
        data_dir=settings.data_dir,
    )
