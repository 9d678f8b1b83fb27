"""A pilot whose step fails says which, why and what was done, and leaves no money stuck."""

from __future__ import annotations

import pytest

from pocplatform.pilots.stories import stories
from tests.pilots.failing import ALL_ITS_WRITES, failing

PILOTS = [story for story in stories() if story.number is not None]

SAMPLE = [
    ("cluster-member", "membership", 10, 55_000),
    ("support-desk", "cap", ALL_ITS_WRITES, 0),
    ("sensor-consent", "data-room", 2, 72_000),
    ("robot-cell-twin", "twin", 5, 380_000),
    ("printing-licence", "first-build", 2, 0),
    ("solar-neighbours", "forecast", 3, 5),
    ("battery-capacity", "ruling", 1, 60_000),
    ("product-passport", "timber", 1, 0),
    ("shared-delivery", "book", 5, 36_000),
    ("side-streams", "ruling", 1, 207_900),
    ("harvest-shares", "payout", 1, 47_600),
    ("career-fair", "resumed", 2, 0),
    ("joint-offering", "shares", 0, 0),  # nothing at all is on the chain yet
    ("joint-offering", "ending", 1, 400_000),
    ("arctic-tickets", "refunds", 2, 25_800),
    ("linked-exhibition", "opening", 2, 10_000),
]
"""Pilot, step, the writes that the step still makes, and the cents that contracts hold then."""


@pytest.mark.parametrize(("pilot", "step", "writes", "held"), SAMPLE)
def test_failure_amid_a_step_is_told_and_what_contracts_held_comes_back(
    base_url, admin_key, pilot, step, writes, held
):
    (ended,) = failing(base_url, admin_key, pilot, step, writes)
    assert ended.held_cents == held
    assert ended.faults() == []


def test_every_pilot_is_in_the_sample():
    assert {pilot for pilot, *_ in SAMPLE} == {story.name for story in PILOTS}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pilot", "step"), [(story.name, step.name) for story in PILOTS for step in story.steps]
)
def test_step_may_fail_at_its_beginning_amid_its_writes_and_at_its_end(
    base_url, admin_key, pilot, step
):
    first, whole = failing(base_url, admin_key, pilot, step, 0, ALL_ITS_WRITES)
    assert (first.faults(), whole.faults()) == ([], [])
    if whole.writes > 1:
        (half,) = failing(base_url, admin_key, pilot, step, whole.writes // 2)
        assert half.faults() == []
