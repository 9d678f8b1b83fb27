"""The joint offering: six signatures, divided income, the amendment when one leaves."""

from __future__ import annotations

import pytest

NAME = "joint-offering"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME, "fi")


def test_lead_cannot_impose_the_amendment(played):
    (refusal,) = played.refusals
    assert (refusal.role, refusal.code) == ("lead", "change_state_conflict")
    assert refusal.sentence


def test_invited_partner_is_a_party_like_the_others(played):
    (paper,) = played.shown["sign"].papers
    assert [one.role for one in paper.signatures][-1] == "training"
    assert all(one.signed for one in paper.signatures)


def test_each_income_is_divided_by_the_shares_in_force(played):
    after = {name: one.balances for name, one in played.shown.items() if one.balances}
    first, late, last = after["first-part"], after["opening"], after["ending"]
    assert [first[role] for role in ("lead", "models", "sound", "network", "training")] == [
        240_000, 240_000, 120_000, 120_000, 80_000,
    ]  # fmt: skip
    assert late["lead"] - first["lead"] == 207_900
    assert last["training"] - late["training"] == 24_000
    assert first["sound"] == late["sound"] == last["sound"]


def test_document_says_what_was_amended_and_the_agreement_is_ended(played):
    with played.sandbox("sound") as sound:
        agreement = sound.agreements.get(played.shown["draft"].known["agreement"])
    assert (agreement.state, agreement.revision) == ("terminated", 1)
    assert "Muutos 1" in agreement.document.text
    assert [one.state for one in agreement.milestones] == ["paid", "paid", "resolved"]


def test_all_money_is_accounted_for(played):
    last = played.shown["ending"].balances
    assert last["customer"] == 406_000
    assert sum(last.values()) == 2_000_000
