"""An exhibition in two linked spaces: what is particular to it."""

from __future__ import annotations

from tests.pilots.words import wrong_words


def test_door_and_absent_work_are_refused(play):
    played = play("linked-exhibition")
    assert [(one.role, one.code) for one in played.refusals] == [
        ("hotel", "SpacesNoTicket"),
        ("hotel", "ERC1155InsufficientBalance"),
    ]


def test_refused_purchase_moves_no_money(play):
    played = play("linked-exhibition")
    before, after = played.shown["resale"].balances, played.shown["sold-twice"].balances
    assert before == after


def test_artist_is_paid_by_each_resale_and_by_no_first_sale_twice(play):
    played = play("linked-exhibition")
    steps = ("opening", "resale", "returned", "second-resale")
    paid = {
        step: [one.amount for one in played.shown[step].money if one.recipient == "artist"]
        for step in steps
    }
    assert paid == {
        "opening": [118_800, 89_100],
        "resale": [8_000],
        "returned": [5_500],
        "second-resale": [10_000],
    }


def test_wall_is_free_again_and_the_collector_has_left(play):
    played = play("linked-exhibition")
    with played.sandbox("gallery") as sandbox:
        wall = sandbox.parcels.get(played.shown["wall"].known["wall"])
        presence = sandbox.spaces.presence(
            played.shown["spaces"].known["lobby"], played.players["collector"].address
        )
    assert wall.user is None
    assert (presence.inside, presence.visits) == (False, 1)


def test_words_tell_the_same_in_both_languages():
    assert wrong_words("linked-exhibition") == []
