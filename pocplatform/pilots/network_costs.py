"""What gas would cost on public networks, by an editable table (``network_costs.toml``).

The prices of the package are assumptions of ours, not quotations; wherever they are shown, they
are called so. Each price has its date and its source.
"""

import tomllib
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pocplatform.pilots.errors import PricesUnusable
from pocplatform.pilots.shown import StoredText, Text

TABLE = Path(__file__).parent / "network_costs.toml"
OLD_AFTER_DAYS = 180
"""Prices older than that are no guide any more, and it is said so."""
_GWEI = 1e-9

Price = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GasPrice(_Entry):
    """What a unit of gas costs, in billionths of the network's coin."""

    low: Price
    typical: Price
    high: Price
    date: date
    source: StoredText

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError("low, typical and high must rise")
        return self


class CoinRate(_Entry):
    """What a network's coin costs, in euros."""

    rate: Price
    date: date
    source: StoredText


class Network(_Entry):
    """A public network with its prices."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    coin: Annotated[str, Field(min_length=1, max_length=20)]
    gas_price_gwei: GasPrice
    coin_euros: CoinRate

    def euros(self, gas: float, price: str = "typical") -> float:
        """What so much gas costs, at the ``low``, ``typical`` or ``high`` price of it."""
        gwei: float = getattr(self.gas_price_gwei, price)
        return gas * gwei * _GWEI * self.coin_euros.rate

    @property
    def oldest(self) -> date:
        """The day of the older of its prices."""
        return min(self.gas_price_gwei.date, self.coin_euros.date)


class Prices(_Entry):
    """The whole table."""

    networks: Annotated[tuple[Network, ...], Field(min_length=1)]

    @property
    def dated(self) -> date:
        """The day of the oldest price."""
        return min(network.oldest for network in self.networks)

    @property
    def noon(self) -> datetime:
        """A moment of that day, which is on the same day all over Europe."""
        return datetime.combine(self.dated, time(12), UTC)

    def warnings(self, today: date) -> list[Text]:
        """A sentence for each network whose prices are too old to go by."""
        return [
            Text(
                f"The prices of {one.name} are {(today - one.oldest).days} days old: look up new "
                "ones.",
                f"Verkon {one.name} hinnat ovat {(today - one.oldest).days} päivää vanhoja: "
                "tarkista uudet.",
            )
            for one in self.networks
            if (today - one.oldest).days > OLD_AFTER_DAYS
        ]


def read_prices(path: Path) -> Prices:
    """The prices of a file. Raises :class:`~pocplatform.pilots.errors.PricesUnusable`."""
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
        return Prices.model_validate(table)
    except FileNotFoundError as error:
        raise PricesUnusable(
            f"The table of prices {path} is missing.",
            next_step="Put it back, or name another one with --prices.",
        ) from error
    except OSError as error:
        raise PricesUnusable(
            f"The table of prices {path} cannot be read: {error.strerror}.",
            next_step="Make it readable, or name another one with --prices.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PricesUnusable(
            f"The table of prices {path} is no TOML: {error}.",
            next_step="Correct that line.",
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PricesUnusable(
            f"The table of prices {path} does not fit at {field}: {first['msg']}.",
            next_step=f"Correct it; {TABLE.name} of the package shows the form.",
        ) from error


@cache
def prices() -> Prices:
    """The prices that pages and receipts go by: the table of the package."""
    return read_prices(TABLE)
