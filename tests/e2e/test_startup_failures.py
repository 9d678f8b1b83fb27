"""Bad input at start-up: a sentence with the next step, nothing lost, the next run recovers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from pocplatform.chain.devnet.ports import free_port
from tests.processes import ROOT, copy_of_project, opened
from tests.starts import CONTRACTS, refused, refused_here

pytestmark = pytest.mark.slow  # each test starts processes of its own

# Ports and the data folder


def test_taken_gateway_port_is_named_with_its_holder_and_another_choice(box, intact):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        pid = f"process {os.getpid()}"
        refused(box, "port_taken", f"Port {port}", pid, "--port 0", POC_PORT=str(port))
    intact(box.data_dir)


def test_taken_devnet_port_is_named_with_its_holder_and_another_choice(box, intact):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        pid = f"process {os.getpid()}"
        refused(
            box, "port_taken", f"Port {port}", pid, "POC_DEVNET_PORT=0", POC_DEVNET_PORT=str(port)
        )
    intact(box.data_dir)


def test_address_that_is_not_this_machines_is_told(box):
    refused(box, "port_taken", "192.0.2.1", POC_HOST="192.0.2.1")


def without_roots_privileges() -> tuple[str, ...]:
    """A prefix under which permissions count, also for root."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may do everything, and there is no setpriv to give that up")
    return (setpriv, "--bounding-set", "-dac_override,-dac_read_search,-fowner")


def test_data_folder_that_cannot_be_written_is_told_and_works_once_it_can(fresh):
    parent = fresh.data_dir.parent
    parent.chmod(0o555)
    try:
        refused(
            fresh,
            "data_folder_unusable",
            str(fresh.data_dir),
            "Permission denied",
            "POC_DATA_DIR",
            prefix=without_roots_privileges(),
        )
    finally:
        parent.chmod(0o755)
    with opened(fresh.data_dir) as platform:
        assert set(platform.deployed) == CONTRACTS


def test_data_folder_whose_content_cannot_be_written_is_told(box, intact):
    box.data_dir.chmod(0o555)
    (box.data_dir / "lock").unlink()
    (box.data_dir / "gateway.log").unlink()
    try:
        refused(box, "data_folder_unusable", str(box.data_dir), prefix=without_roots_privileges())
    finally:
        box.data_dir.chmod(0o755)
    intact(box.data_dir)


def test_file_where_the_data_folder_should_be_is_told_and_left(fresh):
    fresh.data_dir.write_text("mine")
    refused(fresh, "data_folder_unusable", str(fresh.data_dir), "POC_DATA_DIR")
    assert fresh.data_dir.read_text() == "mine"


# Settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("POC_PORT", "abc", ["POC_PORT is 'abc'", "integer"]),
        ("POC_PORT", "70000", ["POC_PORT is '70000'", "65535"]),
        ("POC_RPC_URL", "node:8545", ["POC_RPC_URL is 'node:8545'"]),
    ],
)
def test_setting_that_does_not_fit_is_named_with_its_value(fresh, name, value, words):
    refused(fresh, "settings_invalid", f"Correct {name}", *words, **{name: value})
    assert not fresh.data_dir.exists()


def test_all_settings_that_do_not_fit_are_named_at_once(fresh):
    refused(fresh, "settings_invalid", "POC_PORT", "POC_CHAIN_ID", POC_PORT="x", POC_CHAIN_ID="y")


def test_outside_node_without_an_operator_key_is_refused(fresh):
    refused(fresh, "unsafe_settings", "POC_OPERATOR_KEY", POC_RPC_URL="http://127.0.0.1:1")


def test_operator_key_that_is_none_is_refused_and_not_shown(fresh):
    error = refused(fresh, "unsafe_settings", "POC_OPERATOR_KEY", POC_OPERATOR_KEY="0x1234")
    assert "0x1234" not in str(error)
    for key in ("no key at all", "00" * 32, "ff" * 32):
        said = refused_here(fresh.data_dir, "unsafe_settings", "POC_OPERATOR_KEY", operator_key=key)
        assert key not in said


def test_empty_operator_key_does_not_bring_the_well_known_one_to_an_outside_node(fresh):
    settings = {"rpc_url": "http://127.0.0.1:1", "operator_key": ""}
    refused_here(fresh.data_dir, "unsafe_settings", "POC_OPERATOR_KEY", **settings)


def test_master_key_that_is_none_is_refused_and_not_shown(box, intact):
    error = refused(box, "unsafe_settings", "POC_MASTER_KEY", "32 bytes", POC_MASTER_KEY="abcd")
    assert "abcd" not in str(error)
    for key in ("no key at all", "ab" * 33):
        said = refused_here(box.data_dir, "unsafe_settings", "POC_MASTER_KEY", master_key=key)
        assert key not in said
    intact(box.data_dir)


def test_master_key_that_does_not_fit_the_stored_keys_is_refused(box, intact):
    refused(box, "master_key_wrong", "POC_MASTER_KEY", POC_MASTER_KEY="ab" * 32)
    intact(box.data_dir)


def test_lost_master_key_file_is_told_and_putting_it_back_mends_it(box, intact):
    path = box.data_dir / "master.key"
    kept = path.rename(path.with_name("kept"))
    refused(box, "master_key_wrong", "master.key")
    kept.rename(path)
    intact(box.data_dir)


