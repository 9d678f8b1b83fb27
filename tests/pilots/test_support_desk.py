"""The support desk that is paid by the minute."""

from __future__ import annotations

import pytest

NAME = "support-desk"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


def test_more_than_the_cap_of_the_day_is_refused(played):
    codes = [(one.role, one.code) for one in played.refusals]
    assert codes == [("customer", "invitation_missing"), ("desk", "mandate_amount_invalid")]
    assert played.measures["not_collected_cents"] > 0


def test_minutes_are_those_between_the_blocks_of_coming_and_leaving(played):
    assert played.measures["first_cents"] == min(played.measures["first_minutes"] * 120, 1_800)
    with played.sandbox("desk") as desk:
        visits = list(desk.spaces.visits(played.shown["opening"].known["space"]))
    assert [one.left_by for one in visits] == [
        played.players["desk"].address, played.players["customer"].address,
    ]  # fmt: skip
    first = visits[1]
    assert first.left is not None
    seconds = round((first.left - first.created).total_seconds())
    assert played.measures["first_minutes"] == seconds * 5


def test_a_step_that_is_played_again_pays_nothing_twice(played):
    before = played.shown["credit"].balances
    assert played.again("credit").balances == before
    assert before == {"customer": 8_800, "desk": 1_200}


def test_statements_tell_what_each_line_was_for(played):
    told = [one.label.en.partition(", ")[2] for one in played.shown["statement"].facts]
    customer = ["test money", "collected by mandate", "collected by mandate", "credit"]
    assert told == [*customer, *customer[1:]]
