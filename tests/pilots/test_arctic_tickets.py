"""An arctic evening with a resale cap and a storm: what is particular to it."""

from __future__ import annotations

import pytest

from pocplatform.client import ContractReverted
from tests.pilots.words import wrong_words


def test_dear_resale_passing_on_late_purchase_and_second_refund_are_refused(play):
    played = play("arctic-tickets", "fi")
    assert [(one.role, one.code) for one in played.refusals] == [
        ("office", "DeskAboveHighestPrice"),
        ("office", "ItemsSoulbound"),
        ("cafe", "DeskCancelled"),
        ("office", "DeskNothingToRefund"),
    ]


def test_group_invoice_has_tour_without_vat_and_the_rest_with_13_5_percent(play):
    played = play("arctic-tickets", "fi")
    with played.sandbox("agency") as sandbox:
        invoice = sandbox.invoices.get(played.shown["group"].known["invoice"])
        places = sandbox.items.get(played.shown["group"].known["places"])
    by_rate = {one.rate_bps: (one.net, one.vat) for one in invoice.vat_by_rate}
    assert by_rate == {0: (95_200, 0), 1350: (61_600, 8_316)}
    assert (invoice.total, invoice.paid, invoice.refunded) == (165_116, 165_116, 114_268)
    assert invoice.reference.startswith("RF")
    assert (places.minted, places.cap) == (14, 14)


def test_refund_follows_the_ticket_at_the_price_of_the_desk(play):
    played = play("arctic-tickets", "fi")
    paid = [(one.recipient, one.amount) for one in played.shown["refunds"].money]
    assert paid == [("office", 51_600), ("cafe", 25_800)]
    assert played.shown["refunds"].balances["escrow"] == 0


@pytest.mark.parametrize(
    ("role", "function", "arguments", "error"),
    [
        ("organiser", "payOut", [], "DeskCancelled"),
        ("organiser", "cancel", [], "DeskCancelled"),
        ("bus", "refund", [], "DeskNothingToRefund"),
    ],
)
def test_money_of_a_cancelled_evening_goes_to_nobody_else(play, role, function, arguments, error):
    played = play("arctic-tickets", "fi")
    with played.sandbox(role) as sandbox:
        contract = sandbox.contracts.attach(played.shown["desk"].known["desk"])
        with pytest.raises(ContractReverted) as refused:
            sandbox.contracts.send(contract.id, function, arguments)
    assert refused.value.contract_error.name == error


def test_words_tell_the_same_in_both_languages():
    assert wrong_words("arctic-tickets") == []
