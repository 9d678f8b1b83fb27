"""What an invoice comes to.

All money is whole cents. Rounding, half up, happens in two places only:

- A line's net is quantity × unit price, rounded to the cent.
- VAT is computed once for each rate, on the sum of that rate's lines, and rounded to the cent
  (EN 16931, BR-CO-17), so that the sum of the rounded lines cannot drift from the tax that is due.

The total is the sum of all lines and of the VAT of all rates, which are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FULL_BPS = 10_000
_CENT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it counts: how many, at how many cents without VAT, at which rate."""

    quantity: Decimal
    unit_price: int
    vat_rate_bps: int

    @property
    def net(self) -> int:
        """Cents without VAT."""
        return _rounded(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True)
class Vat:
    """The VAT of one rate, in cents."""

    rate_bps: int
    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What an invoice comes to, in cents; rates from the highest down."""

    net: int
    vat: int
    by_rate: tuple[Vat, ...]

    @property
    def total(self) -> int:
        """Cents to pay."""
        return self.net + self.vat


def totals_of(lines: Sequence[Line]) -> Totals:
    """What these lines come to."""
    nets: dict[int, int] = {}
    for line in lines:
        nets[line.vat_rate_bps] = nets.get(line.vat_rate_bps, 0) + line.net
    by_rate = tuple(
        Vat(rate, net, _rounded(Decimal(net * rate) / FULL_BPS))
        for rate, net in sorted(nets.items(), reverse=True)
    )
    return Totals(sum(nets.values()), sum(part.vat for part in by_rate), by_rate)


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(_CENT, rounding=ROUND_HALF_UP))
