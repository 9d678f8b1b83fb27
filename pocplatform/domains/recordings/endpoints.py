"""The request log and recordings over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.organizations.service import own_id
from pocplatform.domains.recordings import service
from pocplatform.domains.recordings.errors import (
    RecordingEmpty,
    RecordingOver,
    TooManyRecordings,
)
from pocplatform.domains.recordings.models import Recording, RequestEntry
from pocplatform.domains.recordings.schemas import (
    RecordingCreate,
    RecordingDeleted,
    RecordingRead,
    RequestDetail,
    RequestRead,
)
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.fields import Moment
from pocplatform.kit.money import to_cents

router = Router(prefix="/v1", tags=["Request log and recordings"])

Format = Literal["python", "pytest", "curl", "json"]
_MEDIA = {
    "python": ("text/x-python", "py"),
    "pytest": ("text/x-python", "py"),
    "curl": ("text/x-shellscript", "sh"),
    "json": ("application/json", "json"),
}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/x-python": {"schema": {"type": "string"}},
            "text/x-shellscript": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        }
    }
}
RecordingId = Annotated[str, Path(description="Id of a recording.", examples=["rec_…"])]


@router.get("/requests")
def list_requests(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    method: Annotated[
        Literal["GET", "POST", "DELETE"] | None, Query(description="Only with this method.")
    ] = None,
    status: Annotated[
        str | None,
        Query(
            pattern=r"^[1-5](xx|\d\d)$",
            description="Only those answered so: a status such as `422`, or `4xx`.",
        ),
    ] = None,
    path: Annotated[
        str | None, Query(max_length=500, description="Only those whose path begins with this.")
    ] = None,
    since: Annotated[Moment | None, Query(description="Not before this moment.")] = None,
) -> ListPage[RequestRead]:
    """The requests that came with your keys, the last answered first: your request log.

    It has no bodies, no queries and no secrets, is kept for a week, and ends after the newest ten
    thousand (by default). What a crash of the sandbox takes is its last second. Looking at it
    leaves no trace in it.
    """
    gateway.requests.write()
    chosen = service.requests_of(actor.org_id, method=method, status=status, path=path, since=since)
    rows, more = page(session, RequestEntry, chosen, query)
    return ListPage(data=service.read_requests(session, rows), has_more=more)


@router.get("/requests/{request_id}")
def get_request(
    request_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> RequestDetail:
    """A request of your log by its id, which its answer had in the header `Request-Id`.

    With what was sent and answered, if you were recording and exactly one recorded step is it.
    """
    gateway.requests.write()
    return service.read_request(session, actor.org_id, request_id)


@router.post(
    "/recordings",
    status_code=201,
    response_model=RecordingRead,
    **operation(raises=(TooManyRecordings,)),
)
async def start_recording(
    body: RecordingCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Record what your organization does through the API, to have it as a program afterwards.

    From now on until you stop it, at most for a day, requests with any of your keys are kept with
    what they sent; their secrets are not. Others that take part are named, and join with their own
    key. A recording takes up to 500 requests, and is deleted after thirty days.
    """
    org_id = own_id(actor.org_id)
    cents = await run_in_threadpool(_balance, gateway, actor)

    def work(session: Session) -> Accepted:
        recording = service.start(session, org_id, body, cents)
        return Accepted(recording.id, location=f"/v1/recordings/{recording.id}")

    return await _changed(gateway, await command(work, _render, created=True))


@router.get("/recordings")
def list_recordings(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[RecordingRead]:
    """Your recordings, newest first."""
    gateway.requests.write()
    chosen = service.recordings_of(own_id(actor.org_id))
    rows, more = page(session, Recording, chosen, query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/recordings/{recording_id}")
def get_recording(
    recording_id: RecordingId, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> RecordingRead:
    """A recording of yours."""
    gateway.requests.write()
    return service.read(session, service.get(session, own_id(actor.org_id), recording_id))


@router.post("/recordings/{recording_id}/stop", response_model=RecordingRead)
async def stop_recording(
    recording_id: RecordingId, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """End a recording of yours. Stopping again changes nothing."""

    def work(session: Session) -> Accepted:
        return Accepted(service.stop(session, own_id(actor.org_id), recording_id).id)

    await run_in_threadpool(gateway.requests.write)
    return await _changed(gateway, await command(work, _render))


@router.post(
    "/recordings/{recording_id}/join",
    response_model=RecordingRead,
    **operation(raises=(RecordingOver,)),
)
async def join_recording(
    recording_id: RecordingId, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Have what your organization does recorded too, in a recording that named it.

    Who owns the recording sees it then. Joining again changes nothing.
    """
    org_id = own_id(actor.org_id)
    cents = await run_in_threadpool(_balance, gateway, actor)

    def work(session: Session) -> Accepted:
        return Accepted(service.join(session, org_id, recording_id, cents).id)

    return await _changed(gateway, await command(work, _render))


@router.post("/recordings/{recording_id}/leave", response_model=RecordingRead)
async def leave_recording(
    recording_id: RecordingId, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Have what your organization does recorded no more in a recording that you have joined."""

    def work(session: Session) -> Accepted:
        return Accepted(service.leave(session, own_id(actor.org_id), recording_id).id)

    return await _changed(gateway, await command(work, _render))


@router.delete("/recordings/{recording_id}", response_model=RecordingDeleted)
async def delete_recording(
    recording_id: RecordingId, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Delete a recording of yours with all that is in it."""

    def work(session: Session) -> Accepted:
        service.delete(session, own_id(actor.org_id), recording_id)
        return Accepted(recording_id, shown=RecordingDeleted(id=recording_id))

    return await _changed(gateway, await command(work, _render))


@router.get(
    "/recordings/{recording_id}/export",
    response_class=Response,
    responses=_EXPORTED,
    **operation(raises=(RecordingEmpty,)),
)
def export_recording(
    recording_id: RecordingId,
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    format: Annotated[Format, Query(description="What to write it as.")] = "python",
) -> Response:
    """A recording as a program, which does the same again with new organizations.

    `python` uses the SDK, `pytest` also looks whether each answer is as it was, `curl` is a shell
    script (it needs curl and jq), `json` is the recording itself. What came from an earlier answer
    is a variable, every organization and key an actor, every idempotency key a fresh one, and
    points of time are as far away as they were.
    """
    # Here, since it brings the SDK along, which a start can do without.
    from pocplatform.domains.recordings.export import export

    gateway.requests.write()
    recording = service.get(session, own_id(actor.org_id), recording_id)
    media, ending = _MEDIA[format]
    return Response(
        export(session, recording, gateway.chain_id, format),
        media_type=media,
        headers={"Content-Disposition": f'attachment; filename="{recording.id}.{ending}"'},
    )


def _balance(gateway: Gateway, actor: Actor) -> int:
    """What the caller's wallet has, in whole cents."""
    return to_cents(gateway.contracts.read("PilotEuro", "balanceOf", actor.address))


async def _changed(gateway: Gateway, answer: JSONResponse) -> JSONResponse:
    """Take note of who records from now on."""
    await run_in_threadpool(gateway.requests.refresh)
    return answer


def _render(session: Session, recording_id: str) -> BaseModel:
    return service.read(session, service.find(session, recording_id))
