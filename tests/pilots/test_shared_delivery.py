"""The shared delivery: freight, proof, the late drop, and lateness by the hour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pocplatform.client import ContractReverted
from pocplatform.pilots.shared_delivery.tour import FURNITURE

NAME = "shared-delivery"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


@pytest.mark.parametrize(
    ("minutes", "hours", "penalty"),
    [(-1, 0, 0), (0, 0, 0), (1, 1, 1_920), (60, 1, 1_920), (61, 2, 3_840), (500, 9, 9_600)],
)
def test_lateness_counts_by_begun_hours_up_to_a_limit_here_and_in_the_contract(
    played, minutes, hours, penalty
):
    drop = replace(FURNITURE, arrived=FURNITURE.promised + minutes)
    assert (drop.hours_late, drop.penalty) == (hours, penalty)
    with played.sandbox("carrier") as carrier:
        found = carrier.contracts.call(
            played.shown["tender"].known["contract_carrier"],
            "penaltyOf",
            [drop.freight, drop.promised, drop.arrived],
        )
    assert int(found.value) == penalty


def test_drop_is_booked_once_and_not_confirmed_by_its_carrier(played):
    assert [(one.role, one.code) for one in played.refusals] == [
        ("furniture", "DropWrongState"),
        ("carrier", "DropNotAllowed"),
    ]


def test_freight_of_the_late_drop_waits_until_both_say_the_same(played):
    waiting = {name: one.balances.get("escrow") for name, one in played.shown.items()}
    assert waiting == {
        "tender": None, "book": 84_000, "on-time": 48_000, "late": 48_000, "agreed": 0, "share": 0,
    }  # fmt: skip


def test_all_money_is_accounted_for(played):
    last = played.shown["share"].balances
    assert (last["windows"], last["furniture"]) == (26_000, 19_760)
    assert (last["carrier"], last["terminal"]) == (65_240, 9_000)
    assert sum(last.values()) == 2 * 60_000


def test_terminal_alone_decides_where_the_receiver_is_silent(played):
    known, price = played.shown["tender"].known, 10_000
    with played.sandbox("windows") as shipper:
        euro = shipper.contracts.attach(shipper.chain.get().address_of("PilotEuro"))
        shipper.contracts.send(euro.id, "approve", [known["address"], price * 10_000])
        receiver = played.players["site"].address
        drop = [3, receiver, price * 10_000, 600]
        shipper.contracts.send(known["contract_windows"], "book", drop)
        before = shipper.payments.balance().amount
    with played.sandbox("carrier") as carrier:
        contract = known["contract_carrier"]
        carrier.contracts.send(contract, "arrive", [3, 700, "0x" + "1" * 64])
        with pytest.raises(ContractReverted) as refused:
            carrier.contracts.send(contract, "agree", [3])
        assert refused.value.contract_error.name == "DropWrongState"
        with pytest.raises(ContractReverted) as refused:
            carrier.contracts.send(contract, "decide", [3, 600])
        assert refused.value.contract_error.name == "DropNotAllowed"
    with played.sandbox("terminal") as terminal:
        own = terminal.contracts.attach(known["address"])
        terminal.contracts.send(own.id, "decide", [3, 700])
        with pytest.raises(ContractReverted) as refused:
            terminal.contracts.send(own.id, "decide", [3, 600])
        assert refused.value.contract_error.name == "DropWrongState"
        assert terminal.payments.balance(played.players["windows"].did).amount == before + 800
        assert terminal.payments.balance(known["address"]).amount == 0


def test_carrier_gives_freight_back_until_it_is_paid(played):
    known = played.shown["tender"].known
    with played.sandbox("carrier") as carrier, pytest.raises(ContractReverted) as refused:
        carrier.contracts.send(known["contract_carrier"], "giveBack", [FURNITURE.number])
    assert refused.value.contract_error.name == "DropWrongState"


def test_stock_system_that_was_away_finds_what_it_missed_in_the_event_log(played):
    with played.sandbox("furniture") as shipper:
        (webhook,) = shipper.webhooks.list()
        came = [
            one.data["amount"]
            for one in shipper.events.list(type="payment.received")
            if one.data["to"] == played.players["furniture"].address and one.data["amount"] < 10_000
        ]
    assert webhook.event_types == ["payment.received"]
    assert came == [2_000, FURNITURE.penalty]
    again = played.again("share").measures
    assert (again["news_missed"], again["caught_up_cents"]) == (2, 7_760)
