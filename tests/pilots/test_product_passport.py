"""The product passport of a wooden element."""

from __future__ import annotations

import pytest

NAME = "product-passport"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


def test_only_who_made_an_entry_can_take_it_back(played):
    (refusal,) = played.refusals
    assert (refusal.role, refusal.code) == ("factory", "AccessDenied")


def test_corrected_entry_refers_to_the_wrong_one(played):
    steps = played.shown
    assert "C30" in steps["timber"].papers[0].text
    assert "C24" in steps["correction"].papers[0].text
    assert steps["timber"].known["timber-first"] != steps["correction"].known["timber"]
    assert steps["correction"].measures["wrong_entries_revoked"] == 1


def test_everybody_can_look_up_who_made_an_entry(played):
    with played.sandbox("reuser") as reuser:
        profile = reuser.profiles.get(played.players["mill"].did)
    assert profile.name == "Jokisuvannon Saha Oy"
    assert profile.credentials[0].status == "active"


def test_a_step_that_is_played_again_attests_nothing_twice(played):
    before = played.shown["panel"]
    again = played.again("panel")
    assert again.known == before.known
    assert [one.hash for one in again.entries] == [one.hash for one in before.entries]
