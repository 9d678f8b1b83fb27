"""The explorer: what is on the chain, in people's words first, and technical words one click below.

Everybody may look: nothing is shown that GET without a key does not answer.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import NotFound
from pocplatform.client.explorer import ChainEvent, Found
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.web import inside, public_live, showing
from pocplatform.web.rendering import Page, PageDep

router = Router(include_in_schema=False, prefix="/explorer")

_AT_ONCE = 20
_LATEST = 10
_HASH = re.compile("0x[0-9a-fA-F]{64}")
_PLACES = {
    "transaction": "/explorer/transactions/{}",
    "block": "/explorer/blocks/{}",
    "address": "/explorer/addresses/{}",
    "account": "/explorer/addresses/{}",
    "organization": "/explorer/addresses/{}",
    "contract": "/explorer/contracts/{}",
    "agreement": "/explorer/agreements/{}",
    "space": "/spaces/{}",
    "item": "/explorer/items/{}",
    "parcel": "/explorer/parcels/{}",
}
"""Where things have their pages, by what the API calls them."""

Cursor = Annotated[str | None, Query(max_length=100)]


def place_of(kind: str | None, ref: str | None) -> str | None:
    """The address of the page about something; None for what has none."""
    path = _PLACES.get(kind or "")
    return path.format(ref) if path is not None and ref is not None else None


@router.get("")
async def start(page: PageDep) -> HTMLResponse:
    """The latest transactions and blocks, and a field to look for anything."""
    async with inside.sandbox(page) as sandbox:
        transactions, blocks = await asyncio.gather(
            sandbox.explorer.transactions_page(limit=_LATEST),
            sandbox.explorer.blocks_page(limit=_LATEST),
        )
    return _html(
        page, "explorer/start.html", transactions=transactions.data, blocks=blocks.data, query=""
    )


@router.get("/live")
async def live(
    request: Request,
    gateway: GatewayDep,
    seen: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:
    """Says that there is a newer block than the page shows (``seen``)."""
    return public_live.blocks(request, gateway, seen)


@router.get("/search")
async def search(page: PageDep, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What was found; straight to it where it is one thing."""
    if not q.strip():
        return page.redirect("/explorer")
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.search(q.strip())
    if len(found.data) == 1 and (path := _path_of(found.data[0])) is not None:
        return page.redirect(path)
    return _html(page, "explorer/search.html", 200 if found.data else 404, found=found, query=q)


@router.get("/transactions")
async def transactions(page: PageDep, after: Cursor = None, before: Cursor = None) -> HTMLResponse:
    """All transactions, page by page."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.transactions_page(limit=_AT_ONCE, after=after, before=before)
    return _html(
        page, "explorer/transactions.html", transactions=found.data, query="",
        pages=_pages(found.data, found.has_more, after, before),
    )  # fmt: skip


@router.get("/transactions/{hash_}")
async def transaction(hash_: str, page: PageDep) -> HTMLResponse:
    """A transaction: what it did, what it brought about, and underneath how."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.transaction(hash_)
    return _html(
        page,
        "explorer/transaction.html",
        it=found,
        events=[event for event in found.events if not _is_detail(event)],
        details=[event for event in found.events if _is_detail(event)],
        arguments=_as_json(found.arguments),
        costs=showing.costs(found.gas_used or 0),
        priced=showing.Words(page.language).priced,
        query="",
    )


@router.get("/blocks")
async def blocks(page: PageDep, after: Cursor = None, before: Cursor = None) -> HTMLResponse:
    """All blocks, page by page."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.blocks_page(limit=_AT_ONCE, after=after, before=before)
    return _html(
        page, "explorer/blocks.html", blocks=found.data, query="",
        pages=_pages(found.data, found.has_more, after, before),
    )  # fmt: skip


@router.get("/blocks/{which}")
async def block(
    which: str, page: PageDep, after: Cursor = None, before: Cursor = None
) -> HTMLResponse:
    """A block with its transactions."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.block(which)
        newest = (await sandbox.explorer.blocks_page(limit=1)).data[0].number
        inside_it = await sandbox.explorer.transactions_page(
            block=found.number, limit=_AT_ONCE, after=after, before=before
        )
    return _html(
        page, "explorer/block.html", it=found, newest=newest, transactions=inside_it.data, query="",
        pages=_pages(inside_it.data, inside_it.has_more, after, before),
    )  # fmt: skip


