"""What gas would cost on public networks, by example prices (``network_costs.toml``).

They are assumptions of ours, not quotations; wherever they are shown, they are called so.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "network_costs.toml"
_GWEI = 1e-9


@dataclass(frozen=True, slots=True)
class Network:
    """A public network.

    Attributes:
        name: As it calls itself.
        gas_price_gwei: What a unit of gas is assumed to cost, in billionths of its coin.
        coin_euros: What its coin is assumed to cost.
    """

    name: str
    gas_price_gwei: float
    coin_euros: float

    def euros(self, gas: int) -> float:
        """What so much gas costs."""
        return gas * self.gas_price_gwei * _GWEI * self.coin_euros


@dataclass(frozen=True, slots=True)
class Prices:
    """The whole table.

    Attributes:
        dated: The day on which they were assumed.
    """

    dated: date
    networks: tuple[Network, ...]

    @property
    def noon(self) -> datetime:
        """A moment of that day, which is on the same day all over Europe."""
        return datetime.combine(self.dated, time(12), UTC)


@cache
def prices() -> Prices:
    """The table of the package."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    networks = tuple(Network(**entry) for entry in table["networks"])
    return Prices(table["dated"], networks)
