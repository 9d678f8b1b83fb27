"""Items, tickets among them, and what somebody holds."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Document, Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class Item(Model):
    """A kind of item."""

    id: str
    token_id: str
    kind: str
    status: str
    name: str
    description: str = ""
    image: str | None = None
    document: Document
    creator: str
    transferable: bool
    cap: int | None = None
    minted: int
    redeemed: int
    burned: int
    royalty_bps: int = 0
    royalty_receiver: str | None = None
    gates: list[str] = Field(default_factory=list)
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class Holding(Model):
    """How much of one thing somebody holds."""

    id: str
    owner: str
    collection: str
    token_id: str
    item: str | None = None
    name: str | None = None
    amount: int


class Redemption(Model):
    """A holder's consent that a gate redeems items."""

    id: str
    item: str
    holder: str
    gate: str
    amount: int
    status: str
    reference: str
    valid_until: datetime
    redeemed: datetime | None = None
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class Items(Resource[M]):
    """Create, mint, give and redeem items."""

    @operation
    async def create(
        self,
        name: str,
        *,
        kind: Literal["item", "ticket"] = "item",
        description: str | None = None,
        image: str | None = None,
        cap: int | None = None,
        transferable: bool = True,
        royalty_bps: int = 0,
        royalty_receiver: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Item:
        """A new kind of item; none of it is minted yet.

        Args:
            name: Public, but never on the chain; likewise description and image.
            kind: A ticket is an item that lets its holder into a space.
            description: What it is.
            image: Address of a picture.
            cap: How many may ever be minted; no limit if not given.
            transferable: Whether it can change hands.
            royalty_bps: Of each sale, in 1/100 of a percent, at most 1,000.
            royalty_receiver: Who gets the royalty; the caller if not given.
            wait: Seconds to wait for the chain.
            idempotency_key: Names this request; without it, a fresh one.
        """
        body = {
            "name": name,
            "kind": kind,
            "description": description,
            "image": image,
            "cap": cap,
            "transferable": transferable,
            "royalty_bps": royalty_bps,
            "royalty_receiver": royalty_receiver,
        }
        return await self._connection.write("/v1/items", body, Item, key=idempotency_key, wait=wait)

    @operation
    async def get(self, item: str) -> Item:
        """An item by its id or number; needs no key."""
        return await self._connection.read(f"/v1/items/{segment(item)}", Item)

    @listing
    async def list(
        self, *, creator: str | None = None, kind: str | None = None, page_size: int = 100
    ) -> AsyncIterator[Item]:
        """All items, or those of a creator and kind, newest first; needs no key."""
        filters = {"creator": creator, "kind": kind}
        async for item in self._connection.pages("/v1/items", Item, page_size, filters):
            yield item

    @operation
    async def mint(
        self,
        item: str,
        to: str | None = None,
        amount: int = 1,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Item:
        """Mint items of one's own for somebody, or for oneself."""
        return await self._do(item, "mint", {"to": to, "amount": amount}, wait, idempotency_key)

    @operation
    async def transfer(
        self,
        item: str,
        to: str,
        amount: int = 1,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Item:
        """Give items that one holds to somebody."""
        return await self._do(item, "transfer", {"to": to, "amount": amount}, wait, idempotency_key)

    @operation
    async def burn(
        self,
        item: str,
        amount: int = 1,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Item:
        """Destroy items that one holds, for ever."""
        return await self._do(item, "burn", {"amount": amount}, wait, idempotency_key)

    @operation
    async def set_gate(
        self,
        item: str,
        gate: str,
        *,
        allowed: bool = True,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Item:
        """Allow somebody to redeem an item of one's own, or forbid it again."""
        body = {"gate": gate, "allowed": allowed}
        return await self._do(item, "gates", body, wait, idempotency_key)

    @operation
    async def present(
        self,
        item: str,
        amount: int = 1,
        *,
        gate: str | None = None,
        valid_until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Redemption:
        """Present items that one holds at a gate (its creator), which can redeem them by the id."""
        until = valid_until.isoformat() if valid_until else None
        body = {"amount": amount, "gate": gate, "valid_until": until}
        return await self._connection.write(
            f"/v1/items/{segment(item)}/redemptions", body, Redemption, key=idempotency_key, wait=0
        )

    @operation
    async def redeem(
        self, redemption: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Redemption:
        """Use up what was presented to the caller."""
        path = f"/v1/item_redemptions/{segment(redemption)}/accept"
        return await self._connection.write(path, {}, Redemption, key=idempotency_key, wait=wait)

    @operation
    async def take_back(
        self, redemption: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Redemption:
        """Present no more what one has presented."""
        path = f"/v1/item_redemptions/{segment(redemption)}/withdraw"
        return await self._connection.write(path, {}, Redemption, key=idempotency_key, wait=wait)

    @listing
    async def redemptions(self, *, page_size: int = 100) -> AsyncIterator[Redemption]:
        """What one has presented, and what was presented to one."""
        path = "/v1/item_redemptions"
        async for redemption in self._connection.pages(path, Redemption, page_size):
            yield redemption

    @listing
    async def holders(self, item: str, *, page_size: int = 100) -> AsyncIterator[Holding]:
        """Who holds an item; needs no key."""
        path = f"/v1/items/{segment(item)}/holders"
        async for holding in self._connection.pages(path, Holding, page_size):
            yield holding

    @listing
    async def holdings(
        self, owner: str | None = None, *, page_size: int = 100
    ) -> AsyncIterator[Holding]:
        """What one holds, or somebody else: items and parcels."""
        filters = {"owner": owner}
        async for holding in self._connection.pages("/v1/holdings", Holding, page_size, filters):
            yield holding

    async def _do(
        self, item: str, what: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Item:
        path = f"/v1/items/{segment(item)}/{what}"
        return await self._connection.write(path, body, Item, key=key, wait=wait)
