"""Invoices over HTTP."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Body, Depends, Query, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.invoices import reading
from pocplatform.domains.invoices.errors import (
    InvoiceAmountInvalid,
    InvoiceStateConflict,
    ReferenceInvalid,
)
from pocplatform.domains.invoices.models import Invoice
from pocplatform.domains.invoices.schemas import (
    Direction,
    InvoiceCreate,
    InvoicePay,
    InvoiceRead,
    InvoiceRefund,
    InvoiceStatus,
)
from pocplatform.domains.invoices.service import Invoices
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router, of_request
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.clock import now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.service import Write

router = Router(prefix="/v1/invoices", tags=["Invoices"])


def _invoices(session: Session, gateway: Gateway) -> Invoices:
    return Invoices(session, gateway.outbox, gateway.signers, gateway.chain_id)


def _involved(actor: Actor) -> str | None:
    """The address that must be involved to see an invoice; the organisers see all."""
    return None if actor.org_id is None else actor.address


def _render(gateway: Gateway, actor: Actor) -> Callable[[Session, str], InvoiceRead]:
    def render(session: Session, invoice_id: str) -> InvoiceRead:
        invoice = _invoices(session, gateway).get(None, invoice_id)
        return reading.read(session, invoice, gateway.contracts, actor.org_id)

    return render


class Step:
    """What a caller does to one invoice that they can see."""

    def __init__(
        self, invoice_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> None:
        self.actor = actor
        self._id = invoice_id
        self._gateway = gateway
        self._command = command

    async def __call__(self, act: Callable[[Invoices, Invoice], Sequence[Write]]) -> JSONResponse:
        """Do it, and answer with the invoice as it is then."""

        def work(session: Session) -> Accepted:
            invoices = _invoices(session, self._gateway)
            invoice = invoices.get(_involved(self.actor), self._id)
            transactions = tuple(write.id for write in act(invoices, invoice))
            return Accepted(invoice.id, transactions, f"/v1/invoices/{invoice.id}")

        return await self._command(work, _render(self._gateway, self.actor))


StepDep = Annotated[Step, Depends(of_request(Step))]


@router.post(
    "",
    status_code=201,
    response_model=InvoiceRead,
    **operation(raises=(ReferenceInvalid,), events=("invoice.issued",)),
)
async def create_invoice(
    body: InvoiceCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Write an invoice; your wallet signs it, and its payer finds it among those received.

    Nothing is on the chain before it is paid. Lines are rounded to the cent, and VAT is computed
    once for each rate on the sum of its lines, rounded half up (EN 16931).
    """

    def work(session: Session) -> Accepted:
        invoice = _invoices(session, gateway).issue(actor.org_id, actor.address, body)
        return Accepted(invoice.id, location=f"/v1/invoices/{invoice.id}")

    return await command(work, _render(gateway, actor), created=True)


@router.get("")
def list_invoices(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    direction: Annotated[
        Direction | None, Query(description="Those you have written, or those you are to pay.")
    ] = None,
    status: Annotated[InvoiceStatus | None, Query(description="Those in this status.")] = None,
) -> ListPage[InvoiceRead]:
    """Invoices that you have written, are to pay or have paid, newest first."""
    choose = {
        None: reading.visible_to, "issued": reading.issued_by, "received": reading.received_by,
    }[direction]  # fmt: skip
    statement = choose(_involved(actor))
    if status is not None:
        statement = reading.in_status(statement, status, now_s())
    rows, more = page(session, Invoice, statement, query)
    return ListPage(
        data=[reading.read(session, row, gateway.contracts, actor.org_id) for row in rows],
        has_more=more,
    )


@router.get("/{invoice_id}", **operation(raises=(NotFound,)))
def get_invoice(
    invoice_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> InvoiceRead:
    """An invoice that you have written or may pay."""
    invoice = _invoices(session, gateway).get(_involved(actor), invoice_id)
    return reading.read(session, invoice, gateway.contracts, actor.org_id)


@router.get(
    "/{invoice_id}/qr",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}},
    **operation(raises=(NotFound,)),
)
def get_invoice_qr(
    invoice_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> Response:
    """A QR code of the invoice, as SVG.

    It says the invoice's address in this API, with payee, outstanding cents, currency, reference
    and due date as the query: `…/v1/invoices/inv_…?payee=0x…&amount=…&currency=tEUR&reference=…`.
    """
    invoice = _invoices(session, gateway).get(_involved(actor), invoice_id)
    payload = reading.qr_payload(session, invoice, gateway.settings.base_url)
    return Response(reading.qr_svg(payload), media_type="image/svg+xml")


@router.post(
    "/{invoice_id}/sign",
    response_model=InvoiceRead,
    **operation(raises=(NotFound, Forbidden), events=("invoice.issued",), by_wallet=True),
)
async def sign_invoice(step: StepDep) -> JSONResponse:
    """Sign a draft of yours, so that it can be paid. Signing again changes nothing.

    An invoice of a wallet whose key the sandbox keeps is signed when it is written.
    """

    def sign(invoices: Invoices, invoice: Invoice) -> Sequence[Write]:
        invoices.sign(invoice, step.actor.address)
        return ()

    return await step(sign)


@router.post(
    "/{invoice_id}/pay",
    status_code=202,
    response_model=InvoiceRead,
    **operation(
        raises=(
            NotFound, Forbidden, InvoiceAmountInvalid, InvoiceStateConflict, ContractReverted,
        ),
        events=("invoice.paid", "invoice.partially_paid", "payment.received"),
        moves_value=True,
        by_wallet=True,
    ),
)  # fmt: skip
async def pay_invoice(
    step: StepDep, body: Annotated[InvoicePay | None, Body()] = None
) -> JSONResponse:
    """Pay an invoice from your wallet: all that is outstanding, or a part where parts are allowed.

    It can never be paid twice: the contract takes no more than is outstanding.
    """
    by, amount = step.actor, body.amount if body else None
    return await step(lambda invoices, it: [invoices.pay(it, by.address, by.org_id, amount)])


@router.post(
    "/{invoice_id}/cancel",
    status_code=202,
    response_model=InvoiceRead,
    **operation(
        raises=(NotFound, Forbidden, InvoiceStateConflict, ContractReverted),
        events=("invoice.cancelled",),
        by_wallet=True,
    ),
)
async def cancel_invoice(step: StepDep) -> JSONResponse:
    """Call back an invoice of yours that is not paid in whole; what was paid can be refunded."""
    by = step.actor
    return await step(lambda invoices, it: [invoices.cancel(it, by.address, by.org_id)])


@router.post(
    "/{invoice_id}/refund",
    status_code=202,
    response_model=InvoiceRead,
    **operation(
        raises=(
            NotFound, Forbidden, InvoiceAmountInvalid, InvoiceStateConflict, ContractReverted,
        ),
        events=("invoice.refunded", "payment.received"),
        moves_value=True,
        by_wallet=True,
    ),
)  # fmt: skip
async def refund_invoice(
    step: StepDep, body: Annotated[InvoiceRefund | None, Body()] = None
) -> JSONResponse:
    """Give back what was paid on an invoice of yours, in whole or in part, to who paid it."""
    by, amount = step.actor, body.amount if body else None
    return await step(lambda invoices, it: invoices.refund(it, by.address, by.org_id, amount))
