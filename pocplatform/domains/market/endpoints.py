"""The market over HTTP."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session

from pocplatform.domains.credentials.errors import ValidityInvalid
from pocplatform.domains.market import service, trading
from pocplatform.domains.market.errors import (
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderInvalid,
    OwnOrder,
)
from pocplatform.domains.market.models import Order, Sale, Trade
from pocplatform.domains.market.schemas import (
    OrderCreate,
    OrderRead,
    SaleRead,
    Side,
    Status,
    TradeCreate,
    TradeRead,
)
from pocplatform.domains.market.trading import Trading
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import (
    Anonymous,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, PageQuery, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1", tags=["Market"])

Somebody = Annotated[
    str | None, Query(max_length=200, description="Address, DID or organization id.")
]
ItemQuery = Annotated[str | None, Query(max_length=80, description="itm_… or its number.")]
ParcelQuery = Annotated[str | None, Query(max_length=80, description="prc_… or its number.")]
StatusQuery = Annotated[Status | None, Query()]

_CLOSED = (OrderFilled, OrderCancelled, OrderExpired)
_PLURAL = {"listing": "listings", "offer": "offers"}


def _trading(session: Session, gateway: Gateway, actor: Actor) -> Trading:
    return Trading(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


async def _create(
    side: Side, body: OrderCreate, actor: Actor, gateway: Gateway, command: Command
) -> JSONResponse:
    def work(session: Session) -> Accepted:
        done = _trading(session, gateway, actor).create(side, body)
        return Accepted(done.note, done.transactions, f"/v1/{_PLURAL[side]}/{done.resource}")

    def render(session: Session, note: str) -> BaseModel:
        return service.read_noted(session, note, gateway.contracts)

    return await command(work, render, created=True)


async def _cancel(
    side: Side, order_id: str, actor: Actor, gateway: Gateway, command: Command
) -> JSONResponse:
    def work(session: Session) -> Accepted:
        order = service.get(session, side, order_id)
        done = _trading(session, gateway, actor).cancel(order)
        return Accepted(done.note, done.transactions, f"/v1/{_PLURAL[side]}/{order.id}")

    def render(session: Session, note: str) -> BaseModel:
        return service.read_noted(session, note, gateway.contracts)

    return await command(work, render)


async def _trade(
    side: Side,
    order_id: str,
    body: TradeCreate,
    actor: Actor,
    gateway: Gateway,
    command: Command,
) -> JSONResponse:
    def work(session: Session) -> Accepted:
        order, acting = service.get(session, side, order_id), _trading(session, gateway, actor)
        act = acting.buy if side == "listing" else acting.sell
        done = act(order, body.quantity)
        return Accepted(done.note, done.transactions, f"/v1/trades/{done.resource}")

    return await command(work, trading.read_trade_noted)


def _list(
    side: Side,
    session: Session,
    gateway: Gateway,
    query: PageQuery,
    maker: str | None,
    item: str | None,
    parcel: str | None,
    status: Status | None,
) -> ListPage[OrderRead]:
    wanted = service.orders(session, side, maker=maker, item=item, parcel=parcel, status=status)
    rows, more = page(session, Order, wanted, query)
    data = [service.read(session, row, gateway.contracts) for row in rows]
    return ListPage(data=data, has_more=more)


def _address(session: Session, gateway: Gateway, who: str | None, param: str) -> str | None:
    if who is None:
        return None
    return organizations.resolve_address(session, who, gateway.chain_id, param=param)


@router.post(
    "/listings",
    status_code=201,
    response_model=OrderRead,
    **operation(by_wallet=True, raises=(OrderInvalid, ValidityInvalid)),
)
async def create_listing(
    body: OrderCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Put up for sale what you hold, by your wallet's signature.

    It stays with you until it is sold. Your first listing of a kind also lets the market move what
    you sell, which is a transaction.
    """
    return await _create("listing", body, actor, gateway, command)


@router.get("/listings", dependencies=[Anonymous])
def list_listings(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    seller: Somebody = None,
    item: ItemQuery = None,
    parcel: ParcelQuery = None,
    status: StatusQuery = None,
) -> ListPage[OrderRead]:
    """Listings, newest first. No key is needed."""
    maker = _address(session, gateway, seller, "seller")
    return _list("listing", session, gateway, query, maker, item, parcel, status)


