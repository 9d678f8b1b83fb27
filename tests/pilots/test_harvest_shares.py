"""Harvest shares with a frost pool: what is particular to it."""

from __future__ import annotations

import pytest

from pocplatform.client import ContractReverted
from tests.pilots.words import wrong_words


def test_pool_pays_only_after_the_loss_and_only_the_lost_part(play):
    played = play("harvest-shares")
    assert [(one.role, one.code) for one in played.refusals] == [
        ("shop", "PoolLossUnknown"),
        ("restaurant", "PoolAboveShare"),
    ]
    paid = [(one.recipient, one.amount) for one in played.shown["payout"].money]
    assert paid == [("restaurant", 50_400), ("shop", 33_600)]


def test_tenth_of_each_sale_goes_into_the_pool_with_the_sale(play):
    played = play("harvest-shares")
    into_pool = [one.amount for one in played.shown["sale"].money if one.recipient == "escrow"]
    assert into_pool == [28_800, 19_200]
    assert played.shown["sale"].balances["escrow"] == 98_000


@pytest.mark.parametrize(
    ("role", "function", "arguments", "error"),
    [
        ("adviser", "reportLoss", [61], "PoolLossKnown"),
        ("restaurant", "reportLoss", [60], "PoolNotAllowed"),
        ("restaurant", "close", [], "PoolNotAllowed"),
        ("farm", "open", [1], "PoolSeasonOpen"),
    ],
)
def test_rule_cannot_be_bent(play, role, function, arguments, error):
    played = play("harvest-shares")
    with played.sandbox(role) as sandbox:
        contract = sandbox.contracts.attach(played.shown["pool"].known["pool"])
        with pytest.raises(ContractReverted) as refused:
            sandbox.contracts.send(contract.id, function, arguments)
    assert refused.value.contract_error.name == error


def test_boxes_of_the_restaurant_are_taken_in_at_the_pickup_point(play):
    played = play("harvest-shares")
    with played.sandbox("shop") as sandbox:
        taken = [one for one in sandbox.items.redemptions() if one.status == "redeemed"]
    gates = {one.holder: one.gate for one in taken}
    players = played.players
    assert gates == {
        players["restaurant"].address: players["shop"].address,
        players["shop"].address: players["farm"].address,
    }


def test_words_tell_the_same_in_both_languages():
    assert wrong_words("harvest-shares") == []
