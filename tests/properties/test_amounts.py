"""What the machines draw can be sent."""

from __future__ import annotations

import pytest

from tests.properties.support.machines import WHOLE
from tests.properties.support.money import amount_of


@pytest.mark.parametrize("whole", [0, 1, WHOLE - 1, WHOLE])
@pytest.mark.parametrize(
    "amount", ["none", "one", "part", "half", "all but one", "all", "more", "max"]
)
def test_amount_has_at_most_256_bits_however_much_there_is(amount: str, whole: int) -> None:
    assert 0 <= amount_of(amount, whole) <= WHOLE


def test_more_is_more_while_there_is_more() -> None:
    assert [amount_of("more", whole) for whole in (0, 7, WHOLE)] == [1, 8, WHOLE]
