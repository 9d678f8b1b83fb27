"""Quarter-hour readings of three days in June, and how the neighbours' shares follow from them.

Made up, and the same in every run: a carpenter's roof of 30 kW peak near Oulu, a bakery that works
from the small hours and a garage that works by day. Energy is in watt-hours.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

QUARTERS = 96
DAYS = 3
PRICE_TENTHS = 75
"""Price of a kilowatt-hour in tenths of a cent: 7.5 cents."""
FUSE_QUARTER_WH = 10_900
"""The most that three phases of 63 A at 230 V let through in a quarter of an hour."""
BAKERY_TRANSFORMER = 10
"""Ratio of the bakery's current transformers, 50/5 A: the meter has it in its readings already."""
WRONG_DAY = 2
_CLEARNESS = (100, 88, 61)
"""Percent of what a clear day gives."""


@dataclass(frozen=True, slots=True)
class Day:
    """The four meters of a day, quarter by quarter."""

    number: int
    produced: tuple[int, ...]
    own_use: tuple[int, ...]
    bakery: tuple[int, ...]
    garage: tuple[int, ...]

    @property
    def highest_of_bakery(self) -> int:
        """The bakery's highest quarter of an hour."""
        return max(self.bakery)


@dataclass(frozen=True, slots=True)
class Shares:
    """Who got how much of the solar power of a day."""

    own_use: int
    bakery: int
    garage: int
    to_grid: int

    @property
    def buyers(self) -> list[int]:
        """Of the buyers, in the order of the contract."""
        return [self.bakery, self.garage]


def read(number: int) -> Day:
    """The right readings of a day, 1 to 3."""
    quarters = range(QUARTERS)
    return Day(
        number=number,
        produced=tuple(_sun(q) * _CLEARNESS[number - 1] // 100 for q in quarters),
        own_use=tuple((1_500 if 28 <= q < 62 else 150) + _ripple(q, number) for q in quarters),
        bakery=tuple(_oven(q) + _ripple(q, number + 7) for q in quarters),
        garage=tuple((1_400 if 32 <= q < 68 else 120) + _ripple(q, number + 13) for q in quarters),
    )


def read_wrongly(number: int) -> Day:
    """A day on which the bakery's transformer ratio was counted twice."""
    right = read(number)
    return replace(right, bakery=tuple(wh * BAKERY_TRANSFORMER for wh in right.bakery))


def shares(day: Day) -> Shares:
    """Quarter by quarter: own use, then the buyers by what they used, the rest to the grid."""
    own = bakery = garage = grid = 0
    for produced, used, of_bakery, of_garage in zip(
        day.produced, day.own_use, day.bakery, day.garage, strict=True
    ):
        surplus = max(produced - used, 0)
        wanted = of_bakery + of_garage
        traded = min(surplus, wanted)
        to_bakery = traded * of_bakery // wanted
        own += produced - surplus
        bakery += to_bakery
        garage += traded - to_bakery
        grid += surplus - traded
    return Shares(own, bakery, garage, grid)


def cents(watt_hours: int) -> int:
    """The price of energy, rounded half up, as the contract does it."""
    return (watt_hours * PRICE_TENTHS + 5_000) // 10_000


def hashed(content: Sequence[object] | str, salt: str) -> str:
    """SHA-256 of a salt and of readings or words; the salt keeps small numbers from being tried."""
    text = content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))
    return "0x" + hashlib.sha256(salt.encode() + text.encode()).hexdigest()


def as_rows(day: Day) -> list[tuple[int, int, int, int]]:
    """The readings of a day as the neighbours get them, a row for each quarter of an hour."""
    return list(zip(day.produced, day.own_use, day.bakery, day.garage, strict=True))


def _sun(quarter: int) -> int:
    """From half past four to half past nine in the evening, highest at one o'clock."""
    away = abs(quarter - 52)
    return 4_300 * (34 * 34 - away * away) // (34 * 34) if away < 34 else 0


def _oven(quarter: int) -> int:
    if 8 <= quarter < 44:
        return 1_900
    return 700 if 44 <= quarter < 64 else 250


def _ripple(quarter: int, seed: int) -> int:
    """Small differences from quarter to quarter, never the same two days."""
    return (quarter * 37 + seed * 11) % 90
