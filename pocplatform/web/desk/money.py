"""Money of a company: balance, payments, test money, the statement."""

import asyncio
from datetime import date

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import SandboxError
from pocplatform.client.models import Payment
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.web import typed
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk.acts import SentDep, Sheet, known
from pocplatform.web.desk.names import Names
from pocplatform.web.desk.words import Words
from pocplatform.web.helping import help_with

router = Router(include_in_schema=False)

_PATH = "/desk/money"


@router.get(_PATH)
async def money(
    acting: ActingDep, gateway: GatewayDep, paid: str = Query(default="", max_length=60)
) -> HTMLResponse:
    """What the company has, and forms to pay and to get test money.

    ``paid`` is a payment that was made just now.
    """
    return await _shown(acting, gateway, paid=paid)


@router.post(f"{_PATH}/send")
async def send(sent: SentDep, gateway: GatewayDep) -> Response:
    """Pay somebody; a form sent twice pays once."""
    sent.needs("to")
    amount = sent.cents("amount")
    if sent.wrong:
        return await _shown(sent.acting, gateway, sending=sent.sheet())
    api = sent.acting.sandbox().payments
    try:
        made = await api.transfer(sent.text("to"), amount, idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, sending=sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}?paid={made.id}")


@router.post(f"{_PATH}/test")
async def test_money(sent: SentDep, gateway: GatewayDep) -> Response:
    """Get test money; a form sent twice gets it once."""
    amount = sent.cents("test_amount")
    if sent.wrong:
        return await _shown(sent.acting, gateway, getting=sent.sheet())
    try:
        made = await sent.acting.sandbox().payments.faucet(amount, idempotency_key=sent.key)
    except SandboxError as error:
        sent.names["amount"] = "test_amount"
        sheet = sent.refused(error)
        return await _shown(sent.acting, gateway, getting=sheet)
    return sent.acting.page.redirect(f"{_PATH}?paid={made.id}")


@router.get(f"{_PATH}/statement")
async def statement(
    acting: ActingDep,
    gateway: GatewayDep,
    first: str = Query(default="", max_length=20),
    last: str = Query(default="", max_length=20),
) -> HTMLResponse:
    """Every movement of some days; those of this month, if none are named."""
    sheet = Sheet({"first": first, "last": last})
    days = _days(acting, sheet)
    api = acting.sandbox()
    found, wrong = None, sheet
    if not sheet.wrong:
        try:
            found = await api.statements.get(*days)
        except SandboxError as error:
            told = help_with(error, acting.page.language, acting.named)
            wrong = Sheet(sheet.values, general=told.detail, next_step=told.next_step, status=422)
    names = Names(acting, gateway.chain_id)
    if found is not None:
        await names.ask(line.counterpart for line in found.data)
    return acting.html(
        "desk/statement.html",
        wrong.status,
        statement=found,
        first=found.from_day.isoformat() if found else first,
        last=found.to_day.isoformat() if found else last,
        sheet=wrong,
        name=names,
        words=Words(acting.page.language),
    )


@router.get(f"{_PATH}/statement.csv")
async def as_csv(
    acting: ActingDep,
    first: str = Query(default="", max_length=20),
    last: str = Query(default="", max_length=20),
) -> Response:
    """The statement for a spreadsheet."""
    days = _days(acting, Sheet({"first": first, "last": last}))
    text = await acting.sandbox().statements.csv(*days)
    name = "-".join(["statement", *(one.isoformat() for one in days if one)])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _days(acting: Acting, sheet: Sheet) -> tuple[date | None, date | None]:
    """The days that are asked for; what cannot be read is noted as wrong."""
    found: list[date | None] = []
    for name in ("first", "last"):
        text = sheet.value(name).strip()
        try:
            found.append(typed.day(text) if text else None)
        except typed.Unreadable as error:
            sheet.wrong[name] = error.said.render(acting.page.language)
            sheet.status = 422
            found.append(None)
    return found[0], found[1]


async def _shown(
    acting: Acting,
    gateway: Gateway,
    *,
    sending: Sheet | None = None,
    getting: Sheet | None = None,
    paid: str = "",
) -> HTMLResponse:
    sandbox = acting.sandbox()
    recent, made = await asyncio.gather(
        sandbox.statements.get(),
        known(sandbox.payments.get(paid)) if paid.startswith("pay_") else _nothing(),
    )
    names = Names(acting, gateway.chain_id)
    lines = recent.data[:8]
    await names.ask(
        [*(line.counterpart for line in lines), made.recipient if made is not None else None]
    )
    return acting.html(
        "desk/money.html",
        max(one.status for one in (sending or Sheet(), getting or Sheet())),
        balance=recent.closing_balance,
        lines=lines,
        paid=made,
        sending=sending or Sheet(),
        getting=getting or Sheet(),
        name=names,
        words=Words(acting.page.language),
    )


async def _nothing() -> Payment | None:
    return None
