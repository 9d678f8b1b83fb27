"""The robot cell's digital twin: the failed test, the arbiter's split, and where the money ends."""

from __future__ import annotations

import pytest

from pocplatform.pilots.robot_cell_twin.cycles import findings, measured

NAME = "robot-cell-twin"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


def test_log_misses_both_requirements_and_the_grips_only_by_the_workshops_parts():
    all_cycles = measured()
    as_logged = findings(all_cycles)
    as_drawn = findings([one for one in all_cycles if one.part_in_tolerance])
    assert (as_logged.fast_enough, as_logged.grips_well) == (False, False)
    assert (as_drawn.fast_enough, as_drawn.grips_well) == (False, True)


def test_integrator_cannot_accept_its_own_failed_test(played):
    (refusal,) = played.shown["acceptance-test"].refusals
    assert (refusal.role, refusal.code) == ("integrator", "AgreementNotAuthorized")
    assert played.shown["acceptance-test"].work[1].state == "disputed"


def test_price_of_the_test_is_divided_and_all_money_accounted_for(played):
    last = played.shown["report"].balances
    assert last == {"workshop": 142_900, "integrator": 406_900, "lab": 50_200, "escrow": 0}
    assert sum(last.values()) == 600_000
    assert [one.state for one in played.shown["report"].work] == ["paid", "resolved", "paid"]


def test_step_that_is_played_again_does_nothing_twice(played):
    before = played.shown["ruling"].balances
    assert played.again("ruling").balances["lab"] == before["lab"]
