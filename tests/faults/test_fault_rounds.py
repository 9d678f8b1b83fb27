"""The short form of ``scripts/faults``: the real processes, broken while clients write.

What the chain says afterwards of each accepted write is all that counts; see ``bench/faults``.
"""

from __future__ import annotations

import random

import pytest

from bench.faults.kinds import MANAGED, OUTSIDE
from bench.faults.rounds import possible, run, together

OF_THE_LONG_FORM = {"kill_gateway", "hang_node"}
"""A start of the gateway more, and the patience of those who wait for a hanging node."""
SHORT = [kind for kind in MANAGED if kind not in OF_THE_LONG_FORM]


def check(rounds, deployed):
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # shown on failure
    outcome = run(rounds, seed, print, deployed)
    assert outcome.failures == []
    assert (outcome.lost, outcome.duplicated, outcome.divergent_rows) == (0, 0, 0)
    assert outcome.conserved
    assert outcome.accepted > 8 * sum(map(len, rounds))
    assert set(outcome.faults) == {kind for kinds in rounds for kind in kinds}


def test_whatever_breaks_on_our_own_devnet_every_accepted_write_is_done_once(deployed):
    check(together(possible(SHORT)), deployed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(OF_THE_LONG_FORM))
def test_killed_gateway_and_hanging_node_lose_and_double_nothing(kind, deployed):
    check([[kind]], deployed)


@pytest.mark.slow
def test_whatever_breaks_on_a_node_outside_every_accepted_write_is_done_once(deployed):
    check(together(possible(list(OUTSIDE))), deployed)
