"""Money is integers: the API speaks euro cents, the chain speaks units of 10⁻⁶ tEUR."""

from typing import Final

from pocplatform.kit.i18n import Phrase

CURRENCY: Final = "tEUR"
UNITS_PER_CENT: Final = 10_000
"""PilotEuro has six decimals, a cent is a hundredth: 10⁶ / 10²."""

MAX_CENTS = 10**15
"""Ten trillion tEUR: far above any pilot, far below what a 64-bit column holds."""


def to_units(cents: int) -> int:
    """Euro cents to the token's units."""
    return cents * UNITS_PER_CENT


def to_cents(units: int) -> int:
    """The token's units to whole euro cents, rounded down."""
    return units // UNITS_PER_CENT


def format_euros(cents: int, language: str = "en") -> str:
    """Cents as people write them: ``1,250.00 tEUR`` or, in Finnish, ``1 250,00 tEUR``.

    Finnish writes what is owed with a minus sign (U+2212), as CLDR has it, not with a hyphen.
    """
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}"
    if language == "fi":
        # No-break spaces: an amount is never split over two lines.
        spaced = grouped.replace(",", "\u00a0")
        minus = "\u2212" if cents < 0 else ""
        return f"{minus}{spaced},{rest:02d}\u00a0{CURRENCY}"
    return f"{'-' if cents < 0 else ''}{grouped}.{rest:02d} {CURRENCY}"


class Euros(Phrase):
    """An amount in a sentence; see :func:`format_euros`.

    Args:
        cents: Euro cents.
    """

    def __init__(self, cents: int) -> None:
        super().__init__("{cents}", cents=cents)

    def render(self, language: str) -> str:
        """The amount as ``language`` writes it."""
        return format_euros(self.values["cents"], language)
