"""The explorer: what everybody may see of the chain, in plain words. It needs no key."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Model, Page
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.parcels import Parcel, Plan
from pocplatform.client.paths import segment
from pocplatform.client.spaces import Space, SpaceLink, Visit

_PATH = "/v1/explorer"


class SentencePart(Model):
    """A part of a sentence: words, or the name of an account, item, parcel, space or agreement."""

    text: str
    kind: str | None = None
    ref: str | None = None


class Block(Model):
    """A block of the chain."""

    id: str
    number: int
    hash: str
    parent_hash: str
    transactions: int
    created: datetime


class ChainTransaction(Model):
    """A transaction in a block, whoever has sent it."""

    id: str
    sentence: str
    parts: list[SentencePart]
    effect: bool
    block: int
    position: int
    sender: str
    to: str | None
    contract: str | None
    function: str | None
    value: str
    gas_used: int | None
    created: datetime


class SourceVerified(Model):
    """That whoever has the source of a contract has compared it with the code; not the source."""

    match: Literal["exact_match", "match"]
    created: datetime


class ChainEvent(Model):
    """A log of a contract."""

    id: str
    sentence: str
    parts: list[SentencePart]
    address: str
    contract: str | None
    event: str | None
    signature: str | None
    arguments: dict[str, Any]
    block: int
    log_index: int
    transaction_hash: str
    topics: list[str]
    data: str
    created: datetime


class Revert(Model):
    """Why a transaction had no effect."""

    name: str
    explanation: str


class ChainTransactionDetail(ChainTransaction):
    """A transaction with all that it brought about."""

    signature: str | None
    arguments: dict[str, Any]
    nonce: int
    input: str
    error: Revert | None = None
    events: list[ChainEvent]
    events_left_out: int = 0


class Held(Model):
    """Something that an account holds."""

    collection: str
    id: str | None
    token_id: str
    name: str | None
    amount: str


class Address(Model):
    """An account of the chain; its balance in whole euro cents, its ether in wei."""

    address: str
    did: str
    kind: str
    name: str | None
    balance: int
    balance_raw: str
    ether: str
    transactions_sent: int
    code_bytes: int
    verification: SourceVerified | None = None
    holdings: list[Held]
    more_holdings: bool = False


class NamedAddress(Model):
    """Who is behind an address, as far as everybody may know."""

    address: str
    name: str | None
    kind: str


class _Names(Model):
    data: list[NamedAddress]


class Token(Model):
    """A currency; its supply in whole euro cents."""

    symbol: str
    decimals: int
    supply: int


class PublicContract(Model):
    """A contract of the deployment."""

    name: str
    title: str
    address: str
    package: str
    version: str
    license: str
    code_hash: str
    verified: bool
    source_file: str
    source: str | None
    abi: list[dict[str, Any]]
    token: Token | None = None


class Found(Model):
    """Something that was found; what ``ref`` is depends on the kind."""

    kind: str
    ref: str
    title: str


class Search(Model):
    """What was found for a question, and as what it was understood."""

    query: str
    understood: list[str] = Field(default_factory=list)
    data: list[Found]


class Offer(Model):
    """Something that can be bought in a space, by its listing; the price in cents."""

    listing: str
    collection: str | None
    id: str | None
    name: str | None
    seller: str
    remaining: int
    unit_price: int


class Sold(Model):
    """Something that was bought in a space; the price of all together in cents."""

    collection: str | None
    id: str | None
    name: str | None
    seller: str
    buyer: str
    quantity: int
    price: int
    transaction_hash: str
    created: datetime


class SpaceView(Model):
    """A space and what is in it, each kind up to a limit."""

    space: Space
    plan: Plan
    parcels: list[Parcel]
    visitors: list[Visit]
    links: list[SpaceLink]
    offers: list[Offer]
    sales: list[Sold]
    ticket_name: str | None
    names: list[NamedAddress]


class Explorer(Resource[M]):
    """Read the chain. Lists also come page by page, for those who show pages."""

    @listing
    async def blocks(self, *, page_size: int = 100) -> AsyncIterator[Block]:
        """All recorded blocks, newest first."""
        async for block in self._connection.pages(f"{_PATH}/blocks", Block, page_size):
            yield block

    @operation
    async def blocks_page(
        self, *, limit: int = 20, after: str | None = None, before: str | None = None
    ) -> Page[Block]:
        """A page of blocks, older than one or newer than one."""
        params = _page(limit, after, before)
        return await self._connection.read(f"{_PATH}/blocks", Page[Block], params=params)

    @operation
    async def block(self, number_or_hash: int | str) -> Block:
        """A block by its number or its hash."""
        return await self._connection.read(f"{_PATH}/blocks/{segment(str(number_or_hash))}", Block)

    @listing
    async def transactions(
        self, *, block: int | None = None, address: str | None = None, page_size: int = 100
    ) -> AsyncIterator[ChainTransaction]:
        """All transactions, newest first: of a block, of an account, or of everybody."""
        path, filters = f"{_PATH}/transactions", _given(block=block, address=address)
        async for one in self._connection.pages(path, ChainTransaction, page_size, filters):
            yield one

    @operation
    async def transactions_page(
        self,
        *,
        block: int | None = None,
        address: str | None = None,
        limit: int = 20,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[ChainTransaction]:
        """A page of the same, older than one or newer than one."""
        params = {**_page(limit, after, before), **_given(block=block, address=address)}
        path = f"{_PATH}/transactions"
        return await self._connection.read(path, Page[ChainTransaction], params=params)

    @operation
    async def transaction(self, hash_: str) -> ChainTransactionDetail:
        """A transaction with what it brought about."""
        path = f"{_PATH}/transactions/{segment(hash_)}"
        return await self._connection.read(path, ChainTransactionDetail)

    @operation
    async def address(self, address: str) -> Address:
        """What the chain has of an account, by address or DID."""
        return await self._connection.read(f"{_PATH}/addresses/{segment(address)}", Address)

    @operation
    async def names(self, addresses: Sequence[str]) -> dict[str, NamedAddress]:
        """Who is behind some addresses (at most 100), by address."""
        wanted = list(dict.fromkeys(addresses))
        if not wanted:
            return {}
        params = {"address": wanted}
        found = await self._connection.read(f"{_PATH}/names", _Names, params=params)
        return {one.address: one for one in found.data}

    @operation
    async def contract(self, name_or_address: str) -> PublicContract:
        """A contract of the deployment, with ABI and source."""
        path = f"{_PATH}/contracts/{segment(name_or_address)}"
        return await self._connection.read(path, PublicContract)

    @listing
    async def events(
        self, contract: str, *, about: str | None = None, page_size: int = 100
    ) -> AsyncIterator[ChainEvent]:
        """What a contract has told, newest first.

        Args:
            contract: Its address, or its name in the deployment.
            about: Only events whose first indexed argument is this (32 bytes in hex).
            page_size: How many are fetched at a time.
        """
        path = f"{_PATH}/contracts/{segment(contract)}/events"
        async for event in self._connection.pages(path, ChainEvent, page_size, _given(about=about)):
            yield event

    @operation
    async def events_page(
        self,
        contract: str,
        *,
        about: str | None = None,
        limit: int = 20,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[ChainEvent]:
        """A page of the same, older than one or newer than one."""
        params = {**_page(limit, after, before), **_given(about=about)}
        path = f"{_PATH}/contracts/{segment(contract)}/events"
        return await self._connection.read(path, Page[ChainEvent], params=params)

    @operation
    async def space(self, space: str) -> SpaceView:
        """A space with all that is in it: plan, parcels, people, ways out, offers, sales."""
        return await self._connection.read(f"/v1/spaces/{segment(space)}/view", SpaceView)

    @operation
    async def search(self, text: str) -> Search:
        """Look for a hash, block, address, DID, reference, id or public name."""
        return await self._connection.read(f"{_PATH}/search", Search, params={"q": text})


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _page(limit: int, after: str | None, before: str | None) -> dict[str, Any]:
    return {"limit": limit, **_given(starting_after=after, ending_before=before)}
