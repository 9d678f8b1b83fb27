"""The market beside its model: goods and price change hands at once, as both have agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.models.deeds import DeedsModel
from tests.properties.models.items import ItemsModel, Kind, item_id
from tests.properties.models.market import AssetKind, MarketModel, Order
from tests.properties.support.chain import ZERO, Call, Chain, Contract
from tests.properties.support.land import ROYALTY_BPS, Land
from tests.properties.support.machines import DAY, WHOLE, run
from tests.properties.support.money import EURO, Euro, MoneyMachine
from tests.properties.support.signing import (
    GOOD,
    SIGNATURES,
    Domain,
    Person,
    three_people_and_a_wallet,
)

MEMBERS = (
    "address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,"
    "uint256 unitPrice,uint256 nonce,uint256 deadline"
)
TYPES = (f"Listing({MEMBERS})", f"Offer({MEMBERS})")
FEE_BPS = 250
TILL = "0x0000000000000000000000000000000000000f0e"
ROYALTY = 700
FUNDS = 300 * EURO
HAD = 6

WHO = st.integers(0, 3)
"""Three people and a wallet."""
WHICH = st.integers(0, 8)
"""One of the orders that can be filled, or any if it is 8."""
ASSETS = st.integers(0, 3)
"""Two kinds of items and two parcels."""


class MarketMachine(MoneyMachine):
    """Up to six orders at a time; a new one takes the place of the oldest."""

    land: ClassVar[Land]
    assets: ClassVar[list[tuple[str, int]]]
    domain: ClassVar[Domain]

    def __init__(self) -> None:
        super().__init__()
        self.model: MarketModel = self._begin()
        self.orders: list[tuple[Order, bool]] = []
        self.goods_before: Counter[tuple[str, int]] = Counter()
        self.money_before: Counter[str] = Counter()
        self.consenting: set[str] = set()
        self.drawn_up = 0

    def _begin(self) -> MarketModel:
        """What is so at the start of a run."""
        items, deeds, people = ItemsModel(), DeedsModel(), [p.address for p in self.people]
        for _, number in self.assets[:2]:
            items.kinds[number] = Kind(0, people[2], ROYALTY)
            items.minted[number] = HAD * len(people)
            items.balances.update({(person, number): HAD for person in people})
        for index, (_, number) in enumerate(self.assets[2:]):
            deeds.owners[number] = people[index]
        for person in people:
            items.approvals.add((person, self.spender.address))
            deeds.operators.add((person, self.spender.address))
        royalties = dict.fromkeys(self.assets[:2], (people[2], ROYALTY))
        royalties |= dict.fromkeys(self.assets[2:], (self.land.steward.address, ROYALTY_BPS))
        return MarketModel(
            self.spender.address,
            self.euro.model(),
            items,
            deeds,
            self.land.items.address,
            royalties,
            (TILL, FEE_BPS),
        )

    @initialize()
    def begin(self) -> None:
        for maker in range(2):
            self.draw_up(maker, maker, 4, 1_000_003, maker, 10 * DAY, maker == 1, 0)

    @rule(
        maker=WHO,
        asset=ASSETS,
        amount=st.sampled_from([4, 2, 1, 1, 6, 0]),
        price=st.sampled_from([1_000_003, 1_000_003, 1, 9_999, 80 * EURO, 0, WHOLE]),
        nonce=st.integers(0, 3),
        lasts=st.sampled_from([10 * DAY, 10 * DAY, 10 * DAY, DAY, 1]),
        is_offer=st.booleans(),
        other_kind=st.sampled_from([0, 0, 0, 0, 0, 0, 1]),
    )
    def draw_up(
        self,
        maker: int,
        asset: int,
        amount: int,
        price: int,
        nonce: int,
        lasts: int,
        is_offer: bool,
        other_kind: int,
    ) -> None:
        """A listing or an offer on paper; some can never be filled."""
        self.drawn_up += 1
        collection, token = self.assets[asset]
        is_deed = asset >= 2
        kind = AssetKind(is_deed == bool(other_kind))
        count = min(amount, 1) if is_deed else amount
        # Few nonces, so that orders share them; fresh ones, so that not all are used up.
        number = nonce if nonce < 3 else self.drawn_up + 3
        maker_address = self.address(maker)
        order = Order(
            maker_address, collection, kind, token, count, price, number, self.now + lasts
        )
        self.orders = [*self.orders, (order, is_offer)][-6:]

    @rule(
        which=WHICH,
        taker=WHO,
        quantity=st.sampled_from([1, 1, 2, 3, "rest", "rest", "more", 0]),
        kind=SIGNATURES,
        cheaper=st.sampled_from([0, 0, 0, 0, 0, 0, 1]),
    )
    def fill(self, which: int, taker: int, quantity: int | str, kind: str, cheaper: int) -> None:
        """By the one who has the goods or money; ``cheaper`` shows a price that nobody signed."""
        order, is_offer = self.order(which)
        shown = order._replace(unit_price=max(order.unit_price - cheaper, 0))
        sender = self.taker(order, is_offer, taker)
        count = self.quantity(order, is_offer, quantity)
        signature = self.sign(order, is_offer, kind)
        signed = kind == GOOD and shown == order
        verb = self.spender.sell if is_offer else self.spender.buy
        self.consenting = {sender, order.maker if signed else sender}
        self.act(
            "sell" if is_offer else "buy",
            sender,
            verb(shown, count, signature),
            lambda: self.model.buy(sender, shown, is_offer, count, signed, self.now),
        )

    @rule(
        which=WHICH,
        taker=st.integers(0, 2),
        quantity=st.sampled_from([1, 1, 2, "rest", "more"]),
        deadline=st.sampled_from([0, DAY, DAY, -1]),
        kind=SIGNATURES,
    )
    def buy_with_permit(
        self, which: int, taker: int, quantity: int | str, deadline: int, kind: str
    ) -> None:
        """The buyer has allowed nothing before."""
        order, is_offer = self.order(which, is_offer=False)
        buyer = self.person(self.taker(order, is_offer, taker))
        count, until = self.quantity(order, is_offer, quantity), self.soon + deadline
        price = min(order.unit_price * count, WHOLE)
        permit, flaw = self.euro.permit(
            self.ledger, buyer, self.spender.address, price, until, kind
        )
        self.consenting = {buyer.address, order.maker}
        signature = self.sign(order, is_offer, GOOD)
        with self.without_allowance(buyer):
            self.act(
                "buyWithPermit",
                buyer.address,
                self.spender.buyWithPermit(order, count, signature, until, *permit),
                lambda: self.model.buy_with_permit(
                    buyer.address, order, count, not is_offer, until, flaw, self.now
                ),
            )

    @rule(which=WHICH, nonce=st.integers(0, 3), die=st.integers(0, 2))
    def cancel(self, which: int, nonce: int, die: int) -> None:
        order, _ = self.order(which)
        number = order.nonce if die == 2 else nonce
        call = self.spender.cancelNonce(number)
        self.act(
            "cancelNonce", order.maker, call, lambda: self.model.nonces.use(order.maker, number)
        )

    @rule(giver=WHO, taker=WHO, asset=ASSETS, amount=st.integers(1, 3))
    def give(self, giver: int, taker: int, asset: int, amount: int) -> None:
        """Makers may no longer have what they listed."""
        (_, token), to = self.assets[asset], self.address(taker)
        if asset < 2:
            sender = self.address(giver)
            call = self.land.items.safeTransferFrom(sender, to, token, amount, b"")
            predicted = (sender, sender, to, [(token, amount)])
            self.consenting = {sender}
            self.act("give", sender, call, lambda: self.model.items.transfer(*predicted))
        else:
            owner = self.model.deeds.owners[token]
            call = self.land.parcels.transferFrom(owner, to, token)
            self.consenting = {owner}
            self.act(
                "give", owner, call, lambda: self.model.deeds.transfer(owner, owner, to, token)
            )

    @rule(who=WHO, of_items=st.booleans(), die=st.integers(0, 2))
    def approve_the_market(self, who: int, of_items: bool, die: int) -> None:
        """Somebody withdraws the market's right to move goods, or gives it back."""
        owner, me = self.address(who), self.spender.address
        rights = self.model.items.approvals if of_items else self.model.deeds.operators
        withdrawn = sorted({p.address for p in self.people} - {o for o, m in rights if m == me})
        if withdrawn:
            owner = withdrawn[0]
        elif die != 2:
            return
        collection = self.land.items if of_items else self.land.parcels
        model = self.model.items.approve if of_items else self.model.deeds.approve_all
        call = collection.setApprovalForAll(me, bool(withdrawn))
        self.act("approve goods", owner, call, lambda: model(owner, me, bool(withdrawn)))

    def views(self) -> Iterator[tuple[Call, Any]]:
        yield from self.money_views()
        model, people = self.model, [person.address for person in self.people]
        for _, number in self.assets[:2]:
            call = self.land.items.balanceOfBatch(tuple(people), (number,) * len(people))
            yield call, tuple(model.items.balances[person, number] for person in people)
        for _, number in self.assets[2:]:
            yield self.land.parcels.ownerOf(number), model.deeds.owners[number]
        for order, is_offer in self.orders:
            digest = self.digest(order, is_offer)
            used = (order.maker, order.nonce) in model.nonces.used
            yield self.spender.hashOrder(order, is_offer), digest
            yield self.spender.filledOf(digest), model.counted(order, is_offer)
            yield self.spender.isNonceUsed(order.maker, order.nonce), used
            price = order.unit_price % EURO
            call = self.spender.split(order.collection, order.token_id, order.maker, price)
            _, (creator, royalty), (_, fee) = model.shares(order, order.maker, price)
            yield call, (creator if royalty else ZERO, royalty, fee)

    def check(self) -> None:
        self.model.check()
        goods = Counter(self.model.items.balances)
        goods.update({(owner, n): 1 for n, owner in self.model.deeds.owners.items()})
        money = self.ledger.balances
        losers = {owner for (owner, n), had in self.goods_before.items() if goods[owner, n] < had}
        losers |= {owner for owner, had in self.money_before.items() if money[owner] < had}
        assert losers <= self.consenting, "something was taken without consent"
        self.goods_before, self.money_before = goods, Counter(money)

    def moments(self) -> Iterable[int]:
        return [order.deadline for order, _ in self.orders]

    @property
    def purses(self) -> list[str]:
        return [*super().purses, TILL]

    def digest(self, order: Order, is_offer: bool) -> bytes:
        return self.domain.digest("Offer" if is_offer else "Listing", *order)

    def sign(self, order: Order, is_offer: bool, kind: str) -> bytes:
        struct = "Offer" if is_offer else "Listing"
        return self.domain.sign(self.person(order.maker), struct, *order, kind=kind)

    def order(self, which: int, is_offer: bool | None = None) -> tuple[Order, bool]:
        """An order that can be filled, drawn up if there is none; or the oldest."""
        if which == 8:
            return self.orders[0]
        fillable = [
            (order, offered)
            for order, offered in self.orders
            if is_offer in (None, offered)
            and self.model.remaining(order, offered)
            and 0 < order.unit_price < WHOLE
            and order.deadline > self.soon
            and self.has_goods(order, offered)
        ]
        if not fillable:
            offered = which % 2 == 1 if is_offer is None else is_offer
            self.draw_up(which % 4, which % 2, 4, 1_000_003, 3, 10 * DAY, offered, 0)
            fillable = self.orders[-1:]
        return fillable[which % len(fillable)]

    def has_goods(self, order: Order, is_offer: bool) -> bool:
        """Whether whoever is to give something has any of it."""
        if is_offer:
            return self.model.deeds.owners.get(order.token_id) != order.maker
        if order.token_id in self.model.deeds.owners:
            return self.model.deeds.owners[order.token_id] == order.maker
        return self.model.items.balances[order.maker, order.token_id] > 0

    def taker(self, order: Order, is_offer: bool, who: int) -> str:
        """Somebody; of an offer for a parcel its owner."""
        if is_offer and order.token_id in self.model.deeds.owners and who:
            return self.model.deeds.owners[order.token_id]
        others = [p.address for p in self.people if p.address != order.maker]
        return others[who] if who < len(others) else order.maker

    def quantity(self, order: Order, is_offer: bool, quantity: int | str) -> int:
        left = self.model.remaining(order, is_offer)
        if isinstance(quantity, int):
            return min(quantity, left) if left else quantity
        return left if quantity == "rest" else left + 1


