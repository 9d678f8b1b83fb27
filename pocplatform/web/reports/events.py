"""The report of an event as a page, PDF and JSON.

Everybody sees what the board shows anyway; the organisers' browser sees the closing report.
"""

from fastapi.responses import JSONResponse, Response

from pocplatform.client import HackathonBoard
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.web import inside
from pocplatform.web.organising import OrganiserDep, organiser_of
from pocplatform.web.rendering import Page, PageDep
from pocplatform.web.reports import event
from pocplatform.web.reports.site import answered

router = Router(include_in_schema=False, prefix="/hackathons/{hackathon_id}")


@router.get("/report")
async def as_page(hackathon_id: str, page: PageDep, gateway: GatewayDep) -> Response:
    """The report of an event."""
    return await _report(hackathon_id, page, gateway, as_pdf=False)


@router.get("/report.pdf")
async def as_pdf(hackathon_id: str, page: PageDep, gateway: GatewayDep) -> Response:
    """The same as a PDF."""
    return await _report(hackathon_id, page, gateway, as_pdf=True)


@router.get("/report.json")
async def as_data(hackathon_id: str, organiser: OrganiserDep) -> Response:
    """The numbers of the organisers' report, as the API gives them."""
    found = await organiser.sandbox().hackathons.report(hackathon_id)
    return _kept_nowhere(JSONResponse(found.model_dump(mode="json")))


async def _report(hackathon_id: str, page: Page, gateway: Gateway, *, as_pdf: bool) -> Response:
    organiser = await organiser_of(page, gateway)
    path = f"/hackathons/{hackathon_id}/report"
    found: HackathonBoard
    if organiser is None:
        found = await inside.sandbox(page).hackathons.board(hackathon_id)
        data = f"/v1/hackathons/{hackathon_id}/board"
    else:
        found = await organiser.sandbox().hackathons.report(hackathon_id)
        data = f"{path}.json"
    return _kept_nowhere(
        await answered(
            page, lambda: event.report(found, page.language), path, as_pdf=as_pdf, data=data
        )
    )


def _kept_nowhere(answer: Response) -> Response:
    """It changes, and depends on who asks."""
    answer.headers["Cache-Control"] = "no-store"
    return answer