@router.get("/listings/{listing_id}", dependencies=[Anonymous])
def get_listing(listing_id: str, session: ReadSession, gateway: GatewayDep) -> OrderRead:
    """A listing, with the signature by which any wallet can buy on the contract itself."""
    order = service.get(session, "listing", listing_id)
    return service.read(session, order, gateway.contracts)


@router.post(
    "/listings/{listing_id}/cancel",
    status_code=202,
    response_model=OrderRead,
    **operation(by_wallet=True, raises=_CLOSED, events=("listing.cancelled",)),
)
async def cancel_listing(
    listing_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take a listing of yours back, on the chain."""
    return await _cancel("listing", listing_id, actor, gateway, command)


@router.post(
    "/listings/{listing_id}/buy",
    status_code=202,
    response_model=TradeRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(*_CLOSED, OwnOrder, OrderInvalid),
        events=("listing.sold", "item.transferred", "parcel.transferred", "payment.received"),
    ),
)
async def buy_from_listing(
    listing_id: str,
    body: TradeCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Buy from a listing: goods and price change hands at once, or neither does.

    The creator's royalty and the platform's fee are part of the price.
    """
    return await _trade("listing", listing_id, body, actor, gateway, command)


@router.post(
    "/offers",
    status_code=201,
    response_model=OrderRead,
    **operation(by_wallet=True, raises=(OrderInvalid, ValidityInvalid)),
)
async def create_offer(
    body: OrderCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Offer to buy an item or a parcel, by your wallet's signature.

    The money stays with you until somebody accepts, and must be there then. Your first offer also
    lets the market take what you have signed for, which is a transaction.
    """
    return await _create("offer", body, actor, gateway, command)


@router.get("/offers", dependencies=[Anonymous])
def list_offers(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    buyer: Somebody = None,
    item: ItemQuery = None,
    parcel: ParcelQuery = None,
    status: StatusQuery = None,
) -> ListPage[OrderRead]:
    """Offers, newest first. No key is needed."""
    maker = _address(session, gateway, buyer, "buyer")
    return _list("offer", session, gateway, query, maker, item, parcel, status)


@router.get("/offers/{offer_id}", dependencies=[Anonymous])
def get_offer(offer_id: str, session: ReadSession, gateway: GatewayDep) -> OrderRead:
    """An offer, with the signature by which any wallet can sell on the contract itself."""
    return service.read(session, service.get(session, "offer", offer_id), gateway.contracts)


@router.post(
    "/offers/{offer_id}/cancel",
    status_code=202,
    response_model=OrderRead,
    **operation(by_wallet=True, raises=_CLOSED, events=("offer.cancelled",)),
)
async def cancel_offer(
    offer_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take an offer of yours back, on the chain."""
    return await _cancel("offer", offer_id, actor, gateway, command)


@router.post(
    "/offers/{offer_id}/accept",
    status_code=202,
    response_model=TradeRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(*_CLOSED, OwnOrder, OrderInvalid),
        events=("offer.accepted", "item.transferred", "parcel.transferred", "payment.received"),
    ),
)
async def accept_offer(
    offer_id: str,
    body: TradeCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Sell what you hold to an offer, at once.

    The creator's royalty and the platform's fee are taken from the price.
    """
    return await _trade("offer", offer_id, body, actor, gateway, command)


@router.get("/trades")
def list_trades(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[TradeRead]:
    """Your purchases from listings and sales to offers, newest first."""
    rows, more = page(session, Trade, trading.trades(actor.org_id), query)
    return ListPage(data=[trading.read_trade(session, row) for row in rows], has_more=more)


@router.get("/trades/{trade_id}")
def get_trade(trade_id: str, actor: Reader, session: ReadSession) -> TradeRead:
    """A purchase or sale of yours."""
    return trading.read_trade(session, trading.get_trade(session, actor.org_id, trade_id))


@router.get("/sales", dependencies=[Anonymous])
def list_sales(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    seller: Somebody = None,
    buyer: Somebody = None,
    item: ItemQuery = None,
    parcel: ParcelQuery = None,
) -> ListPage[SaleRead]:
    """What was sold on the market, latest first. No key is needed: the chain makes it public."""
    wanted = trading.sales(
        session,
        gateway.contracts,
        seller=_address(session, gateway, seller, "seller"),
        buyer=_address(session, gateway, buyer, "buyer"),
        item=item,
        parcel=parcel,
    )
    rows, more = page(session, Sale, wanted, query)
    data = [trading.read_sale(session, row, gateway.contracts) for row in rows]
    return ListPage(data=data, has_more=more)
