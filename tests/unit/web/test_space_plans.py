"""Plans of spaces as drawings: every parcel in its place, however large the plan is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pocplatform.client.parcels import Parcel, Plan
from pocplatform.client.spaces import SpaceLink, Visit
from pocplatform.web.spaces import plan

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ME = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def ground(width=4, depth=3):
    return Plan(space="spc_1", steward=ME, width=width, depth=depth, floors=2, royalty_bps=0)


def parcel(x, y, floor=0, **fields):
    return Parcel(
        id=f"prc_{x}{y}{floor}", token_id="1", status="minted", name="Kulma", space="spc_1", x=x,
        y=y, floor=floor, owner="0x1", created=NOW, **fields,
    )  # fmt: skip


def visit(number, visitor="0x2"):
    return Visit(
        id=f"vst_{number}", space="spc_1", visitor=visitor, number=1, inside=True, created=NOW
    )


def link(number):
    return SpaceLink(id=f"lnk_{number}", space="spc_1", to=f"spc_{number}", created=NOW)


TERMS = {"price_per_day": 1, "deposit": 1, "arbiter": "0x3"}
HELD = {"user": "0x2", "amount": 1}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, plan.KEPT),
        ({"rental_terms": TERMS}, plan.TO_LET),
        ({"rental_terms": TERMS, "user": "0x2"}, plan.USED),
        ({"rental_terms": TERMS, "deposit": HELD}, plan.KEPT),
    ],
)
def test_state_of_a_parcel_is_what_can_be_done_with_it(fields, state):
    assert plan.state_of(parcel(0, 0, **fields)) == state


def test_each_place_is_drawn_and_parcels_have_their_numbers():
    (drawn,) = plan.draw(ground(), [parcel(3, 0), parcel(1, 2, user=ME)], [], [], ME)
    assert len(drawn.boxes) == 12
    assert [(box.number, box.state, box.mine) for box in drawn.boxes if box.number] == [
        (1, plan.KEPT, False),
        (2, plan.USED, True),
    ]
    assert all(
        box.x > 0 and box.x + box.size < drawn.width and box.y + box.size <= drawn.hall_y
        for box in drawn.boxes
    )


def test_nothing_is_marked_as_ones_own_for_somebody_without_a_company():
    (drawn,) = plan.draw(ground(), [parcel(0, 0)], [visit(1)], [], None)
    assert not any(box.mine for box in drawn.boxes)
    assert not any(mark.mine for mark in drawn.people)


def test_of_a_vast_plan_the_part_with_parcels_is_drawn():
    (drawn,) = plan.draw(ground(65_535, 65_535), [parcel(40_000, 2), parcel(40_005, 9)], [], [], "")
    assert drawn.cut
    assert len(drawn.boxes) <= 144
    assert [box.number for box in drawn.boxes if box.number] == [1, 2]


def test_every_floor_with_parcels_is_drawn_and_people_stand_on_the_ground():
    drawn = plan.draw(ground(), [parcel(0, 0, 1)], [visit(1, ME)], [link(1)], ME)
    assert [one.floor for one in drawn] == [0, 1]
    assert ([mark.mine for mark in drawn[0].people], len(drawn[0].doors)) == ([True], 1)
    assert (drawn[1].people, drawn[1].doors) == ((), ())


def test_people_without_room_are_counted():
    (drawn,) = plan.draw(ground(1, 1), [], [visit(n) for n in range(30)], [], None)
    assert len(drawn.people) + drawn.more_people == 30
    assert all(mark.x < drawn.width for mark in drawn.people)


def test_doors_have_letters_and_then_numbers():
    assert [plan.letter(place) for place in (0, 25, 26)] == ["A", "Z", "27"]
