"""A running platform with its clients, to be broken: on its own devnet or on a node outside."""

from __future__ import annotations

import abc
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.faults.audit import Findings, examine
from bench.faults.chain import Reader
from bench.faults.clients import Clients
from bench.faults.ledger import Ledger
from bench.faults.models import divergent
from bench.faults.proxy import Proxy
from bench.processes import NO_TLS, Sandbox, alive, descendants, outside_node, until
from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.devnet.ports import free_port

SETTLE_S = 120.0
RPC_TIMEOUT_S = 1.0
DISK_BYTES = 64 * 2**20
_OPERATOR_KEY = "0x" + "17" * 32
_MINE_EVERY_S = 0.2
_CLOCK = Path(__file__).parent / "clock"
"""Holds what shifts the clock of a Python process."""
_STILL = 10
"""How often in a row the node must name the same latest block to count as standing still."""
_SAMPLE = 20
"""Writes that are sent once more after a round."""


class World(abc.ABC):
    """The platform in processes of its own, its clients and their books.

    Args:
        folder: For data and logs.
        artifacts: The compiled contracts.
        seed: Of what clients do.
        template: A data folder to begin from, in which the contracts are deployed.
    """

    managed = True

    def __init__(
        self, folder: Path, artifacts: Artifacts, seed: int, template: Path | None = None
    ) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self._artifacts = artifacts
        self._template = template
        self.chance = random.Random(seed)
        self.ledger = Ledger()
        self._token = ""
        self._open = contextlib.ExitStack()
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.box = Sandbox(self.data_dir, log=folder / "gateway.out")
        self.box.environment |= {"POC_PORT": str(port), "POC_RPC_TIMEOUT_S": str(RPC_TIMEOUT_S)}
        self.clients = Clients(self.url, self.ledger, seed)
        self.chain_blocks = 0
        """Blocks that the chain had when it was last looked at."""

    def open(self) -> None:
        """Start everything, and sign the clients up."""
        self._prepare()
        self._open.callback(self.box.close)
        self.start()
        contracts = httpx.get(f"{self.url}/v1/chain", timeout=30, verify=NO_TLS).json()["contracts"]
        self._token = next(c["address"] for c in contracts if c["name"] == "PilotEuro")
        self.clients.sign_up()

    def close(self) -> None:
        """End everything in order."""
        code = self.box.stop()
        assert code == 0, f"the gateway ended with {code}"
        self._open.close()

    def abandon(self) -> None:
        """End everything at once."""
        self._open.close()

    def keep(self, folder: Path) -> None:
        """Copy data and logs to where they stay."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)

    def start(self) -> None:
        """Start the gateway, and wait until it is ready."""
        self.box.start()
        self.box.wait_ready()

    def kill_gateway(self) -> None:
        """SIGKILL; returns once nothing of it is left."""
        assert self.box.process is not None
        below = descendants(self.box.process.pid)
        self.box.kill()
        until(lambda: not any(map(alive, below)), what="nothing of the gateway is left")

    @property
    def node_url(self) -> str:
        """The node itself."""
        command = Path(f"/proc/{self.box.devnet_pid()}/cmdline").read_bytes().split(b"\0")
        return f"http://127.0.0.1:{int(command[command.index(b'--port') + 1])}"

    @property
    def gateway_pid(self) -> int:
        """The gateway's process."""
        assert self.box.process is not None
        return self.box.process.pid

    def node(self) -> Reader:
        """Speaks to the node as somebody from outside."""
        return Reader(self.node_url, self._token)

    @abc.abstractmethod
    def unmined(self) -> contextlib.AbstractContextManager[None]:
        """No block comes meanwhile. anvil (1.7.1) loses blocks of its own chain where it is put
        back or reorganized while it mines."""

    def wait_for_writes(self, number: int = 8) -> None:
        """Return once so many more writes have been accepted."""
        begun = self.ledger.accepted
        until(lambda: self.ledger.accepted >= begun + number, seconds=SETTLE_S, what="writes go on")

    def settle(self) -> None:
        """Return once nothing is on its way, and the tables are as far as the chain."""
        with httpx.Client(base_url=self.url, timeout=10, verify=NO_TLS) as gateway:

            def settled() -> bool:
                try:
                    answer = gateway.get("/v1/chain")
                    ready = gateway.get("/readyz").is_success
                except httpx.HTTPError:
                    return False
                if answer.status_code != 200 or not ready:
                    return False
                chain = answer.json()
                done: bool = chain["block"] == chain["recorded_block"]
                return done and not chain["unsettled_transactions"]

            until(settled, seconds=SETTLE_S, what="nothing is on its way any more")

    def audit(self) -> Findings:
        """What became of all that was written; for when all is settled."""
        accepted = [w for w in self.ledger.writes if w.accepted and w.path.count("/") == 2]
        sample = self.chance.sample(accepted, min(_SAMPLE, len(accepted)))
        otherwise = self.clients.send_again(sample)
        self.settle()
        with httpx.Client(base_url=self.url, timeout=30, verify=NO_TLS) as gateway:
            found, chain, balances = examine(
                self.ledger, self.clients.members, self.node(), gateway
            )
        for write in otherwise:
            found.duplicated += 1
            found.notes.append(f"another answer when sent again: {write.path} {write.key}")
        rows = divergent(
            self.data_dir, self.node_url, self._artifacts, chain, balances, managed=self.managed
        )
        found.divergent_rows = len(rows)
        found.notes += rows
        self.chain_blocks = len(chain.blocks)
        return found

    def _prepare(self) -> None:
        if self._template is not None:
            shutil.copytree(self._template, self.data_dir, dirs_exist_ok=True)