@router.get("/addresses/{who}")
async def address(
    who: str, page: PageDep, after: Cursor = None, before: Cursor = None
) -> HTMLResponse:
    """An account: a company, a person or a contract."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.address(who)
        of_it = await sandbox.explorer.transactions_page(
            address=found.address, limit=_AT_ONCE, after=after, before=before
        )
        events: Sequence[ChainEvent] = ()
        contract = None
        if found.code_bytes:
            events = (await sandbox.explorer.events_page(found.address, limit=_LATEST)).data
            try:
                contract = await sandbox.explorer.contract(found.address)
            except NotFound:
                contract = None  # a stranger's
    return _html(
        page, "explorer/address.html", it=found, transactions=of_it.data, events=events,
        contract=contract, query="", pages=_pages(of_it.data, of_it.has_more, after, before),
    )  # fmt: skip


@router.get("/contracts")
async def contracts(page: PageDep) -> HTMLResponse:
    """The contracts that everybody may read."""
    async with inside.sandbox(page) as sandbox:
        chain = await sandbox.chain.get()
        named = await sandbox.explorer.names([one.address for one in chain.contracts])
    return _html(page, "explorer/contracts.html", chain=chain, named=named, query="")


@router.get("/contracts/{which}")
async def contract(
    which: str, page: PageDep, after: Cursor = None, before: Cursor = None
) -> HTMLResponse:
    """A contract: what it has told, its functions, its ABI and its source."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.explorer.contract(which)
        told = await sandbox.explorer.events_page(
            found.address, limit=_AT_ONCE, after=after, before=before
        )
    return _html(
        page, "explorer/contract.html", it=found, events=told.data, abi=_as_json(found.abi),
        functions=[_signature(one) for one in found.abi if one["type"] == "function"], query="",
        pages=_pages(told.data, told.has_more, after, before),
    )  # fmt: skip


@router.get("/agreements/{hash_}")
async def agreement(hash_: str, page: PageDep) -> HTMLResponse:
    """An agreement as the chain has it: its state and what happened, nothing of its text."""
    async with inside.sandbox(page) as sandbox:
        proof = await sandbox.request("GET", f"/v1/agreement_proofs/{hash_}")
        told = []
        if _HASH.fullmatch(hash_):
            told = (await sandbox.explorer.events_page(
                "ServiceAgreements", about=hash_, limit=100
            )).data  # fmt: skip
    return _html(
        page, "explorer/agreement.html", proof=proof, events=told, query="",
        words=showing.Words(page.language),
    )  # fmt: skip


@router.get("/tokens")
async def tokens(page: PageDep) -> HTMLResponse:
    """The test money, and the latest items and parcels."""
    async with inside.sandbox(page) as sandbox:
        euro = await sandbox.explorer.contract("PilotEuro")
        items = await _first(sandbox.items.list(page_size=_AT_ONCE))
        parcels = await _first(sandbox.parcels.list(page_size=_AT_ONCE))
    return _html(page, "explorer/tokens.html", euro=euro, items=items, parcels=parcels, query="")


@router.get("/items/{item_id}")
async def item(item_id: str, page: PageDep) -> HTMLResponse:
    """An item: who made it, how many there are, who holds it."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.items.get(item_id)
        holders = await _first(sandbox.items.holders(item_id, page_size=_AT_ONCE))
        named = await sandbox.explorer.names([found.creator, *(one.owner for one in holders)])
    return _html(page, "explorer/item.html", it=found, holders=holders, named=named, query="")


@router.get("/parcels/{parcel_id}")
async def parcel(parcel_id: str, page: PageDep) -> HTMLResponse:
    """A parcel: whose it is, who uses it, and on what terms it is to let."""
    async with inside.sandbox(page) as sandbox:
        found = await sandbox.parcels.get(parcel_id)
        space = await sandbox.spaces.get(found.space)
        named = await sandbox.explorer.names([one for one in (found.owner, found.user) if one])
    return _html(page, "explorer/parcel.html", it=found, space=space, named=named, query="")


def _html(page: Page, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return page.html(template, status, place_of=place_of, path_of=_path_of, **values)


def _path_of(found: Found) -> str | None:
    return place_of(found.kind, found.ref)


async def _first(listed: Any) -> list[Any]:
    """The first page of a list."""
    found = []
    async for one in listed:
        found.append(one)
        if len(found) == _AT_ONCE:
            break
    return found


def _pages(
    data: Sequence[Any], more: bool, after: str | None, before: str | None
) -> dict[str, str | None]:
    """Cursors to newer and to older ones, where there are any."""
    if not data:
        return {"newer": None, "older": None}
    newer = more if before is not None else after is not None
    older = True if before is not None else more
    return {
        "newer": data[0].id if newer else None,
        "older": data[-1].id if older else None,
    }


_DETAILS = {"Approval", "ApprovalForAll", "AuthorizationUsed", "NonceCancelled", "UpdateUser"}
"""Events that tell of the means, and not of what came of it."""


def _is_detail(event: ChainEvent) -> bool:
    return event.event in _DETAILS


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _signature(entry: dict[str, Any]) -> str:
    inputs = ", ".join(f"{one['type']} {one.get('name', '')}".strip() for one in entry["inputs"])
    return f"{entry['name']}({inputs})"
