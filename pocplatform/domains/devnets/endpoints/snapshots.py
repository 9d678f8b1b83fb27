"""Snapshots of a devnet."""

from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.devnet.errors import (
    DevnetEnded,
    DevnetNotSaved,
    DevnetNotStarted,
    DevnetsBusy,
)
from pocplatform.domains.devnets import service
from pocplatform.domains.devnets.endpoints.devnets import in_new_epoch, render
from pocplatform.domains.devnets.endpoints.turns import on_node, once
from pocplatform.domains.devnets.errors import SnapshotNameTaken, TooManySnapshots
from pocplatform.domains.devnets.models import DevnetState
from pocplatform.domains.devnets.schemas import (
    DevnetRead,
    SnapshotCreate,
    SnapshotDeleted,
    SnapshotRead,
)
from pocplatform.http import quotas
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.quotas import QuotaExceeded
from pocplatform.http.routing import Router

router = Router(prefix="/v1/devnets/{devnet_id}/snapshots", tags=["Devnets"])


@router.post(
    "",
    status_code=201,
    response_model=SnapshotRead,
    **operation(
        raises=(
            SnapshotNameTaken, TooManySnapshots, QuotaExceeded, DevnetsBusy, DevnetNotStarted,
            DevnetNotSaved, DevnetEnded,
        )
    ),
)  # fmt: skip
async def create_snapshot(
    devnet_id: str, body: SnapshotCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Keep a devnet as it is now, by a name, until you delete it.

    Unlike an evm_snapshot it outlasts the node, and can be restored any number of times. Pending
    transactions and filters are no part of it.
    """

    def look() -> None:
        with gateway.database.snapshot() as session:
            service.check_snapshot(session, actor.org_id, devnet_id, body.name)

    async with once(devnet_id, command) as new:
        if new:
            await run_in_threadpool(look)
            stored = await on_node(devnet_id, lambda: gateway.devnets.save(devnet_id))

        def work(session: Session) -> Accepted:
            made = service.snapshot(session, actor.org_id, devnet_id, body.name, stored)
            owner = service.get(session, actor.org_id, devnet_id).org_id
            quotas.store(session, owner, made.size, gateway.settings.storage_mb)
            location = f"/v1/devnets/{devnet_id}/snapshots/{made.id}"
            return Accepted(made.id, location=location, shown=service.read_snapshot(made))

        return await command(work, render(gateway, actor), created=True)


@router.get("")
def list_snapshots(
    devnet_id: str, actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[SnapshotRead]:
    """The snapshots of a devnet of yours, newest first."""
    service.get(session, actor.org_id, devnet_id)
    rows, more = page(session, DevnetState, service.snapshots_of(devnet_id), query)
    return ListPage(data=[service.read_snapshot(row) for row in rows], has_more=more)


@router.get("/{snapshot_id}")
def get_snapshot(
    devnet_id: str, snapshot_id: str, actor: Reader, session: ReadSession
) -> SnapshotRead:
    """A snapshot of a devnet of yours."""
    found = service.get_snapshot(session, actor.org_id, devnet_id, snapshot_id)
    return service.read_snapshot(found)


@router.post(
    "/{snapshot_id}/restore",
    response_model=DevnetRead,
    **operation(events=(service.EPOCH_CHANGED,)),
)
async def restore_snapshot(
    devnet_id: str, snapshot_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Go on from a snapshot, in a new epoch. What came after it is gone."""

    def work(session: Session) -> Accepted:
        return Accepted(service.restore(session, actor.org_id, devnet_id, snapshot_id).id)

    return await in_new_epoch(gateway, devnet_id, await command(work, render(gateway, actor)))


@router.delete("/{snapshot_id}", response_model=SnapshotDeleted)
async def delete_snapshot(
    devnet_id: str, snapshot_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Delete a snapshot. A devnet that goes on from it is not changed by that."""

    def work(session: Session) -> Accepted:
        owner = service.get(session, actor.org_id, devnet_id).org_id
        gone = service.delete_snapshot(session, actor.org_id, devnet_id, snapshot_id)
        quotas.give_back(session, owner, gone.size)
        return Accepted(snapshot_id, shown=SnapshotDeleted(id=snapshot_id))

    return await command(work, render(gateway, actor))
