"""The market: what is left of each order, and who gets what of a price."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import NamedTuple

from tests.properties.models.deeds import DeedsModel
from tests.properties.models.euro import EuroModel
from tests.properties.models.items import ItemsModel
from tests.properties.models.nonces import NoncesModel, check_signature
from tests.properties.support.chain import NO_REASON, ZERO
from tests.properties.support.machines import WHOLE, Model, refuse_if

FULL = 10_000
MAX_ROYALTY_BPS = 1_000


class AssetKind(IntEnum):
    ERC721, ERC1155 = range(2)


class Order(NamedTuple):
    """A listing or an offer; members in the order of the contract's struct."""

    maker: str
    collection: str
    kind: int
    token_id: int
    amount: int
    unit_price: int
    nonce: int
    deadline: int


class MarketModel(Model):
    """``royalties`` says of each token who gets how much of a price, in basis points."""

    def __init__(
        self,
        me: str,
        euro: EuroModel,
        items: ItemsModel,
        deeds: DeedsModel,
        items_address: str,
        royalties: dict[tuple[str, int], tuple[str, int]],
        fee: tuple[str, int],
    ) -> None:
        self.me = me
        self.euro = euro
        self.items = items
        self.deeds = deeds
        self.items_address = items_address
        self.royalties = royalties
        self.fee = fee
        self.nonces = NoncesModel()
        self.filled: Counter[tuple[Order, bool]] = Counter()

    def remaining(self, order: Order, is_offer: bool) -> int:
        """What is left of an order as long as its nonce can be used."""
        if (order.maker, order.nonce) in self.nonces.used:
            return 0
        return order.amount - self.filled[order, is_offer]

    def counted(self, order: Order, is_offer: bool) -> int:
        """What the contract counts: of an order for one, the nonce is record enough."""
        return self.filled[order, is_offer] if order.amount != 1 else 0

    def buy(
        self, sender: str, order: Order, is_offer: bool, quantity: int, signed: bool, time: int
    ) -> None:
        """Fill a listing, or an offer."""
        self._fill(sender, order, is_offer, quantity, signed, time)
        seller, buyer = (sender, order.maker) if is_offer else (order.maker, sender)
        price = order.unit_price * quantity
        refuse_if(price > WHOLE, "Panic")
        self._pay(order, seller, buyer, price)
        self._hand_over(order, seller, buyer, quantity)

    def buy_with_permit(
        self,
        sender: str,
        order: Order,
        quantity: int,
        signed: bool,
        deadline: int,
        flaw: str,
        time: int,
    ) -> None:
        price = order.unit_price * quantity
        refuse_if(price > WHOLE, "Panic")
        self.euro.try_permit(sender, self.me, price, deadline, flaw, time)
        self.buy(sender, order, False, quantity, signed, time)

    def shares(self, order: Order, seller: str, price: int) -> list[tuple[str, int]]:
        """Who gets how much of a price; the royalty second and the fee third, if there are any."""
        creator, bps = self.royalties.get((order.collection, order.token_id), (ZERO, 0))
        # The creator says how much it wants, and gets no more than the market allows.
        royalty = min(price * bps // FULL, price * MAX_ROYALTY_BPS // FULL)
        if creator in (ZERO, seller):
            royalty = 0
        till, fee_bps = self.fee
        fee = price * fee_bps // FULL
        return [(seller, price - royalty - fee), (creator, royalty), (till, fee)]

    def check(self) -> None:
        self.euro.check()
        self.items.check()
        assert self.euro.balances[self.me] == 0
        for (order, is_offer), filled in self.filled.items():
            assert filled <= order.amount, f"more was sold than was {'sought' * is_offer}listed"

    def _fill(
        self, sender: str, order: Order, is_offer: bool, quantity: int, signed: bool, time: int
    ) -> None:
        several_deeds = order.kind == AssetKind.ERC721 and order.amount != 1
        nothing = order.amount == 0 or order.unit_price == 0
        refuse_if(nothing or several_deeds, "MarketInvalidOrder")
        refuse_if(order.maker == sender, "MarketOwnOrder")
        check_signature(signed, order.deadline, time)
        used = (order.maker, order.nonce) in self.nonces.used
        refuse_if(order.amount != 1 and used, "SignedActionUsed")
        left = order.amount - (self.filled[order, is_offer] if order.amount != 1 else 0)
        refuse_if(not 0 < quantity <= left, "MarketInvalidQuantity")
        if quantity == left:
            self.nonces.use(order.maker, order.nonce)
        self.filled[order, is_offer] += quantity

    def _pay(self, order: Order, seller: str, buyer: str, price: int) -> None:
        """The seller comes last, and gets what cannot be paid to the others."""
        rest = price
        for to, amount in self.shares(order, seller, price)[1:]:
            if amount and self.euro.try_transfer_from(self.me, buyer, to, amount):
                rest -= amount
        self.euro.transfer_from(self.me, buyer, seller, rest)

    def _hand_over(self, order: Order, seller: str, buyer: str, quantity: int) -> None:
        is_deed = order.collection != self.items_address
        # A collection of the other kind has no such function.
        refuse_if(is_deed != (order.kind == AssetKind.ERC721), NO_REASON)
        if is_deed:
            self.deeds.transfer(self.me, seller, buyer, order.token_id)
        else:
            self.items.transfer(self.me, seller, buyer, [(order.token_id, quantity)])
