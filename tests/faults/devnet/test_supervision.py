"""The devnet under everything that can befall it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet import AnvilMissing, Devnet, NodeNotAnswering, PortTaken, find_anvil
from pocplatform.chain.devnet.ports import free_port, is_free
from pocplatform.chain.devnet.supervisor import LOG_CAP_BYTES
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.manifest import genesis_of

ROOT = Path(__file__).resolve().parents[3]
GENESIS_TIME = 1_700_000_000
Gone = Callable[[int, float], bool]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")


def script(folder: Path, body: str) -> Path:
    path = folder / "anvil"
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)
    return path


class TestLife:
    def test_a_started_devnet_answers_with_its_chain_id(self, tmp_path: Path) -> None:
        node = Devnet(find_anvil(ROOT), tmp_path, genesis_time=GENESIS_TIME, chain_id=4711)
        assert not node.is_alive()
        assert node.pid is None
        with node:
            assert node.is_alive()
            assert node.rpc_url == f"http://127.0.0.1:{node.port}"
            assert ChainClient(node.rpc_url).chain_id() == 4711
            block = ChainClient(node.rpc_url).block(0)
            assert block is not None
            assert int(block["timestamp"], 16) == GENESIS_TIME
        assert not node.is_alive()

    def test_nothing_listens_and_nothing_runs_after_stop(
        self, devnet: Devnet, gone_within: Gone
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        anvil, guard = devnet.pid, devnet.guard_pid
        assert anvil
        assert guard
        devnet.stop()
        assert gone_within(anvil, 0.5)
        assert gone_within(guard, 0.5)
        assert is_free(devnet.port)
        assert devnet.stop() == devnet.exit_status  # once more does no harm

    def test_starting_twice_starts_one(self, devnet: Devnet) -> None:
        devnet.start()
        devnet.wait_ready()
        first = devnet.pid
        devnet.start()
        assert devnet.pid == first

    def test_a_restart_is_the_same_empty_chain_on_the_same_port(self, devnet: Devnet) -> None:
        devnet.start()
        devnet.wait_ready()
        port, identity = devnet.port, genesis_of(ChainClient(devnet.rpc_url))
        ChainClient(devnet.rpc_url).request("evm_mine")
        devnet.restart()
        client = ChainClient(devnet.rpc_url)
        assert devnet.port == port
        assert client.block_number() == 0
        assert genesis_of(client) == identity

    def test_a_killed_node_is_noticed_and_comes_back(
        self, devnet: Devnet, gone_within: Gone
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        anvil, guard = devnet.pid, devnet.guard_pid
        assert anvil
        assert guard
        os.kill(anvil, signal.SIGKILL)
        assert gone_within(guard, 1)
        assert not devnet.is_alive()
        assert devnet.pid is None
        assert devnet.exit_status == 128 + signal.SIGKILL
        devnet.start()
        devnet.wait_ready()
        assert devnet.pid != anvil

    def test_it_writes_nothing_into_the_home_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        with Devnet(find_anvil(ROOT), tmp_path / "data", genesis_time=GENESIS_TIME) as node:
            client = ChainClient(node.rpc_url)
            for _ in range(100):
                client.request("evm_mine")
        assert [p for p in home.rglob("*") if p.is_file()] == []

    def test_a_long_log_is_put_aside_at_the_start(self, devnet: Devnet) -> None:
        devnet.log_path.parent.mkdir(parents=True, exist_ok=True)
        devnet.log_path.write_bytes(b"x" * (LOG_CAP_BYTES + 1))
        devnet.start()
        devnet.wait_ready()
        assert devnet.log_path.stat().st_size < LOG_CAP_BYTES
        assert devnet.log_path.with_name("anvil.log.1").stat().st_size == LOG_CAP_BYTES + 1


class TestNoOrphan:
    OWNER = textwrap.dedent(
        """
        import os, sys, time
        from pathlib import Path
        from pocplatform.chain.devnet import Devnet, find_anvil
        node = Devnet(find_anvil(Path(sys.argv[1])), Path(sys.argv[2]), genesis_time=1700000000)
        node.start()
        node.wait_ready()
        heir = os.fork() if sys.argv[3] == "fork" else 0
        if sys.argv[3] == "fork" and heir == 0:
            time.sleep(60)  # holds the pipe's end as well
            os._exit(0)
        print(node.pid, node.guard_pid, heir, flush=True)
        if sys.argv[3] == "return":
            sys.exit(0)
        if sys.argv[3] == "raise":
            raise RuntimeError
        time.sleep(60)
        """
    )

    def owner(self, folder: Path, how: str) -> tuple[subprocess.Popen[str], int, int, int]:
        process = subprocess.Popen(
            [sys.executable, "-c", self.OWNER, str(ROOT), str(folder), how],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        anvil, guard, heir = map(int, process.stdout.readline().split())
        return process, anvil, guard, heir

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_the_node_ends_within_a_second_of_its_owner(
        self, tmp_path: Path, gone_within: Gone, number: int
    ) -> None:
        process, anvil, guard, _ = self.owner(tmp_path, "wait")
        process.send_signal(number)
        process.wait(5)
        assert gone_within(anvil, 1)
        assert gone_within(guard, 1)

    @pytest.mark.parametrize("how", ["return", "raise"])
    def test_the_node_ends_with_an_owner_that_forgets_to_stop_it(
        self, tmp_path: Path, gone_within: Gone, how: str
    ) -> None:
        process, anvil, guard, _ = self.owner(tmp_path, how)
        process.wait(5)
        assert gone_within(anvil, 1)
        assert gone_within(guard, 1)

    @linux_only
    def test_the_node_ends_though_a_child_of_the_owner_holds_the_pipe(
        self, tmp_path: Path, gone_within: Gone
    ) -> None:
        process, anvil, guard, heir = self.owner(tmp_path, "fork")
        try:
            process.kill()
            process.wait(5)
            assert gone_within(anvil, 1)
            assert gone_within(guard, 1)
        finally:
            os.kill(heir, signal.SIGKILL)

    @linux_only
    def test_the_node_ends_with_a_killed_guard(self, devnet: Devnet, gone_within: Gone) -> None:
        devnet.start()
        devnet.wait_ready()
        anvil, guard = devnet.pid, devnet.guard_pid
        assert anvil
        assert guard
        os.kill(guard, signal.SIGKILL)
        assert gone_within(anvil, 1)
        assert not devnet.is_alive()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_the_node_ends_with_a_guard_that_is_told_to(
        self, devnet: Devnet, gone_within: Gone, number: int
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        anvil, guard = devnet.pid, devnet.guard_pid
        assert anvil
        assert guard
        os.kill(guard, number)
        assert gone_within(anvil, 1)

    @linux_only
    def test_a_guard_that_hangs_does_not_keep_stop_from_ending_the_node(
        self, devnet: Devnet, gone_within: Gone
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        anvil, guard = devnet.pid, devnet.guard_pid
        assert anvil
        assert guard
        os.kill(guard, signal.SIGSTOP)
        devnet.stop(timeout=0.3)
        assert gone_within(anvil, 1)

    def test_ctrl_c_in_the_terminal_reaches_the_owner_and_not_the_node(
        self, devnet: Devnet
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        assert devnet.pid
        assert os.getpgid(devnet.pid) != os.getpgid(0)


class TestPort:
    def test_a_taken_port_is_named_with_the_process_that_has_it(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            node = Devnet(find_anvil(ROOT), tmp_path, genesis_time=GENESIS_TIME, port=port)
            with pytest.raises(PortTaken, match=f"Port {port}") as failure:
                node.start()
        assert failure.value.port == port
        assert "POC_DEVNET_PORT" in failure.value.next_step()
        if sys.platform == "linux":
            assert f"(process {os.getpid()})" in str(failure.value)
        assert not node.is_alive()

    def test_a_port_given_is_the_port_used_and_can_be_used_again_at_once(
        self, tmp_path: Path
    ) -> None:
        port = free_port()
        for _ in range(3):
            with Devnet(find_anvil(ROOT), tmp_path, genesis_time=GENESIS_TIME, port=port) as node:
                assert node.port == port
                ChainClient(node.rpc_url).chain_id()

    def test_two_devnets_get_two_ports(self, tmp_path: Path) -> None:
        one = Devnet(find_anvil(ROOT), tmp_path / "1", genesis_time=GENESIS_TIME)
        two = Devnet(find_anvil(ROOT), tmp_path / "2", genesis_time=GENESIS_TIME)
        with one, two:
            assert one.port != two.port

    def test_a_restart_finds_another_port_if_its_own_was_taken(self, devnet: Devnet) -> None:
        devnet.start()
        devnet.wait_ready()
        port = devnet.port
        devnet.stop()
        with socket.create_server(("127.0.0.1", port)):
            devnet.restart()
            assert devnet.port != port


class TestNodeThatFails:
    def test_a_node_that_ends_at_once_is_told_with_its_last_words(self, tmp_path: Path) -> None:
        binary = script(tmp_path, "echo 'no such hardfork: osaka' >&2; exit 3")
        node = Devnet(binary, tmp_path, genesis_time=GENESIS_TIME)
        node.start()
        with pytest.raises(
            NodeNotAnswering, match=r"exit status 3.*no such hardfork: osaka"
        ) as failure:
            node.wait_ready()
        assert str(node.log_path) in failure.value.next_step()

    def test_words_of_an_earlier_run_are_not_taken_for_this_one(self, tmp_path: Path) -> None:
        (tmp_path / "anvil.log").write_text("Address already in use\n")
        node = Devnet(script(tmp_path, "exit 3"), tmp_path, genesis_time=GENESIS_TIME)
        node.start()
        with pytest.raises(NodeNotAnswering, match=r"ended with exit status 3\.$"):
            node.wait_ready()

    def test_a_node_that_never_answers_is_told_within_the_deadline_and_ended(
        self, tmp_path: Path, gone_within: Gone
    ) -> None:
        node = Devnet(script(tmp_path, "exec sleep 60"), tmp_path, genesis_time=GENESIS_TIME)
        node.start()
        pid = node.pid
        assert pid
        began = time.monotonic()
        with pytest.raises(NodeNotAnswering, match=r"did not answer within 0\.4 s"):
            node.wait_ready(timeout=0.4)
        assert time.monotonic() - began < 3
        assert gone_within(pid, 1)

    def test_a_binary_that_cannot_be_run_is_told(self, tmp_path: Path) -> None:
        binary = tmp_path / "anvil"
        binary.write_bytes(b"\x00\x01")
        binary.chmod(0o755)
        node = Devnet(binary, tmp_path, genesis_time=GENESIS_TIME)
        with pytest.raises(NodeNotAnswering, match=r"could not be started.*cannot run"):
            node.start()
        assert not node.is_alive()

    @linux_only
    def test_a_node_beyond_its_memory_limit_ends_and_nothing_else_does(
        self, tmp_path: Path
    ) -> None:
        node = Devnet(
            find_anvil(ROOT), tmp_path, genesis_time=GENESIS_TIME, memory_limit=50_000_000
        )
        with pytest.raises(NodeNotAnswering), node:
            pass
        assert not node.is_alive()

    @linux_only
    def test_the_memory_limit_is_in_force_in_the_node(self, devnet: Devnet) -> None:
        devnet.start()
        devnet.wait_ready()
        limits = Path(f"/proc/{devnet.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
        assert line.split()[3:5] == ["8192000000", "8192000000"]

    @linux_only
    def test_a_node_that_hangs_is_told_as_unreachable_and_a_restart_mends_it(
        self, devnet: Devnet
    ) -> None:
        devnet.start()
        devnet.wait_ready()
        assert devnet.pid
        os.kill(devnet.pid, signal.SIGSTOP)
        # The signal stops thread after thread: one of them may still answer meanwhile.
        deadline = time.monotonic() + 5
        while any(
            stat.read_text().rpartition(")")[2].split()[0] != "T"
            for stat in Path(f"/proc/{devnet.pid}/task").glob("*/stat")
        ):
            assert time.monotonic() < deadline, "the node was not stopped"
        with pytest.raises(NodeUnreachable):
            ChainClient(devnet.rpc_url, timeout=0.3).chain_id()
        devnet.restart()
        assert ChainClient(devnet.rpc_url).block_number() == 0


class TestBinary:
    def test_a_missing_npm_part_is_told_with_the_command(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(AnvilMissing, match="@foundry-rs/anvil-") as failure:
            find_anvil(tmp_path)
        assert "npm ci" in failure.value.next_step()

    def test_a_configured_binary_is_used_and_nothing_else(self, tmp_path: Path) -> None:
        own = script(tmp_path, "exit 0")
        assert find_anvil(ROOT, own) == own
        with pytest.raises(AnvilMissing, match="POC_ANVIL is /nowhere/anvil"):
            find_anvil(ROOT, "/nowhere/anvil")

    def test_foundrys_own_and_the_paths_are_taken_where_the_npm_part_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("PATH", str(tmp_path))
        on_path = script(tmp_path, "exit 0")
        assert find_anvil(tmp_path / "project") == on_path
        (tmp_path / "home/.foundry/bin").mkdir(parents=True)
        shutil.copy(on_path, tmp_path / "home/.foundry/bin/anvil")
        assert find_anvil(tmp_path / "project") == tmp_path / "home/.foundry/bin/anvil"
