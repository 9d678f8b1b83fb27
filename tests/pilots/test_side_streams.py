"""A marketplace of side streams: what is particular to it."""

from __future__ import annotations

from tests.pilots.words import wrong_words


def test_wet_load_is_divided_by_the_laboratory_and_the_dry_one_paid_whole(play):
    played = play("side-streams", "fi")
    with played.sandbox("bedding") as sandbox:
        agreement = sandbox.agreements.get(played.shown["agreement"].known["agreement"])
    assert agreement.state == "completed"
    assert [one.state for one in agreement.milestones] == ["paid", "resolved"]
    assert [one.payee_amount for one in agreement.milestones] == [126_000, 81_900]
    assert [one.payer_amount for one in agreement.milestones] == [0, 44_100]
    assert {note.kind for note in agreement.notes} == {"evidence", "reason", "ruling"}


def test_nobody_sells_more_than_lies_in_the_heap(play):
    played = play("side-streams", "fi")
    assert [(one.role, one.code) for one in played.refusals] == [("mill", "ItemsCapExceeded")]


def test_open_listing_and_losing_offer_are_taken_back(play):
    played = play("side-streams", "fi")
    with played.sandbox("mill") as sandbox:
        listing = sandbox.market.get(played.shown["lot"].known["listing"])
        offer = sandbox.market.get(played.shown["offers"].known["offer_rival"])
    assert (listing.status, offer.status) == ("cancelled", "cancelled")


def test_shares_are_95_and_5_percent(play):
    played = play("side-streams", "fi")
    moved = [(one.recipient, one.amount) for one in played.shown["share-out"].money]
    assert moved == [("mill", 197_505), ("operator", 10_395)]
    with played.sandbox("operator") as sandbox:
        split = sandbox.splits.get(played.shown["agreement"].known["split"])
    assert (split.distributed, split.balance) == (207_900, 0)


def test_marketplace_takes_its_own_requests_home_as_a_program(play):
    played = play("side-streams", "fi")
    with played.sandbox("operator") as sandbox:
        recording = sandbox.recordings.get(played.shown["agreement"].known["recording"])
        program = sandbox.recordings.export(recording.id, "python")
    assert recording.state == "stopped"
    assert '"/v1/splits"' in program
    assert "splits.distribute(" in program


def test_words_tell_the_same_in_both_languages():
    assert wrong_words("side-streams") == []
