"""anvil under supervision: start, health, stop, restart; with :mod:`guard`, no orphan."""

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet.errors import NodeNotAnswering, PortTaken
from pocplatform.chain.devnet.ports import LOOPBACK, free_port, holder, is_free
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.kit.i18n import Phrase

LOG_CAP_BYTES = 1_000_000
"""A longer log is put aside at the next start; one old log is kept."""

MEMORY_LIMIT_BYTES = 8_000_000 * 1024

BLOCK_GAS_LIMIT = 3_000_000_000
"""Enough for the largest block that the platform mines."""

_GUARD = Path(__file__).with_name("guard.py")
_GUARD_START_SECONDS = 10.0
_POLL_SECONDS = 0.02
_PORT_ATTEMPTS = 5
_TAIL_BYTES = 600


class Devnet:
    """A fresh, empty anvil on the loopback interface. Its history is the journal's matter.

    The genesis block is a function of ``genesis_time`` and ``chain_id``, every later block hash
    also one of ``balances``; nothing is mined until it is asked for. Safe to use from several
    threads.

    Args:
        binary: anvil's own binary (:func:`~pocplatform.chain.devnet.find_anvil`).
        data_dir: Where the log goes, unless ``log_path`` says otherwise.
        port: The port to use; None or 0 takes a free one.
        genesis_time: Timestamp of the genesis block, seconds since 1970.
        chain_id: EIP-155 chain id.
        balances: Wei that accounts have before the first block; all others have none.
        accounts: How many of anvil's well-known accounts have ether and are unlocked.
        gas_limit: Of a block.
        memory_limit: Address space in bytes that anvil may use.
        niceness: By how much its processor time comes after that of others (nice(2)).
        log_path: What anvil says.
        mining: How it mines; by default only when asked to.
        extra_args: Further arguments for anvil; for tests.
    """

    def __init__(
        self,
        binary: Path,
        data_dir: Path,
        *,
        genesis_time: int,
        port: int | None = None,
        chain_id: int = 31337,
        balances: Mapping[str, int] | None = None,
        accounts: int = 0,
        gas_limit: int = BLOCK_GAS_LIMIT,
        memory_limit: int = MEMORY_LIMIT_BYTES,
        niceness: int = 0,
        log_path: Path | None = None,
        mining: Sequence[str] = ("--no-mining",),
        extra_args: Sequence[str] = (),
    ) -> None:
        self.genesis_time = genesis_time
        self.chain_id = chain_id
        self.log_path = log_path or data_dir / "anvil.log"
        self._binary = binary
        self._wanted_port = port or None
        self._port = 0
        self._balances = dict(balances or {})
        self._accounts = accounts
        self._gas_limit = gas_limit
        self._memory_limit = memory_limit
        self._niceness = niceness
        self._mining = tuple(mining)
        self._extra_args = tuple(extra_args)
        self._guard: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._log_start = 0
        self._lock = threading.RLock()

    @property
    def port(self) -> int:
        """The port in use; 0 before the first start."""
        return self._port

    @property
    def rpc_url(self) -> str:
        """Where the node answers JSON-RPC."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """anvil's process id while it runs."""
        return self._pid if self.is_alive() else None

    @property
    def guard_pid(self) -> int | None:
        """The guard's process id while it runs."""
        return self._guard.pid if self._guard is not None and self.is_alive() else None

    @property
    def exit_status(self) -> int | None:
        """How anvil ended (128 + the signal's number if by a signal); None while it runs."""
        return self._guard.poll() if self._guard is not None else None

    def is_alive(self) -> bool:
        """Whether anvil's process is there; it may still be starting."""
        return self._guard is not None and self._guard.poll() is None

    def start(self) -> None:
        """Start an empty node; :meth:`wait_ready` says when it answers. Does nothing if alive.

        Raises:
            PortTaken: Another process listens on the wanted port.
            NodeNotAnswering: The binary cannot be run.
        """
        with self._lock:
            if self.is_alive():
                return
            self._launch(self._wanted_port or free_port())

    def wait_ready(self, timeout: float = 20.0) -> None:
        """Return once the node answers with its chain id.

        Raises:
            NodeNotAnswering: It ended or did not answer within ``timeout`` seconds; the log's end
                is part of the sentence. It is stopped then.
            PortTaken: Somebody took the port while it started.
        """
        deadline = time.monotonic() + timeout
        attempts = _PORT_ATTEMPTS
        while True:
            if not self.is_alive():
                attempts -= 1
                self._explain_early_end(retry=attempts > 0)
            elif self._answers():
                self._endow()
                return
            if time.monotonic() > deadline:
                self.stop()
                raise self._not_answering(
                    Phrase("did not answer within {seconds:g} s", seconds=timeout)
                )
            time.sleep(_POLL_SECONDS)

    def stop(self, timeout: float = 5.0) -> int | None:
        """End the node, and return its exit status; None if it was never started."""
        with self._lock:
            if self._guard is None:
                return None
            if self._guard.stdin is not None:
                with contextlib.suppress(OSError):
                    self._guard.stdin.close()  # the guard's sign to end anvil
            try:
                return self._guard.wait(timeout)
            except subprocess.TimeoutExpired:
                # A guard that hangs: the kernel ends anvil with it (Linux); elsewhere we do.
                self._guard.kill()
                if self._pid is not None and sys.platform != "linux":
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(self._pid, 9)
                return self._guard.wait()

    def restart(self, timeout: float = 20.0) -> None:
        """An empty node again, on the same port if that is still free; waits until it answers."""
        with self._lock:
            self.stop()
            keep = self._port if self._port and is_free(self._port) else free_port()
            self._launch(self._wanted_port or keep)
        self.wait_ready(timeout)

    def __enter__(self) -> Self:
        """Start and wait until it answers."""
        self.start()
        self.wait_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _arguments(self) -> list[str]:
        # Measured choices: batches of blocks we mine ourselves, free gas as on a consortium chain,
        # no state on the disk, and enough recent states for traces.
        return [
            *("--host", LOOPBACK, "--port", str(self._port)),
            *("--timestamp", str(self.genesis_time), "--chain-id", str(self.chain_id)),
            *self._mining,
            *("--gas-limit", str(self._gas_limit), "--prune-history", "64"),
            *("--base-fee", "0", "--gas-price", "0", "--accounts", str(self._accounts)),
            *("--hardfork", "osaka", "--color", "never", "--quiet"),
            *self._extra_args,
        ]

    def _launch(self, port: int) -> None:
        if not is_free(port):
            raise PortTaken(port, holder(port))
        self._port = port
        self._pid = None
        self._rotate_log()
        guard = [sys.executable, "-I", "-S", str(_GUARD)]
        limits = [str(os.getpid()), str(self._memory_limit), str(self._niceness)]
        with self.log_path.open("ab") as log:
            self._log_start = log.tell()
            self._guard = subprocess.Popen(
                [*guard, *limits, str(self._binary), *self._arguments()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C in the terminal is for the platform, which ends the node in its turn.
                start_new_session=True,
            )
        self._pid = self._read_pid(self._guard)
        if self._pid is None:
            self.stop()
            raise self._not_answering(Phrase("could not be started"))

    def _read_pid(self, guard: subprocess.Popen[bytes]) -> int | None:
        assert guard.stdout is not None
        with guard.stdout as pipe, selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            if not selector.select(_GUARD_START_SECONDS):
                return None
            line = pipe.readline().strip()
        return int(line) if line.isdigit() else None

    def _answers(self) -> bool:
        client = ChainClient(self.rpc_url, timeout=2.0)
        try:
            # The chain id tells our node from a stranger that came to listen on the port.
            return client.chain_id() == self.chain_id and self.is_alive()
        except (NodeUnreachable, RpcError):
            return False
        finally:
            client.close()

    def _endow(self) -> None:
        # Not in the genesis block, whose hash tells chains apart and stays what it was.
        with contextlib.closing(ChainClient(self.rpc_url)) as client:
            if self._balances and client.block_number() == 0:
                for account, wei in self._balances.items():
                    client.request("anvil_setBalance", account, hex(wei))

    def _explain_early_end(self, *, retry: bool) -> None:
        if "address already in use" not in self._tail().lower():
            raise self._not_answering(
                Phrase("ended with exit status {status}", status=self.exit_status)
            )
        if self._wanted_port is not None or not retry:
            raise PortTaken(self._port, holder(self._port))
        # Somebody took the free port between our choice and anvil's start: choose again.
        with self._lock:
            self._launch(free_port())

    def _not_answering(self, what: Phrase) -> NodeNotAnswering:
        return NodeNotAnswering(what, self.log_path, self._tail())

    def _tail(self) -> str:
        try:
            with self.log_path.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(self._log_start, size - _TAIL_BYTES))
                return " ".join(log.read().decode(errors="replace").split())
        except OSError:
            return ""

    def _rotate_log(self) -> None:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_CAP_BYTES:
            os.replace(self.log_path, self.log_path.with_name(self.log_path.name + ".1"))
