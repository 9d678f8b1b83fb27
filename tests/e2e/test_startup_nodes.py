"""Nodes that are missing, silent, strange or killed while the platform starts."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pocplatform.chain.devnet.ports import free_port
from tests.processes import NO_TLS, Sandbox, alive, descendants, opened, outside_node, until
from tests.starts import (
    CONTRACTS,
    FUNDS,
    OPERATOR_KEY,
    cents,
    earn,
    outside,
    refused,
    refused_here,
    told,
)

pytestmark = pytest.mark.slow  # each test starts processes of its own

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


def test_address_that_answers_with_a_page_is_told(fresh):
    with answering(b"<html>It works!</html>") as url:
        refused(fresh, "chain_unreachable", url, "Check POC_RPC_URL", **outside(url))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"result": "welcome"}',
        b'{"error": "no key"}',
        b'{"error": {"code": -32601, "message": "no such method"}}',
    ],
    ids=["list", "other result", "odd error", "error"],
)
def test_address_that_answers_in_json_but_is_no_node_is_told(fresh, body):
    with answering(body) as url:
        settings = {"rpc_url": url, "operator_key": OPERATOR_KEY}
        refused_here(fresh.data_dir, "chain_unreachable", url, "Check POC_RPC_URL", **settings)
    assert not (fresh.data_dir / "manifest.json").exists()


def test_node_with_another_chain_id_is_told_and_nothing_deployed(box, intact, tmp_path):
    with outside_node(tmp_path, "--chain-id", "4242") as url:
        refused(box, "chain_id_mismatch", "4242", "31337", "POC_CHAIN_ID", **outside(url))
        # Right id, but the manifest is of another chain.
        settings = {"rpc_url": url, "operator_key": OPERATOR_KEY, "chain_id": 4242}
        refused_here(box.data_dir, "chain_id_mismatch", "4242", "31337", **settings)
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
        with httpx.Client(base_url=fresh.url, timeout=40, verify=NO_TLS) as client:
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
            assert asyncio.run(platform.gateway.authentication.actor(secret_key)) is not None


# In mid-deploy


def deployments(folder: Path, but: str = "") -> int:
    """How many deployments the outbox holds by now, without those of a status."""
    uri = f"file:{folder / 'platform.db'}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            statement = (
                "SELECT count(*) FROM transactions WHERE function = 'deploy' AND status <> ?"
            )
            return int(connection.execute(statement, (but,)).fetchone()[0])
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
    assert in_manifest(folder) == len(CONTRACTS)
    assert deployments(folder) == len(CONTRACTS - {"Multicall3"})  # which brings its transaction
    with contextlib.closing(sqlite3.connect(folder / "platform.db")) as connection:
        statement = "SELECT DISTINCT status FROM transactions WHERE function = 'deploy'"
        assert connection.execute(statement).fetchall() == [("confirmed",)]


def start_and_halt(tmp_path: Path, but: str) -> tuple[Sandbox, int]:
    """A first start whose node is halted when its outbox has deployments that are not of a status.

    Answers the sandbox and the node's process id.
    """
    for attempt in range(5):
        box = Sandbox(tmp_path / str(attempt))
        box.start("--json")
        node = box.devnet_pid()
        until(lambda b=box: deployments(b.data_dir, but), what="a deployment is under way")
        os.kill(node, signal.SIGSTOP)
        if in_manifest(box.data_dir) < len(CONTRACTS):
            return box, node
        os.kill(node, signal.SIGCONT)
        box.close()
    pytest.fail("the deployment was always over before it could be halted")


@pytest.mark.parametrize("but", ["", "queued"], ids=["stored", "signed"])
def test_devnet_killed_in_mid_deploy_is_told_and_the_next_start_goes_on(tmp_path, but):
    box, node = start_and_halt(tmp_path, but)
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


@pytest.mark.parametrize("but", ["", "queued"], ids=["stored", "signed"])
def test_platform_killed_in_mid_deploy_leaves_no_process_and_the_next_start_goes_on(tmp_path, but):
    box, node = start_and_halt(tmp_path, but)
    below = descendants(box.process.pid)
    assert node in below
    box.kill()
    until(lambda: not any(map(alive, below)), what="nothing is left running")
    all_deployed_once(box.data_dir)
