"""The market against a plain model, whoever does what in which order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from evm_support.signing import WHOLE, Domain
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from models.land import *  # noqa: F403
from models.land import EURO, ROYALTY_BPS
from models.machine import SETTINGS, Clock
from models.market import MarketModel
from models.orders import TILL, TYPES, Order, make_market

pytestmark = pytest.mark.slow

TRADERS = st.integers(0, 2)
ASSETS = st.integers(0, 3)
ROYALTY = 700


class World:
    """The contracts, three traders who approve the market, two kinds of items and two parcels."""

    def __init__(
        self,
        market: Any,
        euro: Any,
        items: Any,
        parcels: Any,
        traders: list[Any],
        places: list[int],
    ) -> None:
        self.market, self.euro, self.items, self.parcels = market, euro, items, parcels
        self.traders = traders
        self.domain = Domain.of(market)
        creator = traders[2]
        kinds = [int(items.itemId(creator, serial, False)) for serial in (1, 2)]
        self.assets = [(items.address, id) for id in kinds]
        self.assets += [(parcels.address, id) for id in places]
        for serial, id in enumerate(kinds, 1):
            items.createItem(serial, False, 0, creator, ROYALTY, bytes(32), sender=creator)
            for trader in traders:
                items.mint(trader, id, 6, sender=creator)
        for trader in traders:
            items.setApprovalForAll(market, True, sender=trader)
            parcels.setApprovalForAll(market, True, sender=trader)
            euro.approve(market, WHOLE, sender=trader)

    def model(self) -> MarketModel:
        """What the accounts have now."""
        money = Counter({a: int(self.euro.balanceOf(a)) for a in self.accounts()})
        goods = self.goods()
        creator = self.traders[2].address
        shares = [(creator, ROYALTY)] * 2 + [(creator, ROYALTY_BPS)] * 2
        return MarketModel(money, goods, dict(zip(self.assets, shares, strict=True)))

    def accounts(self) -> list[str]:
        """Everybody who has money."""
        return [*(t.address for t in self.traders), TILL, self.market.address]

    def keys(self) -> list[tuple[str, str, int]]:
        """Who may have what."""
        return [(t.address, *asset) for t in self.traders for asset in self.assets]

    def goods(self) -> Counter[tuple[str, str, int]]:
        """Who has what."""
        keys = [key for key in self.keys() if key[1] == self.items.address]
        items = self.items.balanceOfBatch([k[0] for k in keys], [k[2] for k in keys])
        owners = [
            (str(self.parcels.ownerOf(token)), where, token) for where, token in self.assets[2:]
        ]
        return Counter({**dict(zip(keys, items, strict=True)), **dict.fromkeys(owners, 1)})


def machine_of(world: World, chain: Any, tally: Counter[str]) -> type[RuleBasedStateMachine]:
    """A state machine that begins each run with the chain as it is now."""
    snapshot = chain.snapshot()

    class MarketMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.clock = Clock(chain, tally)
            self.model = world.model()
            self.total = sum(self.model.money.values())
            self.orders: list[tuple[Order, bool]] = []
            self.checked = -1

        def teardown(self) -> None:
            nonlocal snapshot
            chain.restore(snapshot)
            snapshot = chain.snapshot()

        @rule(
            who=TRADERS,
            what=ASSETS,
            amount=st.integers(1, 4),
            price=st.sampled_from([1, 99, EURO, 40 * EURO]),
            nonce=st.integers(0, 5),
            life=st.integers(5, 60),
            is_offer=st.booleans(),
        )
        def sign(
            self,
            who: int,
            what: int,
            amount: int,
            price: int,
            nonce: int,
            life: int,
            is_offer: bool,
        ) -> None:
            collection, token = world.assets[what]
            deadline = self.clock.time + life
            kind = int(collection == world.items.address)
            maker = world.traders[who].address
            order = Order(maker, collection, kind, token, amount, price, nonce, deadline)
            self.orders.append((order, is_offer))

        @rule(
            holder=TRADERS,
            taker=TRADERS,
            what=ASSETS,
            amount=st.integers(1, 3),
            nonce=st.integers(6, 40),
            is_offer=st.booleans(),
        )
        def trade(
            self, holder: int, taker: int, what: int, amount: int, nonce: int, is_offer: bool
        ) -> None:
            """An order that mostly can be filled, filled in part at once and again later."""
            asset = world.assets[what]
            held = [n for n in range(3) if self.model.goods[world.traders[n].address, *asset]]
            seller = holder if holder in held else held[0]
            buyer = taker if taker != seller else (taker + 1) % 3
            maker, other = (buyer, seller) if is_offer else (seller, buyer)
            amount = amount if asset[0] == world.items.address else 1
            self.sign(maker, what, amount, 99, nonce, 60, is_offer)
            self.fill(other, 0, 1)

        @rule(who=TRADERS, which=st.integers(0, 99), quantity=st.integers(0, 4))
        def fill(self, who: int, which: int, quantity: int) -> None:
            if not self.orders:
                return
            order, is_offer = self.orders[-1 - which % min(len(self.orders), 6)]
            maker = next(t for t in world.traders if t.address == order.maker)
            primary = "Offer" if is_offer else "Listing"
            signature = world.domain.sign(maker.private_key, TYPES, primary, order.message)
            verb = world.market.sell if is_offer else world.market.buy
            taker = world.traders[who]
            done = self.clock.attempt(
                "fill", lambda: verb(order.values, quantity, signature, sender=taker)
            )
            expected = self.model.fill(order, is_offer, taker.address, quantity, self.clock.time)
            assert done == expected

        @rule(who=TRADERS, nonce=st.integers(0, 5))
        def cancel(self, who: int, nonce: int) -> None:
            trader = world.traders[who]
            done = self.clock.attempt(
                "cancel", lambda: world.market.cancelNonce(nonce, sender=trader)
            )
            assert done == self.model.cancel(trader.address, nonce)

        @rule(giver=TRADERS, taker=TRADERS, what=ASSETS, amount=st.integers(1, 3))
        def give(self, giver: int, taker: int, what: int, amount: int) -> None:
            """Sellers may no longer have what they listed."""
            (collection, token), one = world.assets[what], world.traders[giver]
            two = world.traders[taker]
            if collection == world.items.address:
                done = self.clock.attempt(
                    "give",
                    lambda: world.items.safeTransferFrom(one, two, token, amount, b"", sender=one),
                )
            else:
                amount = 1
                done = self.clock.attempt(
                    "give", lambda: world.parcels.transferFrom(one, two, token, sender=one)
                )
            assert done == self.model.give(one.address, two.address, (collection, token), amount)

        @rule(seconds=st.integers(1, 30))
        def wait(self, seconds: int) -> None:
            self.clock.skip(seconds)

        @invariant()
        def chain_and_model_agree(self) -> None:
            if self.clock.done == self.checked:
                return  # what is refused changes nothing
            self.checked = self.clock.done
            money = {a: int(world.euro.balanceOf(a)) for a in world.accounts()}
            assert money == {a: self.model.money[a] for a in money}
            assert sum(money.values()) == self.total
            assert money[world.market.address] == 0
            # Counters are equal where they differ in zeros only.
            assert world.goods() == self.model.goods

    return MarketMachine


@pytest.fixture
def world(
    project: Any,
    euro: Any,
    items: Any,
    parcels: Any,
    token_ids: list[int],
    admin: Any,
    alice: Any,
    bob: Any,
    carol: Any,
) -> World:
    market = make_market(project, admin, euro)
    for trader, amount in ((alice, 100), (bob, 500), (carol, 90)):
        euro.mint(trader, amount * EURO, sender=admin)
    return World(market, euro, items, parcels, [alice, bob, carol], token_ids)


def test_market_does_what_its_model_does(world: World, chain: Any) -> None:
    tally: Counter[str] = Counter()
    run_state_machine_as_test(machine_of(world, chain, tally), settings=SETTINGS)
    print("came through:", dict(tally))
    assert min(tally[verb] for verb in ("fill", "cancel", "give")) >= 5
