"""Invoices of a company: write one, pay one, find one by its reference."""

import asyncio
from datetime import datetime, timedelta

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import AsyncSandbox, SandboxError
from pocplatform.client.invoices import Invoice, InvoiceLine
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import ZONE, now_s
from pocplatform.kit.i18n import Phrase
from pocplatform.web import typed
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk.acts import Sent, SentDep, Sheet, first, known
from pocplatform.web.desk.names import Names
from pocplatform.web.desk.words import Words
from pocplatform.web.shown import number

router = Router(include_in_schema=False)

_PATH = "/desk/invoices"
_SHOWN, _SEARCHED = 50, 500
_ROWS, _MOST_ROWS = 3, 30
_VAT = (2550, 1350, 1000, 1400, 0)
"""Rates of Finland in 1/100 of a percent, the usual one first."""
_DUE = timedelta(days=14)
_NO_LINES = Phrase("Write at least one line: what it is, and its price.")
_NO_SUCH = Phrase("No invoice to you has the reference {reference}.")
_PAYABLE = ("open", "partially_paid", "overdue")


@router.get(_PATH)
async def listed(
    acting: ActingDep, gateway: GatewayDep, reference: str = Query(default="", max_length=60)
) -> Response:
    """Invoices to the company and by it; with a reference, the one that has it."""
    sheet = Sheet({"reference": reference})
    if reference.strip():
        found = await _by_reference(acting.sandbox(), reference)
        if found is not None:
            return acting.page.redirect(f"{_PATH}/{found.id}")
        said = _NO_SUCH.with_values(reference=reference[:40]).render(acting.page.language)
        sheet = Sheet(sheet.values, {"reference": said}, status=404)
    sandbox = acting.sandbox()
    received, issued = await asyncio.gather(
        first(sandbox.invoices.list(direction="received"), _SHOWN),
        first(sandbox.invoices.list(direction="issued"), _SHOWN),
    )
    names = Names(acting, gateway.chain_id)
    await names.ask([*(one.payee for one in received), *(one.payer for one in issued)])
    return acting.html(
        "desk/invoices.html",
        sheet.status,
        received=received,
        issued=issued,
        sheet=sheet,
        name=names,
        words=Words(acting.page.language),
    )


@router.get(f"{_PATH}/new")
async def ask(acting: ActingDep) -> HTMLResponse:
    """An empty invoice."""
    return _asked(acting, Sheet())


@router.post(f"{_PATH}/new")
async def write(sent: SentDep) -> Response:
    """Write and sign an invoice; a form sent twice writes one."""
    if sent.text("more"):
        return _asked(sent.acting, sent.sheet(wrong={}, status=200), more=True)
    lines = _lines(sent)
    due = sent.read("due", lambda text: typed.end_of(typed.day(text)), None)
    if sent.wrong:
        return _asked(sent.acting, sent.sheet())
    try:
        made = await sent.acting.sandbox().invoices.create(
            lines,
            payer=sent.text("payer") or None,
            number=sent.text("number") or None,
            due_at=due,
            partial_allowed=sent.text("partial") == "yes",
            note=sent.text("note") or None,
            idempotency_key=sent.key,
        )
    except SandboxError as error:
        sent.names["due_at"] = "due"
        return _asked(sent.acting, sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}/{made.id}")


@router.get(f"{_PATH}/{{invoice_id}}")
async def invoice(invoice_id: str, acting: ActingDep, gateway: GatewayDep) -> HTMLResponse:
    """An invoice, with what can be done about it."""
    return await _shown(acting, gateway, invoice_id, Sheet())


@router.post(f"{_PATH}/{{invoice_id}}/pay")
async def pay(invoice_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Pay all that is outstanding, or a part; a form sent twice pays once."""
    amount = sent.cents("amount") if sent.text("amount") else None
    if sent.wrong:
        return await _shown(sent.acting, gateway, invoice_id, sent.sheet())
    api = sent.acting.sandbox().invoices
    try:
        await api.pay(invoice_id, amount, idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, invoice_id, sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}/{invoice_id}")


@router.post(f"{_PATH}/{{invoice_id}}/cancel")
async def cancel(invoice_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Call an invoice of one's own back."""
    try:
        await sent.acting.sandbox().invoices.cancel(invoice_id, idempotency_key=sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, gateway, invoice_id, sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}/{invoice_id}")


def _lines(sent: Sent) -> list[InvoiceLine]:
    found: list[InvoiceLine] = []
    for row in range(_MOST_ROWS):
        what, price = f"lines[{row}].description", f"lines[{row}].unit_price"
        if not sent.text(what) and not sent.text(price):
            continue
        sent.needs(what)
        for column in InvoiceLine.model_fields:
            sent.names[f"lines[{len(found)}].{column}"] = f"lines[{row}].{column}"
        rate = sent.text(f"lines[{row}].vat_rate_bps")
        found.append(
            InvoiceLine(
                description=sent.text(what),
                quantity=_quantity(sent, f"lines[{row}].quantity"),
                unit_price=sent.cents(price),
                vat_rate_bps=int(rate) if rate in map(str, _VAT) else _VAT[0],
            )
        )
    if not found:
        sent.wrong["lines[0].description"] = _NO_LINES.render(sent.acting.page.language)
    return found


def _quantity(sent: Sent, name: str) -> str:
    if not sent.text(name):
        return "1"
    return sent.read(name, lambda text: typed.quantity(text, sent.acting.page.language), "1")


def _asked(acting: Acting, sheet: Sheet, *, more: bool = False) -> HTMLResponse:
    shown = sheet.value("rows")
    rows = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 3 else _ROWS
    language = acting.page.language
    return acting.html(
        "desk/new_invoice.html",
        sheet.status,
        rows=min(rows + (_ROWS if more else 0), _MOST_ROWS),
        most_rows=_MOST_ROWS,
        rates=[(str(one), f"{number(one / 100, language, 1)}\u00a0%") for one in _VAT],
        due=(datetime.fromtimestamp(now_s(), ZONE) + _DUE).date().isoformat(),
        sheet=sheet,
    )


async def _shown(acting: Acting, gateway: Gateway, invoice_id: str, sheet: Sheet) -> HTMLResponse:
    found = await acting.sandbox().invoices.get(invoice_id)
    names = Names(acting, gateway.chain_id)
    await names.ask([found.payee, found.payer])
    ours = found.payee == acting.organization.address
    return acting.html(
        "desk/invoice.html",
        sheet.status,
        invoice=found,
        ours=ours,
        payable=not ours and found.status in _PAYABLE,
        callable=ours and found.status in _PAYABLE and not found.paid,
        rate=lambda bps: f"{number(bps / 100, acting.page.language, 1)}\u00a0%",
        name=names,
        sheet=sheet,
        words=Words(acting.page.language),
    )


async def _by_reference(sandbox: AsyncSandbox, text: str) -> Invoice | None:
    """An invoice by its reference, RF or national, however it is spaced; or by its id."""
    compact = "".join(text.split())
    if compact.startswith("inv_"):
        return await known(sandbox.invoices.get(compact))
    for one in await first(sandbox.invoices.list(direction="received"), _SEARCHED):
        if compact.upper() in (one.reference, one.reference_national):
            return one
    return None
