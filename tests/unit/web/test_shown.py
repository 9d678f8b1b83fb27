"""Numbers, money and times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pocplatform.web import shown

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "expected"), [("fi", "1\u00a0234,50\u00a0tEUR"), ("en", "1,234.50\u00a0tEUR")]
)
def test_money_is_never_broken_over_two_lines(language, expected):
    assert shown.money(123_450, language) == expected


@pytest.mark.parametrize(
    ("amount", "fi", "en"),
    [
        (0.0, "0,00\u00a0€", "€0.00"),
        (12.344, "12,34\u00a0€", "€12.34"),
        (1234.5, "1\u00a0234,50\u00a0€", "€1,234.50"),
        (0.0123, "0,012\u00a0€", "€0.012"),
        (0.000456, "0,00046\u00a0€", "€0.00046"),
    ],
)
def test_real_euros_show_two_digits_that_count_however_little(amount, fi, en):
    assert (shown.euros(amount, "fi"), shown.euros(amount, "en")) == (fi, en)


def test_times_are_those_of_finland():
    assert shown.moment(NOON, "fi") == "22.11.2026 klo 14.05"
    assert shown.moment(NOON, "en") == "22 November 2026, 14:05"
    assert shown.day(int(NOON.timestamp() * 1000), "fi") == "22.11.2026"


def test_long_hash_loses_its_middle():
    assert shown.short_hash("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf") == "0x7E5F…5Bdf"
    assert shown.short_hash("0x1234") == "0x1234"


@pytest.mark.parametrize(
    ("units", "decimals", "en", "fi"),
    [
        ("0", 6, "0", "0"),
        ("1", 6, "0.000001", "0,000001"),
        ("1000000000", 6, "1,000", "1\u00a0000"),
        ("-1250500000", 6, "-1,250.5", "\u22121\u00a0250,5"),
        ("-1", 18, "-0.000000000000000001", "\u22120,000000000000000001"),
        (str(2**256 - 1), 0, f"{2**256 - 1:,}", f"{2**256 - 1:,}".replace(",", "\u00a0")),
        ("15", 255, "0." + "0" * 253 + "15", "0," + "0" * 253 + "15"),
    ],
)
def test_amount_of_a_token_has_all_its_digits_that_count(units, decimals, en, fi):
    assert shown.tokens(units, decimals, "en") == en
    assert shown.tokens(units, decimals, "fi") == fi
