"""Bad input at start-up: a sentence with the next step, nothing lost, the next run recovers."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pocplatform.chain.devnet.ports import free_port
from pocplatform.deployment import deployment_set
from pocplatform.startup import Platform
from tests.processes import (
    ROOT,
    Sandbox,
    alive,
    copy_of_project,
    descendants,
    opened,
    outside_node,
    until,
    users_of,
)

FUNDS = 12_345
OPERATOR_KEY = "0x" + "17" * 32
CONTRACTS = set(deployment_set("0x" + "1" * 40).order)


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("POC_")]:
        monkeypatch.delenv(name)


@dataclass(frozen=True)
class Seed:
    """A data folder in which something has been done, and what to find again."""

    folder: Path
    address: str
    secret_key: str


def earn(url: str) -> tuple[str, str]:
    """Sign up and draw test money; the wallet's address and the secret key."""
    with httpx.Client(base_url=url, timeout=40) as client:
        member = client.post("/v1/organizations", json={"name": "Kestävä Oy"}).json()
        headers = {"Authorization": f"Bearer {member['secret_key']}", "Idempotency-Key": "1"}
        drawn = client.post(
            "/v1/faucet", params={"wait": 20}, json={"amount": FUNDS}, headers=headers
        )
        assert drawn.status_code == 200, drawn.text
        return member["wallet"]["address"], member["secret_key"]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    box = Sandbox(tmp_path_factory.mktemp("seed") / "data")
    try:
        box.start()
        box.wait_ready()
        address, secret_key = earn(box.url)
        assert box.stop() == 0
    finally:
        box.close()
    return Seed(box.data_dir, address, secret_key)


@pytest.fixture
def box(seed: Seed, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox on a copy of the seed."""
    shutil.copytree(seed.folder, tmp_path / "data")
    copy = Sandbox(tmp_path / "data")
    yield copy
    copy.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that has never been started."""
    new = Sandbox(tmp_path / "new")
    yield new
    new.close()


def cents(platform: Platform, address: str) -> int:
    units: int = platform.gateway.contracts.read("PilotEuro", "balanceOf", address)
    return units // 10_000


@pytest.fixture
def intact(seed: Seed) -> Callable[..., None]:
    """Starts on a folder again; the seed must all be there, on the chain and in the tables."""

    def check(folder: Path, **settings: Any) -> None:
        with opened(folder, **settings) as platform:
            assert platform.deployed == []
            assert cents(platform, seed.address) == FUNDS
            assert set(platform.gateway.contracts.manifest.contracts) == CONTRACTS
            with platform.gateway.database.snapshot() as session:
                assert platform.gateway.authenticate(session, seed.secret_key) is not None

    return check


def refused(
    box: Sandbox,
    code: str,
    *words: str,
    verb: str = "up",
    prefix: tuple[str, ...] = (),
    lines: int = 1,
    **settings: str,
) -> dict[str, str]:
    """Run a verb that must end with this error, and check its form; the error."""
    done = box.run(verb, "--json", prefix=prefix, **settings)
    return told(box, done.returncode, done.stdout, done.stderr, code, *words, lines=lines)


def told(
    box: Sandbox, exit_code: int, stdout: str, stderr: str, code: str, *words: str, lines: int = 1
) -> dict[str, str]:
    assert exit_code == 1, stdout + stderr
    assert "Traceback" not in stderr + stdout
    document = json.loads(stdout)
    assert set(document) == {"error"}
    error: dict[str, str] = document["error"]
    assert set(error) == {"code", "detail", "next_step"}
    assert error["code"] == code, error
    assert error["next_step"]
    assert len(error["detail"].splitlines()) <= lines
    assert f"✗ {error['detail']}\n" in stderr
    assert f"→ {error['next_step']}\n" in stderr
    for word in words:
        assert word in error["detail"] + "\n" + error["next_step"], error
    assert users_of(box.data_dir) == []
    return error


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
        ("POC_CHAIN_ID", "one", ["POC_CHAIN_ID is 'one'"]),
        ("POC_DEVNET_MEMORY_MB", "1", ["POC_DEVNET_MEMORY_MB", "512"]),
    ],
)
def test_setting_that_does_not_fit_is_named_with_its_value(fresh, name, value, words):
    refused(fresh, "settings_invalid", f"Correct {name}", *words, **{name: value})
    assert not fresh.data_dir.exists()


def test_all_settings_that_do_not_fit_are_named_at_once(fresh):
    refused(fresh, "settings_invalid", "POC_PORT", "POC_CHAIN_ID", POC_PORT="x", POC_CHAIN_ID="y")


