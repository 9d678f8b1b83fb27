"""The kinds of faults: each breaks a world while its clients write."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import TypeAlias

from bench.faults.proxy import Fault
from bench.faults.worlds import ManagedWorld, OutsideWorld, World, may_mount, signal_node
from bench.processes import alive, until

HOUR_S = 3600
_PATIENCE_S = 3.0
"""How long a fault may take to be felt by a client; some are not felt at all."""


def kill_gateway(world: World) -> None:
    """The gateway ends by SIGKILL, and somebody starts it again."""
    _moment(world)
    world.kill_gateway()
    world.start()


def kill_node(world: World) -> None:
    """anvil ends by SIGKILL, now and then once more while it is being rebuilt."""
    _moment(world)
    old = world.box.devnet_pid()
    signal_node(world, signal.SIGKILL)
    if world.chance.random() < 0.4:
        until(lambda: world.box.devnet_pid() != old, what="anvil was started again")
        _moment(world, 0.2)
        signal_node(world, signal.SIGKILL)


def kill_both(world: World) -> None:
    """Both end by SIGKILL, a moment apart, in either order."""
    _moment(world)
    if world.chance.random() < 0.5:
        signal_node(world, signal.SIGKILL)
        _moment(world, 0.1)
    world.kill_gateway()  # which takes anvil with it
    world.start()


def stop_node(world: World) -> None:
    """anvil is halted by SIGSTOP for seconds, and goes on as if nothing had been."""
    _moment(world)
    signal_node(world, signal.SIGSTOP)
    _moment(world, 4.0)
    signal_node(world, signal.SIGCONT)


def hang_node(world: World) -> None:
    """anvil is halted by SIGSTOP and stays so, until the platform puts another in its place."""
    _moment(world)
    old = world.box.devnet_pid()
    signal_node(world, signal.SIGSTOP)
    until(lambda: not alive(old), seconds=60, what="the hanging anvil was replaced")


def full_disk(world: World) -> None:
    """No room for the database; then there is some again, with or without a new start."""
    assert isinstance(world, ManagedWorld)
    _moment(world)
    world.fill_disk()
    _felt(world)
    killed = world.chance.random() < 0.3
    if killed:
        world.kill_gateway()
    _moment(world)
    world.empty_disk()
    if killed:
        world.start()


def disk_error(world: World) -> None:
    """The system refuses to let files grow, which SQLite calls an I/O error."""
    assert isinstance(world, ManagedWorld)
    _moment(world)
    world.limit_files(4096)
    _felt(world)
    _moment(world)
    world.limit_files(-1)


def wipe(world: World) -> None:
    """The devnet's process lives on, but its chain is gone."""
    _moment(world)
    world.node().request("anvil_reset")


def reorg(world: World) -> None:
    """The chain's last blocks give way to others that do not hold their transactions."""
    _moment(world)
    with world.unmined():
        node = world.node()
        head = int(node.request("eth_blockNumber"), 16)
        node.request("anvil_reorg", min(world.chance.randint(1, 5), head), [])


def revert(world: World) -> None:
    """The chain is put back to an earlier state, and grows anew."""
    _moment(world)
    node = world.node()
    snapshot = node.request("evm_snapshot")
    world.wait_for_writes()
    with world.unmined():
        node.request("evm_revert", snapshot)


def wipe_outside(world: World) -> None:
    """Somebody else's node comes back empty; then its data are found again.

    Of another chain the platform must say that it cannot go on; on the same one, it must wait.
    """
    assert isinstance(world, OutsideWorld)
    _moment(world)
    same = world.chance.random() < 0.5
    with world.wiped(same_chain=same):
        if same:
            _moment(world, 4.0)
        else:
            until(lambda: "GenesisMismatch" in (world.trouble() or ""), what="it is said")


def clock_step(world: World) -> None:
    """The gateway's clock jumps ahead by hours and back again, or back by hours and ahead.

    anvil's own clock stays, and does not matter: the platform tells it the time of every block.
    """
    assert isinstance(world, ManagedWorld)
    step_s = world.chance.choice((-1, 1)) * world.chance.randint(60, 6 * HOUR_S)
    for offset_s in (step_s, 0):
        _moment(world)
        world.set_clock(offset_s)
        world.wait_for_writes()


def _line(fault: Fault) -> Callable[[World], None]:
    def befall(world: World) -> None:
        assert isinstance(world, OutsideWorld)
        _moment(world)
        begun = world.proxy.befallen
        world.proxy.fault = fault
        until(lambda: world.proxy.befallen > begun, what="a request met the bad line")
        _moment(world, 3.0)
        if world.chance.random() < 0.3:
            world.kill_gateway()
            world.proxy.fault = None
            world.start()
        world.proxy.fault = None

    befall.__doc__ = f"The line to the node: {fault} (see :class:`~bench.faults.proxy.Proxy`)."
    return befall


Befall: TypeAlias = Callable[[World], None]

MANAGED: dict[str, Befall] = {
    "kill_gateway": kill_gateway,
    "kill_node": kill_node,
    "kill_both": kill_both,
    "stop_node": stop_node,
    "hang_node": hang_node,
    "full_disk": full_disk,
    "disk_error": disk_error,
    "wipe": wipe,
    "reorg": reorg,
    "clock_step": clock_step,
}
"""Kinds that befall a platform with its own devnet."""
OUTSIDE: dict[str, Befall] = {
    "drop": _line("drop"),
    "delay": _line("delay"),
    "duplicate": _line("duplicate"),
    "cut": _line("cut"),
    "wipe_outside": wipe_outside,
    "reorg_outside": reorg,
    "revert_outside": revert,
}
"""Kinds that befall a platform on somebody else's node."""
KINDS = MANAGED | OUTSIDE


def impossible() -> dict[str, str]:
    """Kinds that this machine does not allow, with the reason."""
    reasons = {}
    if not may_mount():
        reasons["full_disk"] = "mounting a small tmpfs is not permitted; disk_error stands for it"
    return reasons


def _moment(world: World, at_most_s: float = 0.7) -> None:
    """Let a moment pass that nobody can foresee."""
    time.sleep(world.chance.uniform(0, at_most_s))


def _felt(world: World) -> None:
    """Return once a client has felt it."""
    begun, deadline = world.clients.unanswered, time.monotonic() + _PATIENCE_S
    while world.clients.unanswered == begun and time.monotonic() < deadline:
        time.sleep(0.02)