@pytest.mark.parametrize("content", [b"", b"ab" * 10, b"\xff\xfe\x00"])
def test_damaged_master_key_file_is_named_and_not_overwritten(box, content):
    path = box.data_dir / "master.key"
    path.write_bytes(content)
    refused_here(box.data_dir, "unsafe_settings", str(path))
    assert path.read_bytes() == content


def test_secret_file_that_others_can_read_is_refused_until_the_named_command_ran(box, intact):
    master, admin = box.data_dir / "master.key", box.data_dir / "admin.key"
    master.chmod(0o644)
    refused(box, "unsafe_settings", str(master), f"chmod 600 {master}")
    master.chmod(0o600)
    admin.chmod(0o640)
    refused_here(box.data_dir, "unsafe_settings", str(admin), f"chmod 600 {admin}")
    admin.chmod(0o600)
    intact(box.data_dir)


def test_database_address_that_is_none_is_refused_and_no_password_shown(fresh):
    url = "nosuchdb://user:hunter2@localhost/x"
    error = refused(fresh, "unsafe_settings", "POC_DATABASE_URL", POC_DATABASE_URL=url)
    assert "hunter2" not in str(error)
    refused_here(fresh.data_dir, "unsafe_settings", "POC_DATABASE_URL", database_url="nonsense")


def test_database_server_that_refuses_is_told_without_the_password(fresh):
    url = f"postgresql://someone:hunter2@127.0.0.1:{free_port()}/sandbox"
    error = refused(fresh, "database_unreadable", "127.0.0.1", POC_DATABASE_URL=url)
    assert "hunter2" not in str(error)


# Manifest


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def other_schema(content: bytes) -> bytes:
    return json.dumps(json.loads(content) | {"schema": 99}).encode()


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"\x00\xff no JSON", truncated, other_schema, lambda _: b""],
    ids=["garbage", "truncated", "other schema", "empty"],
)
def test_corrupt_manifest_is_set_aside_and_the_next_start_rebuilds_it(box, intact, damage):
    path = box.data_dir / "manifest.json"
    whole = json.loads(path.read_bytes())
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    refused(box, "manifest_corrupt", str(path), "pocplatform up")
    (aside,) = box.data_dir.glob("manifest.json.corrupt-*")
    assert aside.read_bytes() == damaged
    intact(box.data_dir)
    again = json.loads(path.read_bytes())
    assert again["genesis_hash"] == whole["genesis_hash"]
    for name, contract in whole["contracts"].items():
        for member in ("address", "abi", "code_hash", "init_code_hash"):
            assert again["contracts"][name][member] == contract[member]


def test_folder_in_the_place_of_the_manifest_is_told(box, intact):
    path = box.data_dir / "manifest.json"
    path.unlink()
    path.mkdir()
    refused(box, "data_folder_unusable", str(path))
    path.rmdir()
    intact(box.data_dir)


# Database


def garbage(path: Path) -> None:
    path.write_bytes(b"this was a database once " * 1000)


def damaged_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[4096 * 3 : middle] = b"\xa5" * (middle - 4096 * 3)
    path.write_bytes(content)


def newer_than_the_code(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


@pytest.mark.parametrize("damage", [garbage, damaged_pages, newer_than_the_code])
def test_unusable_database_is_told_and_left_as_it_is_until_a_backup_is_back(box, intact, damage):
    path = box.data_dir / "platform.db"
    backup = path.read_bytes()
    damage(path)
    found = path.read_bytes()
    error = refused(box, "database_unreadable", str(path), "pocplatform reset")
    assert "***" not in error["detail"]
    assert path.read_bytes() == found
    path.write_bytes(backup)
    intact(box.data_dir)


def test_unusable_database_is_kept_by_the_reset_that_the_next_step_names(box):
    path = box.data_dir / "platform.db"
    garbage(path)
    found = path.read_bytes()
    refused(box, "database_unreadable", "pocplatform reset")
    backup = Path(box.run_json("reset", "--yes")["backup"])
    assert (backup / "platform.db").read_bytes() == found
    assert (backup / "master.key").is_file()
    with opened(box.data_dir) as platform:
        assert set(platform.deployed) == CONTRACTS


def test_folder_in_the_place_of_the_database_is_told(box, intact):
    path = box.data_dir / "platform.db"
    kept = path.rename(path.with_name("kept"))
    path.mkdir()
    refused(box, "database_unreadable", str(path))
    path.rmdir()
    kept.rename(path)
    intact(box.data_dir)


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_database_without_permissions_is_told(box, intact, mode):
    path = box.data_dir / "platform.db"
    path.chmod(mode)
    refused(box, "database_unreadable", str(path), prefix=without_roots_privileges())
    path.chmod(0o644)
    intact(box.data_dir)


# Contracts


@pytest.mark.slow
def test_contract_that_does_not_compile_is_told_with_its_place(box, intact, tmp_path):
    box.root = copy_of_project(tmp_path / "project")
    source = box.root / "contracts" / "payments" / "PilotEuro.sol"
    right = source.read_text()
    source.write_text(right + "\ncontract Wrong { uint256 x = ; }\n")
    line = len(right.splitlines()) + 2
    for verb in ("up", "compile"):
        error = refused(
            box,
            "compilation_failed",
            f"contracts/payments/PilotEuro.sol:{line}",
            "pocplatform compile",
            verb=verb,
            lines=4,
        )
        assert "uint256 x = ;" in error["detail"]
    source.write_text(right)
    assert box.root != ROOT
    assert box.run_json("deploy")["contracts"]
    intact(box.data_dir)