def test_outside_node_without_an_operator_key_is_refused(fresh):
    refused(fresh, "unsafe_settings", "POC_OPERATOR_KEY", POC_RPC_URL="http://127.0.0.1:1")


@pytest.mark.parametrize("key", ["0x1234", "no key at all", "00" * 32, "ff" * 32])
def test_operator_key_that_is_none_is_refused_and_not_shown(fresh, key):
    error = refused(fresh, "unsafe_settings", "POC_OPERATOR_KEY", POC_OPERATOR_KEY=key)
    assert key not in str(error)


@pytest.mark.parametrize("key", ["abcd", "no key at all", "ab" * 33])
def test_master_key_that_is_none_is_refused_and_not_shown(box, intact, key):
    error = refused(box, "unsafe_settings", "POC_MASTER_KEY", "32 bytes", POC_MASTER_KEY=key)
    assert key not in str(error)
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
    refused(box, "unsafe_settings", str(path))
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["master.key", "admin.key"])
def test_secret_file_that_others_can_read_is_refused_until_the_named_command_ran(box, intact, name):
    path = box.data_dir / name
    path.chmod(0o644)
    refused(box, "unsafe_settings", str(path), f"chmod 600 {path}")
    path.chmod(0o600)
    intact(box.data_dir)


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://user:hunter2@localhost/x"])
def test_database_address_that_is_none_is_refused_and_no_password_shown(fresh, url):
    error = refused(fresh, "unsafe_settings", "POC_DATABASE_URL", POC_DATABASE_URL=url)
    assert "hunter2" not in str(error)


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
    error = refused(box, "database_unreadable", str(path), "pocplatform reset", "backup")
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


# The node


def test_missing_anvil_is_told(box, intact):
    refused(box, "anvil_missing", "/nowhere/anvil", "POC_ANVIL", POC_ANVIL="/nowhere/anvil")
    intact(box.data_dir)


def test_anvil_that_is_not_executable_is_told(box, intact, tmp_path):
    path = tmp_path / "anvil"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o644)
    refused(box, "anvil_missing", str(path), POC_ANVIL=str(path))
    intact(box.data_dir)


def test_anvil_that_ends_at_once_is_told_with_its_last_words(box, intact, tmp_path):
    path = tmp_path / "anvil"
    path.write_text("#!/bin/sh\necho 'error: not on this machine' >&2\nexit 3\n")
    path.chmod(0o755)
    refused(
        box,
        "devnet_not_answering",
        "exit status 3",
        "not on this machine",
        str(box.data_dir / "anvil.log"),
        POC_ANVIL=str(path),
    )
    intact(box.data_dir)


def outside(url: str, **settings: str) -> dict[str, str]:
    return {
        "POC_RPC_URL": url,
        "POC_OPERATOR_KEY": OPERATOR_KEY,
        "POC_RPC_TIMEOUT_S": "1",
    } | settings


def test_node_that_refuses_is_told(box, intact):
    url = f"http://127.0.0.1:{free_port()}"
    refused(box, "chain_unreachable", url, "Check POC_RPC_URL", **outside(url))
    intact(box.data_dir)


def test_node_that_never_answers_is_told(box, intact):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        refused(box, "chain_unreachable", url, "Check POC_RPC_URL", **outside(url))
    intact(box.data_dir)


@contextlib.contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A web server that answers everything with ``body``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>It works!</html>",
        b"[]",
        b'{"result": "welcome"}',
        b'{"error": "no key"}',
        b'{"error": {"code": -32601, "message": "no such method"}}',
    ],
    ids=["page", "list", "other result", "odd error", "error"],
)
def test_address_that_answers_but_is_no_node_is_told(fresh, body):
    with answering(body) as url:
        refused(fresh, "chain_unreachable", url, "Check POC_RPC_URL", **outside(url))
    assert not (fresh.data_dir / "manifest.json").exists()


def test_node_with_another_chain_id_is_told_and_nothing_deployed(box, intact, tmp_path):
    with outside_node(tmp_path, "--chain-id", "4242") as url:
        refused(box, "chain_id_mismatch", "4242", "31337", "POC_CHAIN_ID", **outside(url))
        # Right id, but the manifest is of another chain.
        refused(box, "chain_id_mismatch", "4242", "31337", **outside(url, POC_CHAIN_ID="4242"))
    intact(box.data_dir)


@pytest.mark.parametrize("manifest", ["kept", "lost"])
def test_node_with_another_genesis_is_told_and_nothing_deployed(box, intact, tmp_path, manifest):
    with outside_node(tmp_path, "--chain-id", "31337", "--timestamp", "1600000000") as url:
        if manifest == "lost":
            (box.data_dir / "manifest.json").unlink()
        refused(box, "genesis_mismatch", url, "POC_DATA_DIR", **outside(url))
    intact(box.data_dir)


