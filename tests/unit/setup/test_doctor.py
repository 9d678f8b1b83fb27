"""doctor: the shape of its answer, and each thing that it has to find amiss."""

import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest

from pocplatform.chain.devnet.ports import LOOPBACK
from pocplatform.doctor import Check, doctor_command, run_checks
from pocplatform.kit.database import Database
from pocplatform.kit.settings import PROJECT_ROOT, Settings


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("POC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("POC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("POC_PORT", "0")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def look(check_id: str, root: Path = PROJECT_ROOT) -> Check:
    (check,) = run_checks(Settings(), root, only=check_id)
    return check


def test_json_says_for_each_check_what_is_found_wanted_and_to_be_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exit_code = doctor_command(json_output=True)
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is (exit_code == 0)
    assert {check["id"] for check in document["checks"]} >= {
        *("python", "environment", "python_parts", "node", "npm_parts", "anvil", "solc"),
        *("data_folder", "disk", "memory", "database", "manifest", "port"),
    }
    for check in document["checks"]:
        assert set(check) == {"id", "title", "ok", "found", "wanted", "fix", "required"}
        assert check["found"]
        assert check["wanted"]
        assert bool(check["fix"]) is not check["ok"]


def test_table_names_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    doctor_command(json_output=False)
    shown = capsys.readouterr().out
    assert "Data folder" in shown
    assert "Disk space" in shown


def test_this_checkout_is_ready() -> None:
    assert [check for check in run_checks(Settings()) if check.required and not check.ok] == []


def test_a_setting_that_does_not_fit_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POC_PORT", "seventy")
    assert doctor_command(json_output=True) == 1
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert "seventy" in check["found"]


def test_missing_npm_parts_are_named_with_the_set_up_as_the_fix(checkout: Path) -> None:
    parts = look("npm_parts", checkout)
    assert not parts.ok
    assert "@openzeppelin/contracts missing" in parts.found
    assert "bootstrap.py" in parts.fix


def test_a_missing_anvil_fails_with_its_own_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POC_ANVIL", "/no/such/anvil")
    anvil = look("anvil")
    assert not anvil.ok
    assert "/no/such/anvil" in anvil.found
    assert "POC_ANVIL" in anvil.fix


def test_a_python_part_of_another_release_is_named(checkout: Path) -> None:
    lock = checkout / "requirements" / "runtime.lock"
    lock.write_text("rich==0.0.1 \\\n    --hash=sha256:0\nno-such-part==1 ; python_version > '3'\n")
    parts = look("python_parts", checkout)
    assert not parts.ok
    assert "(wanted 0.0.1)" in parts.found
    assert "no-such-part missing" in parts.found


def test_a_damaged_database_fails_and_stays_as_it_was(data_dir: Path) -> None:
    path = data_dir / "platform.db"
    path.write_bytes(b"this is no database" * 100)
    before = path.read_bytes()
    database = look("database")
    assert not database.ok
    assert "reset" in database.fix
    assert path.read_bytes() == before


def test_a_database_of_another_revision_is_not_ok(data_dir: Path) -> None:
    with sqlite3.connect(data_dir / "platform.db") as connection:
        connection.execute("CREATE TABLE something (x)")
    database = look("database")
    assert not database.ok
    assert "the newest is" in database.found


def test_a_migrated_database_is_ok() -> None:
    database = Database(Settings().database)
    database.migrate()
    database.close()
    assert look("database").ok


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": 99}'])
def test_a_damaged_manifest_fails_and_is_left_where_it_is(data_dir: Path, content: str) -> None:
    path = data_dir / "manifest.json"
    path.write_text(content)
    manifest = look("manifest")
    assert not manifest.ok
    assert "scripts/sandbox" in manifest.fix
    assert path.read_text() == content


def test_a_port_taken_by_others_is_named_with_another_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        monkeypatch.setenv("POC_PORT", str(port))
        check = look("port")
    assert not check.ok
    assert f"{port} is taken" in check.found
    assert "POC_PORT=0" in check.fix


def test_a_port_that_our_own_sandbox_uses_is_ok(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    (data_dir / "lock").write_text(f"process {os.getpid()} at somewhere\n")
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        monkeypatch.setenv("POC_PORT", str(server.getsockname()[1]))
        assert look("port").ok


def test_a_node_that_does_not_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind((LOOPBACK, 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("POC_RPC_URL", f"http://{LOOPBACK}:{port}")
    monkeypatch.setenv("POC_OPERATOR_KEY", "0x" + "1" * 64)
    rpc = look("rpc")
    assert not rpc.ok
    assert str(port) in rpc.found
    assert rpc.fix


def test_a_data_folder_that_cannot_be_made_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POC_DATA_DIR", str(tmp_path / "file" / "data"))
    folder = look("data_folder")
    assert not folder.ok
    assert "is not a folder" in folder.found
