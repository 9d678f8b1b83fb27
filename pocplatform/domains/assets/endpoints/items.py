"""Items and holdings over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Query
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.assets import redeeming, service
from pocplatform.domains.assets.errors import (
    ItemTermsInvalid,
    RedemptionExpired,
    RedemptionUsed,
    RedemptionWithdrawn,
)
from pocplatform.domains.assets.models import Holding, Item, Redemption
from pocplatform.domains.assets.redeeming import Redemptions
from pocplatform.domains.assets.schemas import (
    BurnCreate,
    GateUpdate,
    HoldingRead,
    ItemCreate,
    ItemRead,
    ItemRedemptionCreate,
    ItemRedemptionRead,
    ItemTransfer,
    Kind,
    MintCreate,
)
from pocplatform.domains.assets.service import Items
from pocplatform.domains.credentials.errors import ValidityInvalid
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.transactions.acting import Done
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router, of_request
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1", tags=["Items"])

ItemId = Annotated[
    str,
    Path(
        max_length=80,
        description="itm_…, or the item's number on the chain: decimal, 0x-hex, or 64 hex digits.",
    ),
]
Somebody = Annotated[
    str | None, Query(max_length=200, description="Address, DID or organization id.")
]


def _items(session: Session, gateway: Gateway, actor: Actor) -> Items:
    return Items(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


def _redemptions(session: Session, gateway: Gateway, actor: Actor) -> Redemptions:
    return Redemptions(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


class Step:
    """What a caller does with one item."""

    def __init__(
        self, item_id: ItemId, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> None:
        self._id = item_id
        self._actor = actor
        self._gateway = gateway
        self._command = command

    async def __call__(self, act: Callable[[Items, Item], Done]) -> JSONResponse:
        """Do it, and answer with the item as it is then."""

        def work(session: Session) -> Accepted:
            item = service.get(session, self._id)
            done = act(_items(session, self._gateway, self._actor), item)
            return Accepted(done.note, done.transactions, f"/v1/items/{item.id}")

        return await self._command(work, service.read_noted)


StepDep = Annotated[Step, Depends(of_request(Step))]


@router.post(
    "/items",
    status_code=202,
    response_model=ItemRead,
    **operation(by_wallet=True, raises=(ItemTermsInvalid,), events=("item.created",)),
)
async def create_item(
    body: ItemCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Create a kind of item: a work, a thing, a ticket.

    You are its creator for ever: you mint it and get its royalty. The description is public, and
    only its salted hash goes on the chain.
    """

    def work(session: Session) -> Accepted:
        done = _items(session, gateway, actor).create(body)
        return Accepted(done.note, done.transactions, f"/v1/items/{done.resource}")

    return await command(work, service.read_noted)


