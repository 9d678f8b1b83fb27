"""What invoices come to: money is whole cents, VAT is rounded once for each rate."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pocplatform.domains.invoices.totals import Line, totals_of

QUANTITIES = st.decimals(min_value="0.0001", max_value=1_000_000, places=4)
PRICES = st.integers(min_value=0, max_value=10**9)
RATES = st.sampled_from([2550, 1400, 1350, 1000, 0])
LINES = st.lists(st.builds(Line, QUANTITIES, PRICES, RATES), min_size=1, max_size=20)


def test_half_a_cent_is_rounded_up():
    assert Line(Decimal("0.5"), 1, 0).net == 1
    assert Line(Decimal("0.4999"), 1, 0).net == 0
    assert totals_of([Line(Decimal(1), 200, 2525)]).vat == 51  # 50.5


def test_vat_is_rounded_once_for_each_rate_and_not_for_each_line():
    totals = totals_of([Line(Decimal(1), 2, 2550)] * 10)
    assert totals.vat == 5  # 20 × 25.5 % = 5.1; line by line it would be ten times 0.51 → 10
    assert [(part.rate_bps, part.net, part.vat) for part in totals.by_rate] == [(2550, 20, 5)]


@given(LINES)
def test_sums_are_exact_and_the_vat_of_each_rate_is_less_than_a_cent_off(lines):
    totals = totals_of(lines)
    assert totals.net == sum(line.net for line in lines) == sum(p.net for p in totals.by_rate)
    assert totals.total == totals.net + sum(part.vat for part in totals.by_rate)
    for part in totals.by_rate:
        assert abs(Decimal(part.net) * part.rate_bps / 10_000 - part.vat) <= Decimal("0.5")
    assert len({part.rate_bps for part in totals.by_rate}) == len(totals.by_rate)
