"""Showing invoices, as JSON and as a QR code."""

import io
from urllib.parse import urlencode

import segno
from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.invoices import references, repository
from pocplatform.domains.invoices.models import Invoice
from pocplatform.domains.invoices.schemas import (
    InvoiceDocument,
    InvoicePaymentRead,
    InvoiceRead,
    LineRead,
    SignedRequest,
    VatRead,
)
from pocplatform.domains.invoices.service import status_of
from pocplatform.domains.invoices.signed import CONTRACT
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, iso_s, now_s
from pocplatform.kit.money import CURRENCY, to_cents

issued_by = repository.issued_by
received_by = repository.received_by
visible_to = repository.visible_to
in_status = repository.in_status

_CLOSED = ("paid", "refunded", "cancelled")


def read(
    session: Session, invoice: Invoice, contracts: Contracts, org_id: str | None
) -> InvoiceRead:
    """An invoice with what became of it on the chain, as an organization sees it."""
    state = repository.state_of(session, invoice.invoice_hash)
    status = status_of(invoice, state, now_s())
    paid, refunded = (int(state.paid_units), int(state.refunded_units)) if state else (0, 0)
    request = invoice.request
    return InvoiceRead(
        id=invoice.id,
        status=status,
        number=invoice.number,
        payee=invoice.payee,
        payer=invoice.payer or (state.payer if state else None),
        reference=invoice.reference,
        reference_national=references.to_national(invoice.reference),
        lines=[LineRead(**line) for line in invoice.lines],
        vat_by_rate=[VatRead(**part) for part in invoice.vat],
        net=invoice.net_cents,
        vat=invoice.vat_cents,
        total=invoice.total_cents,
        paid=to_cents(paid),
        refunded=to_cents(refunded),
        outstanding=0 if status in _CLOSED else to_cents(request["amount"] - paid),
        partial_allowed=request["partialAllowed"],
        note=invoice.note,
        due_at=iso_s(invoice.due_at),
        payable_until=iso_s(request["payableUntil"]) if request["payableUntil"] else None,
        invoice_hash=invoice.invoice_hash,
        document=InvoiceDocument(
            text=invoice.document, salt=invoice.salt, hash=request["documentHash"]
        ),
        signed_request=SignedRequest(
            contract=contracts.address(CONTRACT),
            invoice={
                name: value if isinstance(value, bool) else str(value)
                for name, value in request.items()
            },
            signature="0x" + invoice.signature.hex(),
        )
        if invoice.signature
        else None,
        payments=[
            InvoicePaymentRead(
                kind=row.kind,  # type: ignore[arg-type]
                amount=to_cents(int(row.units)),
                transaction_hash=row.transaction_hash,
                at=iso_s(row.timestamp),
            )
            for row in repository.payments_of(session, invoice.invoice_hash)
        ],
        transactions=transactions.of_resource(session, invoice.id),
        erased=invoice.erased,
        metadata=invoice.metadata_ if org_id == invoice.org_id else {},
        created=iso(invoice.created_ms),
    )


def qr_payload(session: Session, invoice: Invoice, base_url: str) -> str:
    """What the QR code says: the invoice's address in the API, with what a reader shows first.

    ``<gateway>/v1/invoices/inv_…?payee=0x…&amount=12550&currency=tEUR&reference=RF…&due=2026-12-06``
    with ``amount`` the outstanding cents. A wallet pays it with ``POST …/pay`` on the same
    address. (The EPC code of SEPA transfers needs an IBAN, which a test euro does not have.)
    """
    state = repository.state_of(session, invoice.invoice_hash)
    paid = int(state.paid_units) if state else 0
    closed = status_of(invoice, state, now_s()) in _CLOSED
    query = urlencode(
        {
            "payee": invoice.payee,
            "amount": 0 if closed else to_cents(invoice.request["amount"] - paid),
            "currency": CURRENCY,
            "reference": invoice.reference,
            "due": iso_s(invoice.due_at)[:10],
        }
    )
    return f"{base_url}/v1/invoices/{invoice.id}?{query}"


def qr_svg(payload: str) -> bytes:
    """The payload as a QR code (ISO/IEC 18004, error correction M) in SVG."""
    out = io.BytesIO()
    segno.make_qr(payload, error="m").save(
        out, kind="svg", scale=4, border=4, light="#fff", title="QR", svgclass=None, lineclass=None
    )
    return out.getvalue()
