"""Mint vouchers over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.assets import service, vouchers
from pocplatform.domains.assets.endpoints.items import ItemId
from pocplatform.domains.assets.errors import (
    ItemTermsInvalid,
    VoucherExpired,
    VoucherUsed,
    VoucherWithdrawn,
)
from pocplatform.domains.assets.models import MintVoucher
from pocplatform.domains.assets.schemas import ItemVoucherCreate, ItemVoucherRead
from pocplatform.domains.assets.vouchers import Vouchers
from pocplatform.domains.credentials.errors import ValidityInvalid
from pocplatform.domains.transactions.acting import Done
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import Forbidden

router = Router(prefix="/v1", tags=["Items"])

_OVER = (VoucherExpired, VoucherUsed, VoucherWithdrawn)


def _vouchers(session: Session, gateway: Gateway, actor: Actor) -> Vouchers:
    return Vouchers(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


def _involved(actor: Actor) -> str | None:
    """Whose vouchers a caller sees; the organisers see all."""
    return None if actor.org_id is None else actor.address


def _shown(gateway: Gateway) -> Callable[[Session, str], ItemVoucherRead]:
    return lambda session, note: vouchers.read_noted(session, note, gateway.contracts)


@router.post(
    "/items/{item_id}/vouchers",
    status_code=201,
    response_model=ItemVoucherRead,
    **operation(
        by_wallet=True,
        raises=(Forbidden, ItemTermsInvalid, ValidityInvalid),
        events=("item.voucher_issued",),
    ),
)
async def issue_item_voucher(
    item_id: ItemId,
    body: ItemVoucherCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Sign that somebody gets items of yours, which are minted when the voucher is redeemed.

    Nothing goes on the chain before that, so vouchers cost nothing, and what nobody fetches is
    never minted. They reserve nothing: within the cap, who comes first is served first. The
    contract takes no payment with it; have it paid before, or mint and sell by a listing.
    """

    def work(session: Session) -> Accepted:
        item = service.get(session, item_id)
        voucher = _vouchers(session, gateway, actor).issue(
            item, body.to, body.amount, body.valid_until
        )
        return Accepted(voucher.id, location=f"/v1/item_vouchers/{voucher.id}")

    return await command(work, _shown(gateway), created=True)


@router.get("/item_vouchers")
def list_item_vouchers(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    item: Annotated[
        str | None, Query(max_length=80, description="itm_…, or the item's number on the chain.")
    ] = None,
) -> ListPage[ItemVoucherRead]:
    """Vouchers that you have signed, and those that were given to you, newest first."""
    wanted = vouchers.visible_to(session, _involved(actor), item)
    rows, more = page(session, MintVoucher, wanted, query)
    shown = [vouchers.read(session, row, gateway.contracts) for row in rows]
    return ListPage(data=shown, has_more=more)


@router.get("/item_vouchers/{voucher_id}")
def get_item_voucher(
    voucher_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> ItemVoucherRead:
    """A voucher that you have signed, or that was given to you."""
    found = vouchers.get(session, _involved(actor), voucher_id)
    return vouchers.read(session, found, gateway.contracts)


@router.post(
    "/item_vouchers/{voucher_id}/redeem",
    status_code=202,
    response_model=ItemVoucherRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=_OVER,
        events=("item.voucher_redeemed", "item.minted"),
    ),
)
async def redeem_item_voucher(
    voucher_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Have the items of a voucher minted, for whom it names; its creator may do it for them."""
    return await _act(voucher_id, actor, gateway, command, lambda all_, one: all_.redeem(one))


@router.post(
    "/item_vouchers/{voucher_id}/withdraw",
    status_code=202,
    response_model=ItemVoucherRead,
    **operation(by_wallet=True, raises=(Forbidden, *_OVER), events=("item.voucher_withdrawn",)),
)
async def withdraw_item_voucher(
    voucher_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Make a voucher of yours useless, on the chain, before it is redeemed."""
    return await _act(voucher_id, actor, gateway, command, lambda all_, one: all_.withdraw(one))


async def _act(
    voucher_id: str,
    actor: Actor,
    gateway: Gateway,
    command: CommandDep,
    act: Callable[[Vouchers, MintVoucher], Done],
) -> JSONResponse:
    def work(session: Session) -> Accepted:
        voucher = vouchers.get(session, _involved(actor), voucher_id)
        done = act(_vouchers(session, gateway, actor), voucher)
        return Accepted(done.note, done.transactions, f"/v1/item_vouchers/{voucher.id}")

    return await command(work, _shown(gateway))
