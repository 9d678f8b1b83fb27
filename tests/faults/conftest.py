"""The real processes, to be killed at will."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

START_DEADLINE_S = 120
"""Generous: the first start on a machine compiles the contracts."""


def until(condition: Callable[[], object], *, seconds: float = 30, what: str = "") -> object:
    """The first truthy value of ``condition``, asked again until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


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
    """A sandbox in processes of its own, on a data folder that outlives them."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.process: subprocess.Popen[str] | None = None
        self.environment = os.environ | {"POC_DATA_DIR": str(data_dir), "POC_PORT": "0"}
        self.url = ""

    def command(self, *arguments: str) -> list[str]:
        """How the command line is called."""
        return [sys.executable, "-m", "pocplatform.cli", *arguments]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``pocplatform up``; does not wait."""
        self.process = subprocess.Popen(
            self.command("up", *arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def wait_ready(self) -> None:
        """Wait until the gateway answers."""

        def answers() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                pytest.fail(f"ended while starting: {self.process.communicate()}")
            try:
                lock = (self.data_dir / "lock").read_text().split()
                self.url = lock[-1] if lock and lock[1] == str(self.process.pid) else ""
                return bool(self.url) and httpx.get(f"{self.url}/readyz", timeout=5).is_success
            except (OSError, httpx.HTTPError):
                return False

        until(answers, seconds=START_DEADLINE_S, what="ready")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_DEADLINE_S,
            check=False,
        )

    def run_json(self, *arguments: str) -> dict:
        """Run a verb that succeeds and prints JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def devnet_pid(self) -> int:
        """The process id of anvil."""
        assert self.process is not None
        pid = self.process.pid

        def anvil() -> int | None:
            return next((p for p, name in descendants(pid).items() if name == "anvil"), None)

        return int(until(anvil, what="anvil runs"))  # type: ignore[arg-type]

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


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that is not started yet; whatever happens, nothing of it is left running."""
    box = Sandbox(tmp_path / "data")
    yield box
    if box.process is not None and box.process.poll() is None:
        below = descendants(box.process.pid)
        box.kill()
        until(lambda: not any(map(alive, below)), what="nothing is left running")
