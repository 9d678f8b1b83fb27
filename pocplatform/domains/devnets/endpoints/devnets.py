"""Devnets: made, looked at, changed, begun anew."""

from contextlib import suppress

from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.devnet.errors import DevnetNotSaved, DevnetNotStarted, DevnetsBusy
from pocplatform.domains.devnets import service
from pocplatform.domains.devnets.endpoints.turns import on_node
from pocplatform.domains.devnets.errors import TooManyDevnets
from pocplatform.domains.devnets.models import Devnet
from pocplatform.domains.devnets.schemas import (
    DevnetCreate,
    DevnetDeleted,
    DevnetRead,
    DevnetUpdate,
)
from pocplatform.http import quotas
from pocplatform.http.command import Accepted, Render, Work
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1/devnets", tags=["Devnets"])


@router.post("", status_code=201, response_model=DevnetRead, **operation(raises=(TooManyDevnets,)))
async def create_devnet(
    body: DevnetCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Get a chain of your own: anvil, with its own chain id, that starts when it is used.

    It mines each transaction at once, gas is free, and all of anvil's methods are yours: snapshots,
    time travel, impersonation, traces. When nobody uses it, it is saved and stopped; the next use
    starts it as it was.
    """

    def work(session: Session) -> Accepted:
        made = service.create(
            session,
            org_id=actor.org_id,
            address=actor.address,
            request=body,
            at_most=_most(actor, gateway),
        )
        return Accepted(made.id, location=f"/v1/devnets/{made.id}")

    return await command(work, render(gateway, actor), created=True)


def _most(actor: Actor, gateway: Gateway) -> int:
    own = actor.limits.devnets
    return gateway.settings.devnets_per_organization if own is None else own


@router.get("")
def list_devnets(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[DevnetRead]:
    """Your devnets, newest first."""
    rows, more = page(session, Devnet, service.visible_to(actor.org_id), query)
    shown = [service.read(session, row, gateway.devnets.status(row.id)) for row in rows]
    return ListPage(data=shown, has_more=more)


@router.get("/{devnet_id}")
def get_devnet(
    devnet_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> DevnetRead:
    """A devnet of yours."""
    found = service.get(session, actor.org_id, devnet_id)
    return service.read(session, found, gateway.devnets.status(devnet_id))


@router.post("/{devnet_id}", response_model=DevnetRead)
async def update_devnet(
    devnet_id: str, body: DevnetUpdate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Change a devnet's name or notes."""

    def work(session: Session) -> Accepted:
        return Accepted(service.update(session, actor.org_id, devnet_id, body).id)

    return await command(work, render(gateway, actor))


@router.delete("/{devnet_id}", response_model=DevnetDeleted)
async def delete_devnet(
    devnet_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Delete a devnet with its snapshots."""

    def work(session: Session) -> Accepted:
        gone, freed = service.delete(session, actor.org_id, devnet_id)
        quotas.give_back(session, gone.org_id, freed)  # the organisers delete others' too
        return Accepted(devnet_id, shown=DevnetDeleted(id=devnet_id))

    answer = await command(work, render(gateway, actor))
    with suppress(DevnetsBusy):  # it is ended soon, and its files are deleted at the next start
        await on_node(devnet_id, lambda: gateway.devnets.forget(devnet_id))
    return answer


@router.post(
    "/{devnet_id}/start",
    response_model=DevnetRead,
    **operation(raises=(DevnetsBusy, DevnetNotStarted)),
)
async def start_devnet(
    devnet_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Start a devnet now. Using it does the same."""
    await run_in_threadpool(check, gateway, actor, devnet_id)
    if not await command.is_repeated():
        await on_node(devnet_id, lambda: _start(gateway, devnet_id))
    return await command(_found(actor, devnet_id), render(gateway, actor))


@router.post(
    "/{devnet_id}/stop",
    response_model=DevnetRead,
    **operation(raises=(DevnetsBusy, DevnetNotSaved)),
)
async def stop_devnet(
    devnet_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Save and stop a devnet; the next use starts it again.

    Pending transactions, filters and the ids of evm_snapshot are not kept.
    """
    await run_in_threadpool(check, gateway, actor, devnet_id)
    if not await command.is_repeated():
        await on_node(devnet_id, lambda: gateway.devnets.stop(devnet_id))
    return await command(_found(actor, devnet_id), render(gateway, actor))


@router.post(
    "/{devnet_id}/reset",
    response_model=DevnetRead,
    **operation(events=(service.EPOCH_CHANGED,)),
)
async def reset_devnet(
    devnet_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Begin anew from an empty chain, in a new epoch. Snapshots stay."""

    def work(session: Session) -> Accepted:
        return Accepted(service.reset(session, actor.org_id, devnet_id).id)

    return await in_new_epoch(gateway, devnet_id, await command(work, render(gateway, actor)))


async def in_new_epoch(gateway: Gateway, devnet_id: str, answer: JSONResponse) -> JSONResponse:
    """End a process of an epoch that is over; the next use would do so too."""
    with suppress(DevnetsBusy):
        await on_node(devnet_id, lambda: gateway.devnets.settle(devnet_id))
    return answer


def check(gateway: Gateway, actor: Actor, devnet_id: str) -> None:
    """Whether the caller has such a devnet. Raises :class:`NotFound`."""
    with gateway.database.snapshot() as session:
        service.get(session, actor.org_id, devnet_id)


def render(gateway: Gateway, actor: Actor) -> Render:
    """Shows a devnet of the caller's."""

    def shown(session: Session, devnet_id: str) -> DevnetRead:
        found = service.get(session, actor.org_id, devnet_id)
        return service.read(session, found, gateway.devnets.status(devnet_id))

    return shown


def _found(actor: Actor, devnet_id: str) -> Work:
    def work(session: Session) -> Accepted:
        return Accepted(service.get(session, actor.org_id, devnet_id).id)

    return work


def _start(gateway: Gateway, devnet_id: str) -> None:
    with gateway.devnets.using(devnet_id):
        pass
