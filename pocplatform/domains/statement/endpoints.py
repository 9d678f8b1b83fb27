"""Statements over HTTP."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError

from pocplatform.domains.statement import service
from pocplatform.domains.statement.errors import StatementTooLong
from pocplatform.domains.statement.schemas import StatementRead
from pocplatform.domains.statement.service import Period
from pocplatform.http.dependencies import GatewayDep, Reader, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.pages import PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.money import to_cents

router = Router(prefix="/v1/statement", tags=["Payments"])

_NUMBER = re.compile(r"[-+.\d]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _no_number(value: Any) -> Any:
    """A number would be taken for seconds since 1970, and the statement of that day be empty."""
    if isinstance(value, str) and _NUMBER.fullmatch(value) and not _DAY.fullmatch(value):
        raise PydanticKnownError("date_from_datetime_parsing", {"error": "it is a number"})
    return value


Day = Annotated[date, BeforeValidator(_no_number)]
"""A day as RFC 3339 writes it."""


@router.get(
    "",
    response_model=StatementRead,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    **operation(raises=(StatementTooLong,)),
)
def get_statement(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    from_day: Annotated[
        Day | None,
        Query(alias="from", description="First day, in UTC; the first of the month if not given."),
    ] = None,
    to_day: Annotated[
        Day | None, Query(alias="to", description="Last day, in UTC; today if not given.")
    ] = None,
    format_: Annotated[
        Literal["json", "csv"],
        Query(alias="format", description="csv: all lines in one file, oldest first."),
    ] = "json",
) -> StatementRead | Response:
    """Every movement of your wallet, with opening, running and closing balance.

    From what the chain has recorded, whoever sent it. JSON comes in pages, newest line first. CSV
    is one file for a spreadsheet: UTF-8, semicolons between and a comma as the decimal mark, since
    that is what Excel in Finland opens in columns.
    """
    period = Period.asked(from_day, to_day)
    if format_ == "csv":
        text = service.as_csv(session, gateway.contracts, actor.org_id, actor.address, period)
        name = f"statement-{period.first}-{period.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)
    statement = service.movements(actor.address, period)
    rows, more = page(session, service.MOVEMENTS, statement, query)
    counted = service.balances(session, actor.address, period)
    after = service.balances_after(session, actor.address, rows)
    return StatementRead(
        account=actor.address,
        from_day=period.first.isoformat(),
        to_day=period.last.isoformat(),
        opening_balance=to_cents(counted.opening),
        opening_balance_raw=str(counted.opening),
        closing_balance=to_cents(counted.closing),
        closing_balance_raw=str(counted.closing),
        data=service.lines(session, gateway.contracts, actor.org_id, actor.address, rows, after),
        has_more=more,
    )
