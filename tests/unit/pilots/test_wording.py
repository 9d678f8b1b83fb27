"""Numbers in texts of pilots."""

from __future__ import annotations

from pocplatform.pilots.story import Text
from pocplatform.pilots.wording import decimal, filled, money


def test_amounts_are_written_as_each_language_does():
    assert money(125_000) == Text("1,250.00 tEUR", "1\u00a0250,00 tEUR")
    assert money(-5) == Text("-0.05 tEUR", "\u22120,05 tEUR")
    assert decimal(41_594, 1000) == Text("41.6", "41,6")
    assert decimal(247, 100, 2) == Text("2.47", "2,47")


def test_values_are_put_into_both_languages():
    said = filled(Text("{who} has {amount}", "{who}: {amount}"), who="Ä {x} Oy", amount=money(100))
    assert said == Text("Ä {x} Oy has 1.00 tEUR", "Ä {x} Oy: 1,00 tEUR")
