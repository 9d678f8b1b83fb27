"""Indicators over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from pocplatform.domains.indicators import service
from pocplatform.domains.indicators.counted import Counted
from pocplatform.domains.indicators.schemas import IndicatorsList, IndicatorsRead
from pocplatform.http.dependencies import Anonymous, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/indicators", tags=["Programme"])


async def counted(request: Request) -> Counted:
    """What this application has counted; pages ask the same."""
    state = request.app.state
    if not hasattr(state, "indicators"):
        state.indicators = Counted()
    found: Counted = state.indicators
    return found


CountedDep = Annotated[Counted, Depends(counted)]


@router.get("", dependencies=[Anonymous])
def list_indicators(session: ReadSession, counted: CountedDep) -> IndicatorsList:
    """The programme in numbers, a year each, the newest first. No key is needed."""
    return IndicatorsList(data=counted.all(session))


@router.get(
    ".csv",
    dependencies=[Anonymous],
    response_class=Response,
    responses={
        200: {
            "description": "A line for each year, with a head (RFC 4180).",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
)
def get_indicators_csv(session: ReadSession, counted: CountedDep) -> Response:
    """The same as a table for spreadsheets. No key is needed."""
    text = service.as_csv(counted.all(session))
    headers = {"Content-Disposition": 'attachment; filename="indicators.csv"'}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{year}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_indicators(
    year: Annotated[int, Path(ge=2020, le=2100)], session: ReadSession, counted: CountedDep
) -> IndicatorsRead:
    """The programme in numbers of one calendar year (UTC). No key is needed."""
    return counted.year(session, year)
