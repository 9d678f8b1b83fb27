"""Check it: whether a receipt holds, question by question, for anybody who has its code.

Documents and credentials: :mod:`pocplatform.web.check_files`.
"""

from typing import Any

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.receipts import paper, service, verification
from pocplatform.domains.receipts.errors import NoSuchReceipt
from pocplatform.domains.receipts.models import Receipt
from pocplatform.domains.receipts.schemas import ReceiptCheck
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.typesetting import at_the_typesetters
from pocplatform.pilots.network_costs import prices
from pocplatform.web import showing, shown
from pocplatform.web.rendering import Page, PageDep, base_url

router = Router(include_in_schema=False)


@router.get("/check", dependencies=[Anonymous])
async def ask(
    page: PageDep, gateway: GatewayDep, code: str = Query(default="", max_length=200)
) -> Response:
    """Asks for the code of a receipt."""
    typed = code.strip()
    if not typed:
        return asked(page)
    try:
        receipt = await run_in_threadpool(_find, gateway, typed)
    except NoSuchReceipt as error:
        return _unknown(page, typed, error)
    return page.redirect(f"/check/{service.shown(receipt.code)}")


@router.get("/check/{code}", dependencies=[Anonymous])
async def check(code: str, page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """Whether a receipt holds, by the blockchain as it is now."""
    try:
        receipt, checks = await run_in_threadpool(_checked, gateway, code, page.language)
    except NoSuchReceipt as error:
        return _unknown(page, code, error)
    return page.html(
        "check/receipt.html",
        receipt=receipt,
        content=service.content(receipt),
        code=service.shown(receipt.code),
        checks=checks,
        holds=all(one.ok for one in checks),
    )


@router.get("/check/{code}/receipt.pdf", dependencies=[Anonymous])
async def as_pdf(code: str, page: PageDep, gateway: GatewayDep) -> Response:
    """The receipt as a PDF."""
    receipt = await run_in_threadpool(_find, gateway, code)
    made = await receipt_pdf(page, gateway, receipt)
    name = f"{service.shown(receipt.code)}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(made, media_type="application/pdf", headers=headers)


async def receipt_pdf(page: Page, gateway: Gateway, receipt: Receipt) -> bytes:
    """A receipt as a PDF: with the same example prices, the same bytes each time."""
    content = service.content(receipt)
    gas = sum(one.gas_used for one in content.transactions)
    costs = tuple(
        (one.network, shown.euros(one.euros, content.language)) for one in showing.costs(gas)
    )
    dated = shown.day(prices().noon, content.language)
    url = base_url(page, gateway)
    return await at_the_typesetters(lambda: paper.pdf(receipt, url, costs, dated))


def _find(gateway: Gateway, code: str) -> Receipt:
    with gateway.database.snapshot() as session:
        return service.find(session, code)


def _checked(gateway: Gateway, code: str, language: str) -> tuple[Receipt, list[ReceiptCheck]]:
    with gateway.database.snapshot() as session:
        receipt = service.find(session, code)
        return receipt, verification.verify(session, gateway.contracts, receipt, language)


def _unknown(page: Page, typed: str, error: NoSuchReceipt) -> HTMLResponse:
    said = f"{error.detail(page.language)} {error.next_step(page.language)}"
    return asked(page, error.status, code=typed[:40], code_error=said)


def asked(page: Page, status: int = 200, **values: str) -> HTMLResponse:
    """What can be checked: a receipt, a document, a credential; with what is wrong with it."""
    nothing: dict[str, Any] = {
        "code": "",
        "code_error": "",
        "file_error": "",
        "text": "",
        "text_error": "",
    }
    return page.html("check/ask.html", status, **(nothing | values))
