"""What is done on a devnet: time, blocks, accounts."""

from collections.abc import Callable

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.devnet.errors import (
    DevnetEnded,
    DevnetNotStarted,
    DevnetRefused,
    DevnetsBusy,
)
from pocplatform.domains.devnets import acting, service
from pocplatform.domains.devnets.endpoints.devnets import check, render
from pocplatform.domains.devnets.endpoints.turns import on_node, once
from pocplatform.domains.devnets.schemas import (
    AccountRead,
    BalanceSet,
    BlocksMine,
    HeadRead,
    Impersonate,
    TimeChange,
)
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import CommandDep, GatewayDep, Writer
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1/devnets/{devnet_id}", tags=["Devnets"])

_RAISES = (DevnetRefused, DevnetsBusy, DevnetNotStarted, DevnetEnded)


@router.post("/time", response_model=HeadRead, **operation(raises=_RAISES))
async def change_devnet_time(
    devnet_id: str, body: TimeChange, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take a devnet forward in time. Its clock goes on from there."""
    return await _act(
        gateway, actor, command, devnet_id,
        lambda: acting.change_time(gateway.devnets, devnet_id, body),
    )  # fmt: skip


@router.post("/mine", response_model=HeadRead, **operation(raises=_RAISES))
async def mine_devnet_blocks(
    devnet_id: str, body: BlocksMine, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Mine blocks, with so many seconds between them."""
    return await _act(
        gateway, actor, command, devnet_id,
        lambda: acting.mine(gateway.devnets, devnet_id, body),
    )  # fmt: skip


@router.post("/impersonate", response_model=AccountRead, **operation(raises=_RAISES))
async def impersonate_devnet_account(
    devnet_id: str, body: Impersonate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Let eth_sendTransaction act as an account without its key."""
    return await _act(
        gateway, actor, command, devnet_id,
        lambda: acting.impersonate(gateway.devnets, devnet_id, body),
    )  # fmt: skip


@router.post("/balance", response_model=AccountRead, **operation(raises=_RAISES))
async def set_devnet_balance(
    devnet_id: str, body: BalanceSet, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Set an account's ether."""
    return await _act(
        gateway, actor, command, devnet_id,
        lambda: acting.set_balance(gateway.devnets, devnet_id, body),
    )  # fmt: skip


async def _act(
    gateway: Gateway,
    actor: Actor,
    command: Command,
    devnet_id: str,
    act: Callable[[], BaseModel],
) -> JSONResponse:
    """Do it on the node, unless this request was answered before; then answer."""
    async with once(devnet_id, command) as new:
        await run_in_threadpool(check, gateway, actor, devnet_id)
        done = await on_node(devnet_id, act) if new else None

        def work(session: Session) -> Accepted:
            found = service.get(session, actor.org_id, devnet_id)
            return Accepted(found.id, shown=done)

        return await command(work, render(gateway, actor))
