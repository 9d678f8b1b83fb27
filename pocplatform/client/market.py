"""The market: listings, offers, trades, sales. Amounts are euro cents."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class SignedOrder(Model):
    """An order as it was signed (EIP-712), with which any wallet can trade on the contract."""

    maker: str
    collection: str
    kind: int
    token_id: int
    amount: int
    unit_price: int
    nonce: int
    deadline: int
    signature: str


class Order(Model):
    """A listing or an offer."""

    id: str
    object: str
    status: str
    maker: str
    item: str | None = None
    parcel: str | None = None
    token_id: str
    amount: int
    remaining: int
    unit_price: int
    valid_until: datetime
    order_hash: str
    signed: SignedOrder
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class RawDivision(Model):
    """Who gets what, in the token's units of 10⁻⁶ tEUR: exact."""

    price: int
    royalty: int
    fee: int
    seller_amount: int


class Division(Model):
    """Who gets what of a price, in whole cents, rounded down."""

    price: int
    royalty: int
    royalty_receiver: str | None = None
    fee: int
    seller_amount: int
    raw: RawDivision


class Trade(Model):
    """A purchase from a listing or a sale to an offer."""

    id: str
    status: str
    order: str
    seller: str
    buyer: str
    item: str | None = None
    parcel: str | None = None
    token_id: str
    quantity: int
    division: Division
    sale: str | None = None
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class Sale(Model):
    """A sale as the chain tells of it."""

    id: str
    order: str
    seller: str
    buyer: str
    collection: str
    token_id: str
    item: str | None = None
    parcel: str | None = None
    quantity: int
    division: Division
    transaction_hash: str
    created: datetime


class Market(Resource[M]):
    """Sell what one holds, buy what others sell."""

    @operation
    async def sell(
        self,
        unit_price: int,
        *,
        item: str | None = None,
        parcel: str | None = None,
        amount: int = 1,
        valid_until: datetime | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Order:
        """Put an item or a parcel that one holds up for sale, at so many cents each."""
        body = _body(unit_price, item, parcel, amount, valid_until)
        return await self._connection.write(
            "/v1/listings", body, Order, key=idempotency_key, wait=wait
        )

    @operation
    async def offer(
        self,
        unit_price: int,
        *,
        item: str | None = None,
        parcel: str | None = None,
        amount: int = 1,
        valid_until: datetime | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Order:
        """Offer to buy an item or a parcel from whoever holds it, at so many cents each."""
        body = _body(unit_price, item, parcel, amount, valid_until)
        return await self._connection.write(
            "/v1/offers", body, Order, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, order: str) -> Order:
        """A listing (``lst_…``) or an offer (``ofr_…``); needs no key."""
        return await self._connection.read(_path(order), Order)

    @operation
    async def cancel(
        self, order: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Order:
        """Take a listing or an offer of one's own back."""
        path = f"{_path(order)}/cancel"
        return await self._connection.write(path, {}, Order, key=idempotency_key, wait=wait)

    @operation
    async def buy(
        self,
        listing: str,
        quantity: int = 1,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Trade:
        """Buy from a listing; goods and price change hands at once."""
        path, body = f"/v1/listings/{segment(listing)}/buy", {"quantity": quantity}
        return await self._connection.write(path, body, Trade, key=idempotency_key, wait=wait)

    @operation
    async def accept(
        self,
        offer: str,
        quantity: int = 1,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Trade:
        """Sell what one holds to an offer."""
        path, body = f"/v1/offers/{segment(offer)}/accept", {"quantity": quantity}
        return await self._connection.write(path, body, Trade, key=idempotency_key, wait=wait)

    @operation
    async def trade(self, trade: str) -> Trade:
        """A purchase or sale that one has asked for."""
        return await self._connection.read(f"/v1/trades/{segment(trade)}", Trade)

    @listing
    async def listings(
        self,
        *,
        seller: str | None = None,
        item: str | None = None,
        parcel: str | None = None,
        status: str | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Order]:
        """Listings, newest first; needs no key."""
        filters = {"seller": seller, "item": item, "parcel": parcel, "status": status}
        async for order in self._connection.pages("/v1/listings", Order, page_size, filters):
            yield order

    @listing
    async def offers(
        self,
        *,
        buyer: str | None = None,
        item: str | None = None,
        parcel: str | None = None,
        status: str | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Order]:
        """Offers, newest first; needs no key."""
        filters = {"buyer": buyer, "item": item, "parcel": parcel, "status": status}
        async for order in self._connection.pages("/v1/offers", Order, page_size, filters):
            yield order

    @listing
    async def trades(self, *, page_size: int = 100) -> AsyncIterator[Trade]:
        """One's own purchases from listings and sales to offers, newest first."""
        async for trade in self._connection.pages("/v1/trades", Trade, page_size):
            yield trade

    @listing
    async def sales(
        self,
        *,
        seller: str | None = None,
        buyer: str | None = None,
        item: str | None = None,
        parcel: str | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Sale]:
        """What was sold on the market, latest first; needs no key."""
        filters = {"seller": seller, "buyer": buyer, "item": item, "parcel": parcel}
        async for sale in self._connection.pages("/v1/sales", Sale, page_size, filters):
            yield sale


def _path(order: str) -> str:
    return f"/v1/{'offers' if order.startswith('ofr_') else 'listings'}/{segment(order)}"


def _body(
    unit_price: int,
    item: str | None,
    parcel: str | None,
    amount: int,
    valid_until: datetime | None,
) -> dict[str, Any]:
    return {
        "item": item,
        "parcel": parcel,
        "amount": amount,
        "unit_price": unit_price,
        "valid_until": valid_until.isoformat() if valid_until else None,
    }
