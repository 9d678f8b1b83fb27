"""The neighbours' solar power: readings, shares, the wrong day, and the settlement on the chain."""

from __future__ import annotations

import pytest

from pocplatform.client import ContractReverted
from pocplatform.pilots.solar_neighbours import readings

NAME = "solar-neighbours"


@pytest.fixture(scope="module")
def played(play):
    return play(NAME)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_watt_hour_that_was_produced_is_shared_once(number):
    day = readings.read(number)
    shares = readings.shares(day)
    assert shares.own_use + shares.bakery + shares.garage + shares.to_grid == sum(day.produced)
    assert shares.bakery <= sum(day.bakery)
    assert shares.garage <= sum(day.garage)


def test_wrong_reading_takes_from_the_other_neighbour_and_cannot_be_true():
    right = readings.shares(readings.read(readings.WRONG_DAY))
    day = readings.read_wrongly(readings.WRONG_DAY)
    wrong = readings.shares(day)
    assert wrong.bakery > right.bakery
    assert wrong.garage < right.garage
    assert day.highest_of_bakery > readings.FUSE_QUARTER_WH
    assert readings.read(readings.WRONG_DAY).highest_of_bakery < readings.FUSE_QUARTER_WH


def test_seller_cannot_report_and_the_cap_stops_the_wrong_claim(played):
    assert [(one.role, one.code) for one in played.refusals] == [
        ("seller", "MeterNotOperator"),
        ("seller", "mandate_amount_invalid"),
    ]


def test_correction_takes_from_each_what_was_missing(played):
    moved = {one.sender: one.amount for one in played.shown["correction"].money}
    right = readings.shares(readings.read(readings.WRONG_DAY))
    wrong = readings.shares(readings.read_wrongly(readings.WRONG_DAY))
    assert moved == {
        "bakery": readings.cents(right.bakery),
        "garage": readings.cents(right.garage) - readings.cents(wrong.garage),
    }


def test_both_reports_of_the_corrected_day_stay_to_be_seen(played):
    with played.sandbox("meter") as meter:
        contract = played.shown["contract"].known["contract"]
        found = list(meter.contracts.events(contract, "DayReported", {"day": readings.WRONG_DAY}))
    assert [int(one.arguments["revision"]) for one in found] == [2, 1]
    assert int(found[0].arguments["reasonHash"], 16) != 0


def test_day_that_is_reported_again_is_reported_once(played):
    played.again("first-day")
    with played.sandbox("meter") as meter:
        contract = played.shown["contract"].known["contract"]
        assert len(list(meter.contracts.events(contract, "DayReported", {"day": 1}))) == 1


def test_bakery_stops_its_mandate_until_the_day_is_corrected(played):
    wrong, right = played.shown["wrong-day"], played.shown["correction"]
    assert [one.function for one in wrong.entries if one.role == "bakery"] == ["pause"]
    assert [one.function for one in right.entries if one.role == "bakery"] == ["resume"]


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("report", {"day": 1}, "MeterDayReported"),
        ("report", {"day": 9, "wattHours": [1]}, "MeterFigureCount"),
        ("correct", {"day": 9, "reasonHash": "0x" + "1" * 64}, "MeterDayUnknown"),
        ("correct", {"day": 1, "reasonHash": "0x" + "0" * 64}, "MeterNoReason"),
    ],
)
def test_contract_refuses_reports_that_do_not_fit(played, function, arguments, error):
    contract = played.shown["contract"].known["contract"]
    whole = {"readingsHash": "0x" + "2" * 64, "wattHours": [1, 2]} | arguments
    with played.sandbox("meter") as meter, pytest.raises(ContractReverted) as refused:
        meter.contracts.send(contract, function, whole)
    assert refused.value.contract_error.name == error


def test_nothing_is_owed_for_a_day_that_was_not_reported(played):
    buyer = played.players["bakery"].address
    with played.sandbox("meter") as meter, pytest.raises(ContractReverted):
        meter.contracts.call(played.shown["contract"].known["contract"], "centsOf", [9, buyer])


def test_oven_control_pays_for_each_forecast_with_its_request_and_once(played):
    first = played.shown["forecast"]
    paid = [one for one in first.entries if one.function.startswith("transferWithAuthorization")]
    assert len(paid) == 2
    again = played.again("forecast")
    assert again.entries == first.entries
    assert again.balances["meter"] == first.balances["meter"] == 10
    label, reason = again.facts[1].label.en, again.facts[1].value
    assert "too small" in label
    assert reason in ("its amount is not the price", "sen summa on muu kuin hinta")
