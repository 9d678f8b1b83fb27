"""The command line's groups of verbs, in processes of their own."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import Sandbox, opened
from tests.starts import FUNDS, OPERATOR_KEY, cents, earn

pytestmark = pytest.mark.slow  # each test starts processes of its own


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The error that a failed verb printed."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    error: dict[str, str] = json.loads(done.stdout)["error"]
    assert error["next_step"]
    return error


@pytest.fixture
def running(seed, tmp_path) -> Iterator[Sandbox]:
    """A sandbox that runs, on a copy of the seed."""
    box = Sandbox(Path(shutil.copytree(seed.folder, tmp_path / "running")))
    box.start()
    box.wait_ready()
    yield box
    box.close()


# keys


def test_keys_rotate_changes_the_master_key_and_every_wallet_still_signs(box, intact):
    old = (box.data_dir / "master.key").read_text()
    done = box.run_json("keys", "rotate")
    assert done["rotated"] == 1
    assert done["file"] == str(box.data_dir / "master.key")
    assert (box.data_dir / "master.key").read_text() != old
    assert (box.data_dir / "master.key.previous").read_text() == old
    (box.data_dir / "master.key.previous").unlink()
    intact(box.data_dir)
    shown = box.run("keys", "rotate", "--language", "fi")
    assert shown.returncode == 0
    assert "1 avainta salattiin uudelleen" in shown.stdout


def test_keys_rotate_while_the_sandbox_runs_is_refused(running):
    earn(running.url)
    before = (running.data_dir / "master.key").read_text()
    error = error_of(running.run("keys", "rotate", "--json"))
    assert error["code"] == "already_running"
    assert running.url in error["detail"]
    assert (running.data_dir / "master.key").read_text() == before


# devnet


def chain_of(box: Sandbox) -> dict:
    return httpx.get(f"{box.url}/v1/chain", timeout=10).json()


def test_devnet_snapshot_of_a_running_sandbox_is_restored_and_starts(running, tmp_path):
    address, _ = earn(running.url)
    file = tmp_path / "before.tgz"
    taken = running.run_json("devnet", "snapshot", str(file))
    assert taken["file"] == str(file)
    assert taken["bytes"] == file.stat().st_size
    assert set(taken["names"]) == {"platform.db", "manifest.json", "admin.key", "master.key"}
    assert taken["blocks"] == chain_of(running)["block"] + 1
    earn(running.url)
    refusal = error_of(running.run("devnet", "restore", str(file), "--yes", "--json"))
    assert refusal["code"] == "already_running"
    assert running.url in refusal["detail"]
    assert running.stop() == 0

    done = running.run_json("devnet", "restore", str(file), "--yes")
    assert (done["blocks"], done["transactions"]) == (taken["blocks"], taken["transactions"])
    assert Path(done["backup"], "platform.db").exists()
    with opened(running.data_dir) as platform:
        assert platform.deployed == []
        assert platform.rebuilt.blocks == taken["blocks"] - 1
        assert cents(platform, address) == FUNDS


@pytest.mark.parametrize(("language", "question"), [("en", "aside?"), ("fi", "syrjään?")])
def test_devnet_restore_asks_and_does_nothing_without_a_yes(box, tmp_path, language, question):
    file = tmp_path / "before.tgz"
    box.run_json("devnet", "snapshot", str(file))
    before = sorted(path.name for path in box.data_dir.iterdir())
    verb = ("devnet", "restore", str(file), "--language", language)
    done = box.run(*verb, "--json", typed="n\n")
    assert error_of(done)["code"] == "not_confirmed"
    assert question in done.stderr
    assert sorted(path.name for path in box.data_dir.iterdir()) == before
    done = box.run(*verb, typed="y\n")
    assert done.returncode == 0
    assert str(box.data_dir / "backups") in done.stdout


def test_devnet_snapshot_does_not_overwrite_and_restore_takes_no_other_file(box, tmp_path):
    file = tmp_path / "before.tgz"
    file.write_text("precious")
    assert error_of(box.run("devnet", "snapshot", str(file), "--json"))["code"] == "snapshot_exists"
    refusal = error_of(box.run("devnet", "restore", str(file), "--yes", "--json"))
    assert refusal["code"] == "snapshot_unusable"
    assert file.read_text() == "precious"


def test_devnet_rebuild_gives_every_block_of_the_journal(box, seed, intact):
    result = box.run_json("devnet", "rebuild")
    assert result["blocks"] > 0
    assert result["transactions"] > 0
    assert result["hash_mismatches"] == []
    assert result["changed_read_models"] == []
    shown = box.run("devnet", "rebuild", "--language", "fi")
    assert shown.returncode == 0
    assert f"{result['blocks']} lohkoa" in shown.stdout
    intact(box.data_dir)


def test_devnet_rebuild_mends_read_models_and_names_them(box, intact):
    with contextlib.closing(sqlite3.connect(box.data_dir / "platform.db")) as connection:
        connection.execute("UPDATE token_balances SET units = '1'")
        connection.commit()
    assert box.run_json("devnet", "rebuild")["changed_read_models"] == ["token_balances"]
    assert box.run_json("devnet", "rebuild")["changed_read_models"] == []
    intact(box.data_dir)


def test_devnet_rebuild_while_the_sandbox_runs_is_refused(running):
    error = error_of(running.run("devnet", "rebuild", "--json"))
    assert error["code"] == "already_running"
    assert httpx.get(f"{running.url}/readyz", timeout=10).is_success


@pytest.mark.parametrize(
    "verb", [("snapshot", "x.tgz"), ("restore", "x.tgz", "--yes"), ("rebuild",)]
)
def test_devnet_verbs_leave_an_outside_chain_alone(fresh, verb):
    settings = {"POC_RPC_URL": "http://127.0.0.1:1", "POC_OPERATOR_KEY": OPERATOR_KEY}
    error = error_of(fresh.run("devnet", *verb, "--json", **settings))
    assert error["code"] == "not_our_chain"


def test_devnet_reset_is_reset(box):
    backup = Path(box.run_json("devnet", "reset", "--yes")["backup"])
    assert (backup / "platform.db").exists()
    assert {path.name for path in box.data_dir.iterdir()} == {"backups", "lock"}
