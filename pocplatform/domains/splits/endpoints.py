"""Splits over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Body
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.splits import service
from pocplatform.domains.splits.errors import SplitSharesInvalid
from pocplatform.domains.splits.models import Split
from pocplatform.domains.splits.schemas import SplitCreate, SplitDistribute, SplitRead
from pocplatform.domains.splits.service import Splits
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.errors import ContractReverted

router = Router(prefix="/v1/splits", tags=["Splits"])


def _splits(session: Session, gateway: Gateway) -> Splits:
    return Splits(session, gateway.outbox, gateway.chain_id)


def _involved(actor: Actor) -> str | None:
    """The address that must be involved to see a split; the organisers see all."""
    return None if actor.org_id is None else actor.address


def _render(gateway: Gateway, actor: Actor) -> Callable[[Session, str], SplitRead]:
    def render(session: Session, split_id: str) -> SplitRead:
        splits = _splits(session, gateway)
        return splits.read(splits.get(None, split_id), actor.org_id)

    return render


@router.post(
    "",
    status_code=201,
    response_model=SplitRead,
    **operation(
        raises=(SplitSharesInvalid, ContractReverted), events=("split.created",), by_wallet=True
    ),
)
async def create_split(
    body: SplitCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Agree on who gets how much of a joint offering; gives the account to be paid to.

    The shares cannot be changed afterwards: for others, make another split.
    """

    def work(session: Session) -> Accepted:
        split, write = _splits(session, gateway).create(actor.org_id, actor.address, body)
        return Accepted(split.id, (write.id,) if write else (), f"/v1/splits/{split.id}")

    return await command(work, _render(gateway, actor), created=True)


@router.get("")
def list_splits(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[SplitRead]:
    """Splits that you have made or have a share in, newest first."""
    rows, more = page(session, Split, service.visible_to(_involved(actor)), query)
    splits = _splits(session, gateway)
    return ListPage(data=[splits.read(row, actor.org_id) for row in rows], has_more=more)


@router.get("/{split_id}", **operation(raises=(NotFound,)))
def get_split(split_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep) -> SplitRead:
    """A split that you have made or have a share in."""
    splits = _splits(session, gateway)
    return splits.read(splits.get(_involved(actor), split_id), actor.org_id)


@router.post(
    "/{split_id}/distribute",
    status_code=202,
    response_model=SplitRead,
    **operation(
        raises=(NotFound, ContractReverted),
        events=("split.distributed", "split.held", "payment.received"),
        moves_value=True,
        by_wallet=True,
    ),
)
async def distribute_split(
    split_id: str,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: Annotated[SplitDistribute | None, Body()] = None,
) -> JSONResponse:
    """Divide what lies on the split's account, after paying an amount into it from your wallet.

    Every recipient is told its part by an event. Cents that do not divide go to the last recipient.
    """
    amount = body.amount if body else None

    def work(session: Session) -> Accepted:
        splits = _splits(session, gateway)
        split = splits.get(_involved(actor), split_id)
        writes = splits.distribute(split, actor.address, actor.org_id, amount)
        return Accepted(split.id, tuple(w.id for w in writes), f"/v1/splits/{split.id}")

    return await command(work, _render(gateway, actor))