@pytest.mark.slow
def test_outside_node_serves_a_platform_from_deployment_to_restart(fresh, tmp_path):
    with outside_node(tmp_path, "--chain-id", "31337", "--timestamp", "1600000000") as url:
        fresh.environment |= outside(url, POC_RPC_TIMEOUT_S="10")
        fresh.start()
        fresh.wait_ready()
        assert "anvil" not in descendants(fresh.process.pid).values()
        address, secret_key = earn(fresh.url)
        _, other_key = earn(fresh.url)
        with httpx.Client(base_url=fresh.url, timeout=40) as client:
            headers = {"Authorization": f"Bearer {other_key}", "Idempotency-Key": "2"}
            body = {"to": address, "amount": 55}
            paid = client.post("/v1/transfers?wait=20", json=body, headers=headers)
            assert paid.status_code == 200, paid.text
        assert fresh.stop() == 0

        settings = {"rpc_url": url, "operator_key": OPERATOR_KEY}
        with opened(fresh.data_dir, **settings) as platform:
            assert platform.deployed == []
            assert cents(platform, address) == FUNDS + 55

        # On a devnet of our own the same folder would be another chain: it is not touched.
        database = (fresh.data_dir / "platform.db").read_bytes()
        for name in ("POC_RPC_URL", "POC_OPERATOR_KEY"):
            del fresh.environment[name]
        refused(fresh, "genesis_mismatch", "POC_RPC_URL")
        assert (fresh.data_dir / "platform.db").read_bytes() == database

        # A manifest that is lost is found again on the chain, and with it what happened since.
        (fresh.data_dir / "manifest.json").unlink()
        with opened(fresh.data_dir, **settings) as platform:
            assert platform.deployed == []
            assert cents(platform, address) == FUNDS + 55
            with platform.gateway.database.snapshot() as session:
                assert platform.gateway.authenticate(session, secret_key) is not None


# In mid-deploy


def deployments(folder: Path) -> int:
    """How many deployments the outbox holds by now."""
    uri = f"file:{folder / 'platform.db'}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            statement = "SELECT count(*) FROM transactions WHERE function = 'deploy'"
            return int(connection.execute(statement).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def in_manifest(folder: Path) -> int:
    try:
        return len(json.loads((folder / "manifest.json").read_bytes())["contracts"])
    except FileNotFoundError:
        return 0


def all_deployed_once(folder: Path) -> None:
    with opened(folder) as platform:
        assert set(platform.gateway.contracts.manifest.contracts) == CONTRACTS
        for name in CONTRACTS:
            assert platform.gateway.client.code(platform.gateway.contracts.address(name))
    assert in_manifest(folder) == deployments(folder) == len(CONTRACTS)
    with contextlib.closing(sqlite3.connect(folder / "platform.db")) as connection:
        statement = "SELECT DISTINCT status FROM transactions WHERE function = 'deploy'"
        assert connection.execute(statement).fetchall() == [("confirmed",)]


def start_and_halt(tmp_path: Path, after: int) -> tuple[Sandbox, int]:
    """A first start that is halted when it has so many deployments in its outbox; anvil's pid."""
    for attempt in range(5):
        box = Sandbox(tmp_path / str(attempt))
        box.start("--json")
        node = box.devnet_pid()
        until(lambda b=box: deployments(b.data_dir) >= after, what="a deployment is under way")
        os.kill(node, signal.SIGSTOP)
        if in_manifest(box.data_dir) < len(CONTRACTS):
            return box, node
        os.kill(node, signal.SIGCONT)
        box.close()
    pytest.fail("the deployment was always over before it could be halted")


@pytest.mark.parametrize("after", [1, 3])
def test_devnet_killed_in_mid_deploy_is_told_and_the_next_start_goes_on(tmp_path, after):
    box, node = start_and_halt(tmp_path, after)
    os.kill(node, signal.SIGKILL)
    stdout, stderr = box.process.communicate(timeout=60)
    told(
        box,
        box.process.returncode,
        stdout,
        stderr,
        "devnet_not_answering",
        "exit status 137",
        "pocplatform up",
    )
    all_deployed_once(box.data_dir)


@pytest.mark.parametrize("after", [1, 3])
def test_platform_killed_in_mid_deploy_leaves_no_process_and_the_next_start_goes_on(
    tmp_path, after
):
    box, node = start_and_halt(tmp_path, after)
    below = descendants(box.process.pid)
    assert node in below
    box.kill()
    until(lambda: not any(map(alive, below)), what="nothing is left running")
    all_deployed_once(box.data_dir)


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
