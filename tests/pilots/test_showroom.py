"""The first demo that a visitor meets, played by program."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("language", ["en", "fi"])
def test_showroom_is_played_to_its_end(play, language):
    played = play("showroom", language)
    assert set(played.shown) == {step.name for step in played.story.steps}
    assert played.measures["provider_cents"] == 200_000
    assert len(played.claims) == 3


def test_a_step_that_is_played_again_does_nothing_twice(play):
    played = play("showroom")
    before = played.shown["rest"]
    assert played.again("rest").entries == before.entries
    with played.sandbox("provider") as sandbox:
        assert sandbox.payments.balance().amount == 200_000