@router.get("/items", dependencies=[Anonymous])
def list_items(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    creator: Somebody = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> ListPage[ItemRead]:
    """Items that were created through the platform, newest first. No key is needed."""
    address = None
    if creator is not None:
        address = organizations.resolve_address(session, creator, gateway.chain_id, param="creator")
    rows, more = page(session, Item, service.existing(creator=address, kind=kind), query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/items/{item_id}", dependencies=[Anonymous])
def get_item(item_id: ItemId, session: ReadSession) -> ItemRead:
    """An item by its id or its number on the chain. No key is needed.

    This is the address that the contract gives for an item's ERC-1155 metadata.
    """
    return service.read(session, service.get(session, item_id))


@router.get("/items/{item_id}/holders", dependencies=[Anonymous])
def list_holders(item_id: ItemId, session: ReadSession, query: PageDep) -> ListPage[HoldingRead]:
    """Who holds an item, newest holder first. No key is needed."""
    rows, more = page(session, Holding, service.holders(session, item_id), query)
    return ListPage(data=[service.read_holding(session, row) for row in rows], has_more=more)


@router.post(
    "/items/{item_id}/mint",
    status_code=202,
    response_model=ItemRead,
    **operation(by_wallet=True, events=("item.minted",)),
)
async def mint_item(body: MintCreate, step: StepDep) -> JSONResponse:
    """Mint items of yours, within the cap."""
    return await step(lambda items, it: items.mint(it, body.to, body.amount))


@router.post(
    "/items/{item_id}/transfer",
    status_code=202,
    response_model=ItemRead,
    **operation(moves_value=True, by_wallet=True, events=("item.transferred",)),
)
async def transfer_item(body: ItemTransfer, step: StepDep) -> JSONResponse:
    """Give items that you hold to somebody."""
    return await step(lambda items, it: items.transfer(it, body.to, body.amount))


@router.post(
    "/items/{item_id}/burn",
    status_code=202,
    response_model=ItemRead,
    **operation(moves_value=True, by_wallet=True, events=("item.burned",)),
)
async def burn_item(body: BurnCreate, step: StepDep) -> JSONResponse:
    """Destroy items that you hold, **for ever**."""
    return await step(lambda items, it: items.burn(it, body.amount))


@router.post(
    "/items/{item_id}/gates",
    status_code=202,
    response_model=ItemRead,
    **operation(by_wallet=True, events=("item.gate_allowed", "item.gate_forbidden")),
)
async def set_item_gate(body: GateUpdate, step: StepDep) -> JSONResponse:
    """Allow somebody to redeem an item of yours, or forbid it again."""
    return await step(lambda items, it: items.set_gate(it, body.gate, body.allowed))


@router.post(
    "/items/{item_id}/redemptions",
    status_code=201,
    response_model=ItemRedemptionRead,
    **operation(by_wallet=True, raises=(ItemTermsInvalid, ValidityInvalid)),
)
async def present_item(
    item_id: ItemId,
    body: ItemRedemptionCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Present items that you hold at a gate, such as a ticket at the door.

    Nothing is used up yet: the gate does that with the redemption's id, for instance from a QR
    code, within the time that you give it.
    """

    def work(session: Session) -> Accepted:
        item = service.get(session, item_id)
        redemption = _redemptions(session, gateway, actor).present(
            item, body.gate, body.amount, body.valid_until
        )
        return Accepted(redemption.id, location=f"/v1/item_redemptions/{redemption.id}")

    return await command(work, redeeming.read_noted, created=True)


@router.get("/item_redemptions")
def list_redemptions(
    actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[ItemRedemptionRead]:
    """What you have presented, and what was presented to you, newest first."""
    visible = redeeming.visible_to(None if actor.org_id is None else actor.address)
    rows, more = page(session, Redemption, visible, query)
    return ListPage(data=[redeeming.read(session, row) for row in rows], has_more=more)


@router.get("/item_redemptions/{redemption_id}")
def get_redemption(redemption_id: str, actor: Reader, session: ReadSession) -> ItemRedemptionRead:
    """What you have presented, or what was presented to you."""
    address = None if actor.org_id is None else actor.address
    return redeeming.read(session, redeeming.get(session, address, redemption_id))


@router.post(
    "/item_redemptions/{redemption_id}/accept",
    status_code=202,
    response_model=ItemRedemptionRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(RedemptionExpired, RedemptionUsed, RedemptionWithdrawn),
        events=("item.redeemed",),
    ),
)
async def accept_redemption(
    redemption_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Use up what was presented to you, as the gate."""

    def work(session: Session) -> Accepted:
        done = _redemptions(session, gateway, actor).redeem(redemption_id)
        location = f"/v1/item_redemptions/{redemption_id}"
        return Accepted(done.note, done.transactions, location)

    return await command(work, redeeming.read_noted)


@router.post(
    "/item_redemptions/{redemption_id}/withdraw",
    status_code=202,
    response_model=ItemRedemptionRead,
    **operation(
        by_wallet=True,
        raises=(RedemptionExpired, RedemptionUsed, RedemptionWithdrawn),
        events=("item.redemption_withdrawn",),
    ),
)
async def withdraw_redemption(
    redemption_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take back what you have presented, on the chain: the gate cannot use it up any more."""

    def work(session: Session) -> Accepted:
        done = _redemptions(session, gateway, actor).withdraw(redemption_id)
        location = f"/v1/item_redemptions/{redemption_id}"
        return Accepted(done.note, done.transactions, location)

    return await command(work, redeeming.read_noted)


@router.get("/holdings")
def list_holdings(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    owner: Somebody = None,
) -> ListPage[HoldingRead]:
    """What you hold, or anybody else: items and parcels, newest first."""
    address = actor.address
    if owner is not None:
        address = organizations.resolve_address(session, owner, gateway.chain_id, param="owner")
    rows, more = page(session, Holding, service.holdings(owner=address), query)
    return ListPage(data=[service.read_holding(session, row) for row in rows], has_more=more)
