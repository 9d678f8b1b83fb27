"""Assessments over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.assessments import service
from pocplatform.domains.assessments.errors import SubjectUnknown
from pocplatform.domains.assessments.models import Assessment
from pocplatform.domains.assessments.schemas import AssessmentCreate, AssessmentRead
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/assessments", tags=["Programme"])


@router.post(
    "", status_code=201, response_model=AssessmentRead, **operation(raises=(SubjectUnknown,))
)
async def create_assessment(
    body: AssessmentCreate, actor: Writer, command: CommandDep
) -> JSONResponse:
    """Say what you think of the programme, a pilot or an event.

    An organization has one assessment of each: a second one takes the place of the first, which
    keeps its id and says when it was replaced. The report of a year counts what held at its end.
    The organisers read it; in the programme's indicators only means and words stand, without your
    name.
    """

    def work(session: Session) -> Accepted:
        left = service.leave(session, actor.org_id, body)
        return Accepted(left.id, location=f"/v1/assessments/{left.id}")

    def render(session: Session, id_: str) -> AssessmentRead:
        return service.read(service.get(session, None, id_))

    return await command(work, render, created=True)


@router.get("")
def list_assessments(
    actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[AssessmentRead]:
    """What you have said and not replaced, newest first; the organisers see everybody's."""
    rows, more = page(session, Assessment, service.holding(actor.org_id), query)
    return ListPage(data=[service.read(row) for row in rows], has_more=more)


@router.get("/{id}", **operation(raises=(NotFound,)))
def get_assessment(id: str, actor: Reader, session: ReadSession) -> AssessmentRead:
    """An assessment of yours."""
    return service.read(service.get(session, actor.org_id, id))
