"""Amounts of a statement's file."""

import pytest

from pocplatform.domains.statement.service import decimal


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0,00"),
        (10_000, "0,01"),
        (-2_500_000, "-2,50"),
        (1_234_560_000, "1234,56"),
        (1_000, "0,001"),
        (-1, "-0,000001"),
        (10**25 + 1, "10000000000000000000,000001"),
    ],
)
def test_amount_has_a_decimal_comma_and_no_more_places_than_it_needs(units, text):
    assert decimal(units) == text
