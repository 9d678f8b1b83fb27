"""Indicators over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from pocplatform.domains.indicators import service
from pocplatform.domains.indicators.schemas import IndicatorsList, IndicatorsRead
from pocplatform.http.dependencies import Anonymous, ReadSession
from pocplatform.http.operations import operation
from pocplatform.kit.errors import NotFound

router = APIRouter(prefix="/v1/indicators", tags=["Programme"])


@router.get("", dependencies=[Anonymous])
def list_indicators(session: ReadSession) -> IndicatorsList:
    """The programme in numbers, a year each, the newest first. No key is needed."""
    return IndicatorsList(data=service.years(session))


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
def get_indicators_csv(session: ReadSession) -> Response:
    """The same as a table for spreadsheets. No key is needed."""
    text = service.as_csv(service.years(session))
    headers = {"Content-Disposition": 'attachment; filename="indicators.csv"'}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{year}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_indicators(
    year: Annotated[int, Path(ge=2020, le=2100)], session: ReadSession
) -> IndicatorsRead:
    """The programme in numbers of one calendar year (UTC). No key is needed."""
    return service.known(session, year)
