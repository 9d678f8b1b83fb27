"""Snapshots: the whole in one file, put back whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest

from pocplatform import snapshots
from pocplatform.kit.errors import AlreadyRunning, PlatformError
from pocplatform.kit.lock import DataDirLock
from pocplatform.kit.settings import Settings
from pocplatform.reset import DatabaseElsewhere
from tests.processes import opened
from tests.unit.outbox.harness import Bench


@pytest.fixture
def settings(data_dir) -> Settings:
    return Settings(data_dir=data_dir, port=0)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "before.tgz"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_restoring_goes_back_to_the_moment_of_the_snapshot(data_dir, file):
    bench = Bench(data_dir)
    payer, payee = bench.wallet(100), bench.wallet()
    bench.pay(payer, payee, 30)
    bench.settle()
    waiting = bench.pay(payer, payee, 5)
    before = bench.block_hashes()
    taken = snapshots.take(bench.settings, file)  # while it runs
    assert (taken.blocks, taken.file) == (len(before), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bench.settle()
    bench.pay(payer, payee, 40)
    bench.settle()
    assert bench.balance(payee) == 75
    bench.close()

    restored = snapshots.restore(bench.settings, file)
    assert (restored.snapshot.blocks, restored.snapshot.transactions) == (
        taken.blocks, taken.transactions,
    )  # fmt: skip
    assert restored.backup is not None
    assert (restored.backup / "platform.db").exists()
    assert {path.name for path in data_dir.iterdir()} >= {"platform.db", "manifest.json"}

    bench.open()
    try:
        assert bench.platform.deployed == []
        assert bench.block_hashes()[: len(before)] == before
        assert bench.row(waiting).status == "confirmed"  # what had been accepted is done, once
        assert bench.balance(payee) == 35
        bench.pay(payer, payee, 1)
        bench.settle()
        assert bench.balance(payee) == 36
    finally:
        bench.close()

    # And the data that was moved aside is whole as well.
    with opened(restored.backup) as platform:
        assert platform.gateway.contracts.read("PilotEuro", "balanceOf", payee) == 75


@pytest.mark.parametrize("step", range(4))
def test_restore_that_is_cut_off_is_finished_by_the_next_start(settings, file, monkeypatch, step):
    snapshots.take(settings, file)
    wanted = content(settings.data_dir)
    (settings.data_dir / "manifest.json").write_text("{}")
    (settings.data_dir / "admin.key").write_text("other")
    renames, rename = [], Path.rename

    def cut(self: Path, target: Path) -> Path:
        renames.append((self.name, target.name))
        if len(renames) == cut_at:
            raise KeyboardInterrupt
        return rename(self, target)

    # The folder is made ready, the old entries are moved, the folder is renamed, the new are moved.
    cut_at = {0: 2, 1: 4, 2: 2 + len(wanted), 3: 5 + len(wanted)}[step]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut)
        with pytest.raises(KeyboardInterrupt):
            snapshots.restore(settings, file)
    assert len(renames) == cut_at
    with opened(settings.data_dir) as platform:
        assert platform.deployed == []
    now = content(settings.data_dir)
    assert now["manifest.json"] == wanted["manifest.json"]
    assert now["admin.key"] == wanted["admin.key"]
    assert not list(settings.data_dir.glob("restore.*"))


def refused(settings: Settings, file: Path, *words: str) -> None:
    before = content(settings.data_dir)
    with pytest.raises(snapshots.SnapshotUnusable) as refusal:
        snapshots.restore(settings, file)
    said = refusal.value.detail()
    assert str(file) in said
    assert all(word in said for word in words), said
    assert refusal.value.next_step()
    assert content(settings.data_dir) | {"lock": b""} == before | {"lock": b""}
    assert not (settings.data_dir / "backups").exists()


def test_missing_damaged_or_strange_files_are_refused_and_nothing_is_changed(settings, file):
    refused(settings, file, "no such file")
    file.write_bytes(b"hello")
    refused(settings, file, "no snapshot")
    with tarfile.open(file, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("empty"))
    refused(settings, file, "no snapshot")
    file.unlink()
    snapshots.take(settings, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    refused(settings, file, "damaged")


def repacked(file: Path, **changes: object) -> None:
    """The snapshot with another description or other files."""
    with tarfile.open(file) as archive:
        parts = {m.name: archive.extractfile(m).read() for m in archive}  # type: ignore[union-attr]
    about = json.loads(parts["snapshot.json"])
    for name, value in changes.items():
        if isinstance(value, bytes):
            parts[name.replace("__", ".")] = value
        else:
            about[name] = value
    parts["snapshot.json"] = json.dumps(about).encode()
    with tarfile.open(file, "w:gz") as archive:
        for name, data in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "another version"),
        ({"chain_id": 4242}, "4242"),
        ({"manifest__json": b"{}"}, "manifest.json"),
        ({"sha256": {"../outside": "00"}}, "other files"),
        ({"sha256": {"platform.db": "00", "/etc/passwd": "00"}}, "other files"),
        ({"sha256": None}, "no snapshot"),
    ],
)
def test_snapshot_whose_content_is_not_as_described_is_refused(settings, file, changes, words):
    snapshots.take(settings, file)
    repacked(file, **changes)
    refused(settings, file, words)
    assert not file.parent.joinpath("outside").exists()


def test_snapshot_of_a_newer_version_is_refused(settings, file):
    snapshots.take(settings, file)
    other = file.parent / "newer.db"
    shutil.copy(settings.data_dir / "platform.db", other)
    with sqlite3.connect(other) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = other.read_bytes()
    with tarfile.open(file) as archive:
        about = json.loads(archive.extractfile("snapshot.json").read())  # type: ignore[union-attr]
    digests = about["sha256"] | {"platform.db": hashlib.sha256(data).hexdigest()}
    repacked(file, platform__db=data, sha256=digests)
    refused(settings, file, "newer version")


def test_existing_file_is_not_overwritten(settings, file):
    file.write_text("precious")
    with pytest.raises(snapshots.SnapshotExists, match=r"before\.tgz"):
        snapshots.take(settings, file)
    assert file.read_text() == "precious"
    assert [path.name for path in file.parent.glob(".before*")] == []


def test_restore_while_the_folder_is_in_use_is_refused(settings, file):
    snapshots.take(settings, file)
    lock = DataDirLock(settings.data_dir, "http://127.0.0.1:1")
    with pytest.raises(AlreadyRunning):
        snapshots.restore(settings, file)
    lock.release()


def test_snapshot_while_something_else_changes_the_folder_is_refused(settings, file):
    lock = DataDirLock(settings.data_dir, "keys rotate")
    with pytest.raises(AlreadyRunning):
        snapshots.take(settings, file)
    lock.release()
    assert not file.exists()


def test_chain_or_database_that_is_elsewhere_is_not_saved(settings, file):
    outside = settings.model_copy(update={"rpc_url": "http://127.0.0.1:8545"})
    elsewhere = settings.model_copy(update={"database_url": "postgresql://u:secret@h/d"})
    kinds: list[tuple[Settings, type[PlatformError]]] = [
        (outside, snapshots.NotOurChain), (elsewhere, DatabaseElsewhere),
    ]  # fmt: skip
    for changed, kind in kinds:
        with pytest.raises(kind) as taking:
            snapshots.take(changed, file)
        with pytest.raises(kind):
            snapshots.restore(changed, file)
        assert "secret" not in taking.value.detail()
        assert taking.value.next_step()


def test_empty_folder_has_nothing_to_take(tmp_path, file):
    with pytest.raises(snapshots.SnapshotUnusable, match="nothing"):
        snapshots.take(Settings(data_dir=tmp_path / "new"), file)
