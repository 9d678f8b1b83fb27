"""SIGTERM and Ctrl-C end everything in order, at any moment."""

import signal

import pytest

from tests.faults.conftest import alive, descendants, until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_orderly_end_leaves_no_process_and_exits_with_zero(sandbox, how):
    sandbox.start()
    sandbox.wait_ready()
    below = descendants(sandbox.process.pid)
    assert "anvil" in below.values()
    sandbox.process.send_signal(how)
    sandbox.process.communicate(timeout=30)
    assert sandbox.process.returncode == 0
    until(lambda: not any(map(alive, below)), what="nothing is left running")


def test_signal_while_starting_leaves_no_process(sandbox):
    sandbox.start()
    sandbox.devnet_pid()
    below = descendants(sandbox.process.pid)
    sandbox.process.send_signal(signal.SIGTERM)
    sandbox.process.communicate(timeout=30)
    until(lambda: not any(map(alive, below)), what="nothing is left running")