class ManagedWorld(World):
    """On the devnet that the platform runs itself.

    Its data lie on a small disk, if that may be, and its gateway's clock can be set.
    """

    def set_clock(self, offset_s: int) -> None:
        """Let the gateway's clock be so many seconds ahead (or, below 0, behind)."""
        # Of constant length: whoever reads meanwhile sees the old number or the new one.
        with self._clock.open("r+") as file:
            file.write(f"{offset_s:+08d}")

    @contextlib.contextmanager
    def unmined(self) -> Iterator[None]:
        """No block comes meanwhile: the gateway is halted when its devnet is whole."""
        until(self._ready, seconds=SETTLE_S, what="the devnet is whole")
        os.kill(self.gateway_pid, signal.SIGSTOP)
        try:
            node, heads = self.node(), [""] * _STILL

            def still() -> bool:
                heads[:] = [*heads[1:], node.request("eth_blockNumber")]
                return len(set(heads)) == 1

            until(still, what="nothing is mined any more")
            yield
        finally:
            os.kill(self.gateway_pid, signal.SIGCONT)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10, verify=NO_TLS).is_success
        except httpx.HTTPError:
            return False

    def fill_disk(self) -> None:
        """Leave no room for the database."""
        with contextlib.suppress(OSError), (self.data_dir / "filler").open("ab", 0) as filler:
            while True:
                filler.write(b"\0" * 4096)

    def empty_disk(self) -> None:
        """Give the room back."""
        (self.data_dir / "filler").unlink(missing_ok=True)

    def limit_files(self, size: int) -> None:
        """Let the gateway write no file beyond ``size`` bytes; -1 lifts the limit."""
        _, hard = resource.prlimit(self.gateway_pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.gateway_pid, resource.RLIMIT_FSIZE, (size, hard))

    def _prepare(self) -> None:
        self._clock = self.folder / "clock"
        self._clock.touch()
        self.set_clock(0)
        paths = [str(_CLOCK), os.environ.get("PYTHONPATH", "")]
        self.box.environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        self.box.environment["FAULTS_CLOCK"] = str(self._clock)
        self.data_dir.mkdir()
        if may_mount():
            options = f"size={DISK_BYTES}"
            command = ["mount", "-t", "tmpfs", "-o", options, "faults", str(self.data_dir)]
            subprocess.run(command, check=True)
            unmount = ["umount", "--lazy", str(self.data_dir)]
            self._open.callback(subprocess.run, unmount, check=True)
        super()._prepare()


class OutsideWorld(World):
    """On a node that is not the platform's, behind a line that may be bad.

    The node is mined by a clock of its own, as others' nodes are; it stands still for the audit.
    """

    managed = False

    def __init__(self, folder: Path, artifacts: Artifacts, seed: int) -> None:
        super().__init__(folder, artifacts, seed)
        self._seed = seed
        self._node = ""
        self._mining = threading.Event()
        self._turn = threading.Lock()
        self._closing = threading.Event()
        self._birth = int(time.time()) - self.chance.randrange(10**6)
        """Time of the first block: it makes this world's chain one of its own."""

    @property
    def node_url(self) -> str:
        """The node itself."""
        return self._node

    def _prepare(self) -> None:
        self._node = self._open.enter_context(self._empty_node(self._birth))
        self.proxy = self._open.enter_context(Proxy(self._node, RPC_TIMEOUT_S, self._seed))
        miner = threading.Thread(target=self._mine, name="miner", daemon=True)
        miner.start()
        self._open.callback(miner.join, 10)
        self._open.callback(self._closing.set)
        self._mining.set()
        self.box.environment |= {"POC_RPC_URL": self.proxy.url, "POC_OPERATOR_KEY": _OPERATOR_KEY}

    @contextlib.contextmanager
    def wiped(self, *, same_chain: bool) -> Iterator[None]:
        """In place of the node there is an empty one, whose first block is the same or another."""
        birth = self._birth + (0 if same_chain else 1)
        with self._empty_node(birth) as empty:
            self.proxy.lead_to(empty)
            try:
                yield
            finally:
                self.proxy.lead_to(self._node)

    def _empty_node(self, birth: int) -> contextlib.AbstractContextManager[str]:
        limits = ("--no-mining", "--gas-limit", "3000000000")
        return outside_node(self.folder, *limits, "--timestamp", str(birth))

    def trouble(self) -> str | None:
        """What the platform says that keeps it from its work."""
        answer = httpx.get(f"{self.url}/readyz", timeout=10, verify=NO_TLS).json()
        said: str | None = answer.get("trouble")
        return said

    def _mine(self) -> None:
        node = Reader(self._node, "")
        while not self._closing.wait(_MINE_EVERY_S):
            with self._turn:
                if self._mining.is_set():
                    with contextlib.suppress(OSError):
                        node.request("evm_mine")

    @contextlib.contextmanager
    def unmined(self) -> Iterator[None]:
        """No block comes meanwhile: the clock that mines waits."""
        with self._turn:
            yield

    def audit(self) -> Findings:
        """What became of all that was written, while the chain stands still."""
        self._mining.clear()
        try:
            return super().audit()
        finally:
            self._mining.set()


def may_mount() -> bool:
    """Whether a small disk of our own can be had."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective.split()[1], 16) >> 21 & 1)  # CAP_SYS_ADMIN


def signal_node(world: World, number: signal.Signals) -> None:
    """Send a signal to the platform's own node, if it runs at this moment."""
    with contextlib.suppress(ProcessLookupError, AssertionError):
        os.kill(world.box.devnet_pid(), number)
