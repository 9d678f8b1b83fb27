"""The demo while gateway and devnet are killed with SIGKILL under it."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pocplatform.pilots.demo import DemoResult, StepLine, run

ADMIN_KEY = "sk_test_admin_for_the_crash_tests"
ROOT = Path(__file__).parent.parent.parent
SERVE = (
    "import uvicorn; from pocplatform.main import create_app; "
    "uvicorn.run(create_app(), host='127.0.0.1', port={port}, log_level='warning')"
)


class Gateway:
    """A gateway in a process of its own that can be killed and started again."""

    def __init__(self, data_dir: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data_dir / "gateway-test.log"
        self._env = os.environ | {
            "POC_DATA_DIR": str(data_dir),
            "POC_PORT": str(self.port),
            "POC_ADMIN_KEY": ADMIN_KEY,
        }
        self._lock = threading.Lock()
        self.kills = 0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", SERVE.format(port=self.port)],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
            )

    def kill_and_start_again(self) -> None:
        with self._lock:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=10)
            self.kills += 1
            self._process = self._start()

    def kill_devnet(self) -> None:
        with self._lock:
            for child in psutil.Process(self._process.pid).children(recursive=True):
                if "anvil" in child.name():
                    child.kill()
                    self.kills += 1

    def stop(self) -> None:
        with self._lock:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=10)

    @property
    def log(self) -> str:
        return self._log.read_text()[-4000:]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    running = Gateway(tmp_path)
    yield running
    running.stop()


def run_while(gateway: Gateway, disturb, moments: dict[int, float]) -> DemoResult:
    """Run the demo, and ``disturb`` so many seconds after the steps with these numbers."""
    timers: list[threading.Timer] = []
    steps = 0

    def report(line: StepLine) -> None:
        nonlocal steps
        steps += 1
        if steps in moments:
            timers.append(threading.Timer(moments[steps], disturb))
            timers[-1].start()

    try:
        return run(gateway.url, ADMIN_KEY, report, patience_s=90)
    except BaseException:
        print(gateway.log)
        raise
    finally:
        for timer in timers:
            timer.join(timeout=30)


def check(result: DemoResult) -> None:
    assert result.problems == []
    assert result.ok
    assert result.conservation_ok
    # Every accepted write was mined exactly once.
    assert len(result.transactions) == 18
    assert len({one.hash for one in result.transactions}) == 18
    assert Counter(one.status for one in result.transactions) == {"confirmed": 18}


@pytest.mark.slow
def test_gateway_killed_in_the_middle_of_the_demo_loses_and_repeats_nothing(gateway):
    chance = random.Random(20260)
    moments = {step: chance.uniform(0, 0.2) for step in (3, 7, 10)}
    check(run_while(gateway, gateway.kill_and_start_again, moments))
    assert gateway.kills == len(moments)


@pytest.mark.slow
def test_devnet_killed_in_the_middle_of_the_demo_loses_and_repeats_nothing(gateway):
    chance = random.Random(20261)
    moments = {step: chance.uniform(0, 0.1) for step in (2, 4, 5, 7, 8, 9, 10)}
    check(run_while(gateway, gateway.kill_devnet, moments))
    assert gateway.kills >= 5


@pytest.mark.slow
def test_gateway_that_starts_while_the_demo_already_waits_is_enough(tmp_path):
    gateway = Gateway(tmp_path)
    try:
        gateway._process.kill()
        gateway._process.wait(timeout=10)
        starter = threading.Timer(1.0, gateway.kill_and_start_again)
        starter.start()
        began = time.monotonic()
        check(run(gateway.url, ADMIN_KEY, lambda line: None, patience_s=90))
        assert time.monotonic() - began > 1.0
        starter.join(timeout=10)
    finally:
        gateway.stop()