def test_market_sells_only_as_seller_and_buyer_have_agreed(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    admin = Person.named("admin")
    people = three_people_and_a_wallet(chain)
    euro = Euro(chain, admin)
    land = Land.begin(chain, euro.address, admin, people[2])
    market: Contract = chain.deploy("Market", euro.address, TILL, FEE_BPS)
    euro.fund(people, FUNDS, market)
    assets = [(land.items.address, item_id(people[2].address, n, False)) for n in (1, 2)]
    for serial, (_, number) in enumerate(assets, 1):
        creator = people[2].address
        create = land.items.createItem(serial, False, 0, creator, ROYALTY, bytes(32))
        chain.must(creator, create)
        for person in people:
            chain.must(creator, land.items.mint(person.address, number, HAD))
    for index in range(2):
        number = land.parcel(index)
        assets.append((land.parcels.address, number))
        chain.must(land.steward.address, land.parcels.mint(people[index].address, number))
    for person in people:
        chain.must(person.address, land.items.setApprovalForAll(market.address, True))
        chain.must(person.address, land.parcels.setApprovalForAll(market.address, True))
    run(
        MarketMachine,
        chain,
        request.config,
        ["buy", "sell", "buyWithPermit", "cancelNonce", "give", "approve goods", "pause"],
        euro=euro,
        land=land,
        assets=assets,
        spender=market,
        people=people,
        domain=Domain.of(chain, market, *TYPES),
    )
