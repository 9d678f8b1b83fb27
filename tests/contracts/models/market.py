"""A plain model of the market: who has what, and what is left of each order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from models.orders import FEE_BPS, TILL, Order

ERC721 = 0
MAX_ROYALTY_BPS = 1_000


@dataclass
class MarketModel:
    """Money and goods of all accounts; ``royalties`` says of each token who gets how much."""

    money: Counter[str]
    goods: Counter[tuple[str, str, int]]
    royalties: dict[tuple[str, int], tuple[str, int]]
    used: set[tuple[str, int]] = field(default_factory=set)
    filled: Counter[tuple[Order, bool]] = field(default_factory=Counter)

    def cancel(self, signer: str, nonce: int) -> bool:
        """Whether the nonce was still of use."""
        if (signer, nonce) in self.used:
            return False
        self.used.add((signer, nonce))
        return True

    def give(self, giver: str, taker: str, asset: tuple[str, int], amount: int) -> bool:
        """Whether the goods could be moved."""
        if self.goods[giver, *asset] < amount:
            return False
        self.goods[giver, *asset] -= amount
        self.goods[taker, *asset] += amount
        return True

    def fill(self, order: Order, is_offer: bool, taker: str, quantity: int, time: int) -> bool:
        """Whether the order could be filled."""
        left = order.amount - self.filled[order, is_offer]
        seller, buyer = (taker, order.maker) if is_offer else (order.maker, taker)
        price = order.unit_price * quantity
        if (
            taker == order.maker
            or time > order.deadline
            or (order.maker, order.nonce) in self.used
            or not 0 < quantity <= left
            or (order.kind == ERC721 and order.amount != 1)
            or self.money[buyer] < price
            or self.goods[seller, order.collection, order.token_id] < quantity
        ):
            return False
        self.filled[order, is_offer] += quantity
        if quantity == left:
            self.used.add((order.maker, order.nonce))
        self._pay(order, seller, buyer, price)
        return self.give(seller, buyer, (order.collection, order.token_id), quantity)

    def _pay(self, order: Order, seller: str, buyer: str, price: int) -> None:
        creator, bps = self.royalties[order.collection, order.token_id]
        royalty = 0 if creator == seller else price * min(bps, MAX_ROYALTY_BPS) // 10_000
        fee = price * FEE_BPS // 10_000
        self.money[buyer] -= price
        self.money[creator] += royalty
        self.money[TILL] += fee
        self.money[seller] += price - royalty - fee
