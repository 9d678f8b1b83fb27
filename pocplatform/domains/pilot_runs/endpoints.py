"""Pilots' runs over HTTP."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.pilot_runs import service
from pocplatform.domains.pilot_runs.errors import EvaluationInvalid
from pocplatform.domains.pilot_runs.models import PilotRun
from pocplatform.domains.pilot_runs.schemas import PilotRunCreate, PilotRunRead, PilotRunSummary
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import Admin, Anonymous, CommandDep, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/pilot_runs", tags=["Pilots"])


@router.post(
    "",
    status_code=201,
    response_model=PilotRunRead,
    **operation(raises=(EvaluationInvalid,)),
)
async def create_pilot_run(body: PilotRunCreate, actor: Admin, command: CommandDep) -> JSONResponse:
    """Publish the evaluation of a pilot's run, as its report.

    A run is kept once, however often it is sent. The organisers do this: what they publish, anybody
    can read.
    """

    def work(session: Session) -> Accepted:
        kept = service.store(session, body.evaluation)
        return Accepted(kept.id, location=f"/v1/pilot_runs/{kept.id}")

    def render(session: Session, id_: str) -> PilotRunRead:
        return service.read(service.get(session, id_))

    return await command(work, render, created=True)


@router.get("", dependencies=[Anonymous])
def list_pilot_runs(
    session: ReadSession,
    query: PageDep,
    pilot: Annotated[str | None, Query(max_length=100, description="Its name.")] = None,
) -> ListPage[PilotRunSummary]:
    """The runs of pilots that were published, newest first. No key is needed.

    Without their evaluations, which are large: GET /v1/pilot_runs/{id} has them.
    """
    rows, more = page(session, PilotRun, service.runs(pilot), query)
    return ListPage(data=[service.summary(row) for row in rows], has_more=more)


@router.get("/{id}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_pilot_run(id: str, session: ReadSession) -> PilotRunRead:
    """A pilot's run with its evaluation. No key is needed."""
    return service.read(service.get(session, id))
