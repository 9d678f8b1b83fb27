"""The platform's real processes, for those who start, hurt and end them: faults and tests."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from pocplatform.kit.lock import lock_holder

ROOT = Path(__file__).resolve().parent.parent
START_DEADLINE_S = 120
"""Generous: the first start on a machine compiles the contracts."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of our own ports: without it, httpx reads all certificates of the world for each
client, which takes longer than most requests."""


def until(condition: Callable[[], object], *, seconds: float = 30, what: str = "") -> Any:
    """The first truthy value of ``condition``, asked again until the deadline.

    Less and less often, at least ten times a second: asking may cost more than what is waited for.
    """
    deadline = time.monotonic() + seconds
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)
        pause = min(1.5 * pause, 0.1)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> dict[int, str]:
    """Every process below ``pid`` with its name."""
    found: dict[int, str] = {}
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, children.read_text().split()):
                found[child] = Path(f"/proc/{child}/comm").read_text().strip()
                found |= descendants(child)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


class Sandbox:
    """A sandbox in processes of its own, on a data folder that outlives them.

    Args:
        data_dir: Its data folder.
        root: The checkout whose code runs.
        log: Where everything that it says goes; without it, into pipes that the caller reads.
        settings: Further ``POC_`` variables; those of the test run itself do not count.
    """

    def __init__(
        self, data_dir: Path, root: Path = ROOT, *, log: Path | None = None, **settings: str
    ) -> None:
        self.data_dir = data_dir
        self.root = root
        self.log = log
        self.process: subprocess.Popen[str] | None = None
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("POC_")}
        own = {"POC_DATA_DIR": str(data_dir), "POC_PORT": "0"}
        self.environment = inherited | own | settings
        self.url = ""

    def command(self, *arguments: str) -> list[str]:
        """How the command line is called."""
        return [sys.executable, "-m", "pocplatform.cli", *arguments]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``pocplatform up``; does not wait."""
        with contextlib.ExitStack() as stack:
            said = subprocess.PIPE if self.log is None else stack.enter_context(self.log.open("ab"))
            self.process = subprocess.Popen(
                self.command("up", *arguments),
                env=self.environment,
                cwd=self.root,
                stdout=said,
                stderr=said,
                text=True,
            )
        return self.process

    def _last_words(self) -> str:
        assert self.process is not None
        out, err = self.process.communicate()
        return f"{out}{err}" if self.log is None else self.log.read_text()[-2000:]

    def wait_ready(self) -> None:
        """Wait until the gateway answers."""

        def answers() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"ended while starting: {self._last_words()}")
            try:
                lock = (self.data_dir / "lock").read_text().split()
                self.url = lock[-1] if lock and lock[1] == str(self.process.pid) else ""
                return (
                    bool(self.url)
                    and httpx.get(f"{self.url}/readyz", timeout=5, verify=NO_TLS).is_success
                )
            except (OSError, httpx.HTTPError):
                return False

        until(answers, seconds=START_DEADLINE_S, what="ready")

    def run(
        self, *arguments: str, prefix: tuple[str, ...] = (), typed: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end.

        Args:
            arguments: The verb and its options.
            prefix: A command that runs it, such as ``setpriv …``.
            typed: What is typed into it.
            settings: ``POC_`` variables for this run only.
        """
        return subprocess.run(
            [*prefix, *self.command(*arguments)],
            env=self.environment | settings,
            cwd=self.root,
            input=typed,
            capture_output=True,
            text=True,
            timeout=START_DEADLINE_S,
            check=False,
        )

    def run_json(self, *arguments: str, **settings: str) -> dict[str, Any]:
        """Run a verb that succeeds and prints JSON."""
        done = self.run(*arguments, "--json", prefix=(), typed="", **settings)
        assert done.returncode == 0, done.stderr + done.stdout
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def devnet_pid(self) -> int:
        """The process id of anvil."""
        assert self.process is not None
        pid = self.process.pid

        def anvil() -> int | None:
            return next((p for p, name in descendants(pid).items() if name == "anvil"), None)

        return int(until(anvil, what="anvil runs"))

    def kill(self) -> None:
        """SIGKILL to the gateway's process."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> int:
        """SIGTERM, and wait for the orderly end."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def close(self) -> None:
        """Whatever happened, leave nothing of it running."""
        if self.process is not None and self.process.poll() is None:
            below = descendants(self.process.pid)
            self.kill()
            until(lambda: not any(map(alive, below)), what="nothing is left running")

    @property
    def is_running(self) -> bool:
        """Whether anybody uses the data folder."""
        return lock_holder(self.data_dir) is not None


@contextlib.contextmanager
def outside_node(folder: Path, *arguments: str, port: int = 0, base_fee: int = 0) -> Iterator[str]:
    """An anvil that is not the platform's: mines by itself unless told otherwise; yields its URL.

    ``base_fee``, in wei, is what it begins with; 0 makes gas free.
    """
    from pocplatform.chain.client import ChainClient
    from pocplatform.chain.devnet import find_anvil
    from pocplatform.chain.devnet.ports import free_port
    from pocplatform.chain.errors import NodeUnreachable

    port = port or free_port()
    # Without a gas price, anvil suggests a tip of one gwei even where gas is free.
    fees = ("--base-fee", str(base_fee), *(() if base_fee else ("--gas-price", "0")))
    command = [
        str(find_anvil(ROOT)),
        "--port",
        str(port),
        *fees,
        "--prune-history",
        "64",
        "--quiet",
        *arguments,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "outside.log").open("ab") as log:
        limited = ["/bin/sh", "-c", 'ulimit -v 8000000; exec "$@"', "sh", *command]
        node = subprocess.Popen(limited, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    client = ChainClient(url, timeout=2)

    def answers() -> bool:
        assert node.poll() is None, (folder / "outside.log").read_text()
        try:
            return client.chain_id() > 0
        except NodeUnreachable:
            return False

    try:
        until(answers, what="the outside node answers")
        yield url
    finally:
        client.close()
        node.kill()
        node.wait()
