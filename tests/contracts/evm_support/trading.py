"""Fixtures of a market: Alice sells, Bob buys, Carol created what is sold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from evm_support.land import *  # noqa: F403
from evm_support.orders import Order
from evm_support.units import DAY, EURO

METADATA = keccak(text="a lamp of recycled steel")


@pytest.fixture(scope="session")
def till(market: Any) -> str:
    """Who gets the platform's fee."""
    return str(market.feeReceiver())


@pytest.fixture(scope="module")
def rich(euro: Any, market: Any, admin: Any, bob: Any) -> Any:
    """Bob with money, which the market may take."""
    euro.mint(bob, 10_000 * EURO, sender=admin)
    euro.approve(market, 2**256 - 1, sender=bob)
    return bob


@pytest.fixture(scope="module")
def lamp(items: Any, market: Any, alice: Any, carol: Any) -> int:
    """Carol's item with a royalty of 7 %, of which Alice has 10 and sells some."""
    items.createItem(1, False, 0, carol, 700, METADATA, sender=carol)
    id = int(items.itemId(carol, 1, False))
    items.mint(alice, id, 10, sender=carol)
    items.setApprovalForAll(market, True, sender=alice)
    return id


@pytest.fixture(scope="module")
def listing(items: Any, lamp: int, alice: Any, now: int) -> Order:
    """Alice sells up to 4 lamps."""
    return Order(alice.address, items.address, 1, lamp, 4, 10 * EURO + 7, 300, now + DAY)


@pytest.fixture(scope="module")
def place(parcels: Any, market: Any, parcel: int, alice: Any, now: int) -> Order:
    """Alice sells a parcel."""
    parcels.setApprovalForAll(market, True, sender=alice)
    return Order(alice.address, parcels.address, 0, parcel, 1, 500 * EURO, 301, now + DAY)


@dataclass(frozen=True)
class Trade:
    """A market with the accounts that trade in it."""

    market: Any
    seller: Any
    buyer: Any

    def buy(self, listing: Order, quantity: int = 1, **changes: Any) -> Any:
        signature = listing.sign(self.market, self.seller)
        return self.market.buy(
            replace(listing, **changes).values, quantity, signature, sender=self.buyer
        )

    def sell(self, offer: Order, quantity: int = 1) -> Any:
        signature = offer.sign(self.market, self.buyer, "Offer")
        return self.market.sell(offer.values, quantity, signature, sender=self.seller)


@pytest.fixture(scope="module")
def trade(market: Any, alice: Any, rich: Any) -> Trade:
    return Trade(market, alice, rich)
