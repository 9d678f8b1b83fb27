"""The factory's battery: one user at a time, the deposit, the claim and the ruling."""

from __future__ import annotations

import pytest

NAME = "battery-capacity"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


def test_rack_is_let_once_and_the_deposit_can_be_taken_by_nobody_alone(played):
    assert [(one.role, one.code) for one in played.refusals] == [
        ("next_tenant", "ParcelsRented"),
        ("tenant", "ParcelsReleaseTooEarly"),
        ("meter", "ParcelsInvalidClaim"),
    ]


def test_deposit_is_held_until_the_ruling_divides_it(played):
    held = [one.balances.get("escrow") for one in played.shown.values()]
    assert held == [None, 60_000, 60_000, 0, 0]


def test_all_money_is_accounted_for(played):
    last = played.shown["next-rental"].balances
    assert last == {
        "factory": 32_400, "tenant": 72_100, "next_tenant": 95_500, "meter": 0, "escrow": 0,
    }  # fmt: skip
    assert sum(last.values()) == 2 * 100_000
