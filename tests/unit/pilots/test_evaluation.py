"""How evaluations judge, count and calculate."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pocplatform.pilots.comparing import kept
from pocplatform.pilots.errors import NotRunYet, PricesUnusable, StateUnusable
from pocplatform.pilots.evaluation import Costs, Money
from pocplatform.pilots.network_costs import OLD_AFTER_DAYS, TABLE, prices, read_prices
from pocplatform.pilots.story import Claim, Criterion, Text, Volume

TEXT = Text("text", "teksti")


def test_cost_is_gas_times_the_price_of_gas_times_the_rate():
    ethereum = prices().networks[0]
    price, rate = ethereum.gas_price_gwei, ethereum.coin_euros.rate
    assert ethereum.euros(100_000) == pytest.approx(100_000 * price.typical * 1e-9 * rate)
    assert ethereum.euros(1, "low") < ethereum.euros(1) < ethereum.euros(1, "high")


def test_table_of_prices_says_where_each_comes_from_and_of_which_day_it_is():
    table = prices()
    assert [one.name for one in table.networks] == ["Ethereum", "Polygon PoS", "Base"]
    for one in table.networks:
        for price in (one.gas_price_gwei, one.coin_euros):
            assert price.date >= date(2026, 1, 1)
            assert price.source.en
            assert price.source.fi


def test_costs_follow_the_volume_of_the_company():
    volume = Volume(TEXT, units_in_run=10, units_per_year=4_000, customers=35)
    costs = Costs.of(1_000_000, volume, prices())
    base = prices().networks[0].euros(1_000_000)
    assert costs.run[0].typical == pytest.approx(base)
    assert costs.unit[0].typical == pytest.approx(base / 10)
    assert costs.year[0].typical == pytest.approx(base / 10 * 4_000)
    assert costs.customer_year[0].typical == pytest.approx(base / 10 * 4_000 / 35)
    assert Costs.model_validate_json(costs.model_dump_json()) == costs


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("typical = 2.0", "typical = 30.0", "low, typical and high must rise"),
        ("typical = 2.0", "typical = -2.0", "greater than 0"),
        ("typical = 2.0", "", "typical: Field required"),
        ("rate = 2800.0", 'rate = "much"', "networks.0.coin_euros.rate"),
        ("date = 2026-11-22", "", "date: Field required"),
        ("date = 2026-11-22", 'date = "lately"', "date"),
        (', fi = "oma oletus, ei noteeraus"', "", "source"),
        ("typical = 2.0", "typical = ", "is no TOML"),
    ],
)
def test_table_of_prices_that_does_not_fit_is_told_with_its_field(tmp_path, old, new, what):
    table = tmp_path / "prices.toml"
    table.write_text(TABLE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PricesUnusable) as failure:
        read_prices(table)
    assert what in failure.value.detail
    assert str(table) in failure.value.detail
    assert failure.value.next_step


def test_table_of_prices_that_is_missing_or_empty_is_told(tmp_path):
    with pytest.raises(PricesUnusable, match="is missing"):
        read_prices(tmp_path / "none.toml")
    empty = tmp_path / "empty.toml"
    empty.touch()
    with pytest.raises(PricesUnusable, match="networks"):
        read_prices(empty)
    with pytest.raises(PricesUnusable, match="cannot be read"):
        read_prices(tmp_path)


def test_old_prices_are_told_for_each_network():
    last_good = prices().dated + timedelta(days=OLD_AFTER_DAYS)
    assert prices().warnings(last_good) == []
    warnings = prices().warnings(last_good + timedelta(days=1))
    assert len(warnings) == len(prices().networks)
    assert "181 days old" in warnings[0].en
    assert "181 päivää" in warnings[0].fi


@pytest.mark.parametrize(
    ("limits", "found", "met"),
    [
        ({"equals": 5}, 5, True),
        ({"equals": 5}, 6, False),
        ({"equals": 0}, None, False),
        ({"at_least": 5}, 5, True),
        ({"at_least": 5}, 4, False),
        ({"at_most": 5}, 5, True),
        ({"at_most": 5}, 6, False),
        ({"at_least": 2, "at_most": 3}, 4, False),
        ({"at_most": 5}, None, False),
    ],
)
def test_criterion_is_met_by_what_was_measured(limits, found, met):
    assert Criterion("one", TEXT, "measure", **limits).met(found) is met


@pytest.mark.parametrize(
    ("expected", "found", "ok"),
    [(1, 1, True), (1, 2, False), (True, True, True), (1, True, False), ("a", "a", True)],
)
def test_claim_is_true_if_the_chain_says_the_same(expected, found, ok):
    claim = Claim(name="one", text=TEXT, expected=expected, found=found)
    assert claim.ok is ok
    assert Claim.model_validate_json(claim.model_dump_json()).ok is ok


def test_money_that_is_nowhere_is_missed():
    given = {
        "minted_raw": 100, "burned_raw": 10, "players_raw": {"a": 40, "b": 20},
        "contracts_raw": {"ServiceAgreements": 25}, "elsewhere_raw": {"0x1": 5},
    }  # fmt: skip
    assert Money(**given, agrees=True).conserved
    assert Money(**given, agrees=True).held_raw == 25
    assert not Money(**given, agrees=False).conserved
    assert not Money(**given | {"minted_raw": 101}, agrees=True).conserved


def test_evaluation_that_is_not_there_or_spoilt_is_told(tmp_path: Path):
    with pytest.raises(NotRunYet, match="There is no evaluation of showroom"):
        kept(tmp_path, "showroom")
    (tmp_path / "showroom.json").write_text("{")
    with pytest.raises(StateUnusable, match="cannot be read"):
        kept(tmp_path, "showroom")
