"""Devnets that are hurt on purpose."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocplatform.chain.devnet import Devnet, find_anvil

ROOT = Path(__file__).resolve().parents[3]
GENESIS_TIME = 1_700_000_000


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # a zombie is gone: only its parent has not looked yet
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="session")
def gone_within() -> Callable[[int, float], bool]:
    def check(pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while process_exists(pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    return check


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    """A devnet that is not started yet."""
    node = Devnet(find_anvil(ROOT), tmp_path, genesis_time=GENESIS_TIME)
    yield node
    node.stop()
