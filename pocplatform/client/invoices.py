"""Invoices: written and signed by the payee, paid in whole or in parts, refunded."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.requests import Request


class InvoiceLine(Request):
    """A line to be invoiced.

    Attributes:
        description: What it is.
        unit_price: Euro cents for one, without VAT.
        vat_rate_bps: VAT in 1/100 of a percent: 2550, 1400, 1350, 1000 or 0.
        quantity: A decimal as text, such as ``2.5``.
    """

    description: str
    unit_price: int
    vat_rate_bps: int
    quantity: str = "1"


class VatOfRate(Model):
    """The VAT of one rate, in cents."""

    rate_bps: int
    net: int
    vat: int


class InvoicePayment(Model):
    """A payment on an invoice, or a refund."""

    kind: str
    amount: int
    transaction_hash: str
    at: datetime


class Invoice(Model):
    """An invoice; amounts are euro cents."""

    id: str
    status: str
    number: str | None = None
    payee: str
    payer: str | None = None
    reference: str
    reference_national: str | None = None
    lines: list[dict[str, Any]] = Field(default_factory=list)
    vat_by_rate: list[VatOfRate] = Field(default_factory=list)
    net: int
    vat: int
    total: int
    paid: int
    refunded: int
    outstanding: int
    currency: str = "tEUR"
    partial_allowed: bool
    note: str | None = None
    due_at: datetime
    payable_until: datetime | None = None
    invoice_hash: str
    payments: list[InvoicePayment] = Field(default_factory=list)
    transactions: list[Transaction] = Field(default_factory=list)
    erased: bool = False
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Invoices(Resource[M]):
    """Requests for payment with a reference, a due date and VAT."""

    @operation
    async def create(
        self,
        lines: Sequence[InvoiceLine],
        *,
        payer: str | None = None,
        number: str | None = None,
        reference: str | None = None,
        due_at: datetime | None = None,
        payable_until: datetime | None = None,
        partial_allowed: bool = False,
        note: str | None = None,
        metadata: dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Invoice:
        """Write an invoice; one's own wallet signs it.

        Args:
            lines: What is invoiced.
            payer: Who is to pay (address, DID or organization id); without it, whoever has the id.
            number: One's own invoice number.
            reference: An RF reference or a Finnish reference number; without it, one is made.
            due_at: When it is due; 14 days from now if not given.
            payable_until: After this it cannot be paid.
            partial_allowed: Whether it can be paid in parts.
            note: Written on it; stays off the chain.
            metadata: One's own names and values.
            idempotency_key: Names this invoice; without it, a fresh one.
        """
        body: dict[str, Any] = {
            "lines": [line.as_json() for line in lines],
            "payer": payer,
            "number": number,
            "reference": reference,
            "due_at": due_at.isoformat() if due_at else None,
            "payable_until": payable_until.isoformat() if payable_until else None,
            "partial_allowed": partial_allowed,
            "note": note,
            "metadata": metadata,
        }
        return await self._connection.write(
            "/v1/invoices", body, Invoice, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, invoice_id: str) -> Invoice:
        """An invoice that one has written or may pay."""
        return await self._connection.read(f"/v1/invoices/{segment(invoice_id)}", Invoice)

    @listing
    async def list(
        self,
        *,
        direction: Literal["issued", "received"] | None = None,
        status: str | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Invoice]:
        """Invoices that one has written or is to pay, newest first."""
        query = {"direction": direction, "status": status}
        async for invoice in self._connection.pages("/v1/invoices", Invoice, page_size, query):
            yield invoice

    @operation
    async def pay(
        self,
        invoice_id: str,
        amount: int | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Invoice:
        """Pay all that is outstanding, or a part, from one's own wallet."""
        body = {"amount": amount}
        return await self._do(invoice_id, "pay", body, wait, idempotency_key)

    @operation
    async def cancel(
        self, invoice_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Invoice:
        """Call back an invoice of one's own that is not paid in whole."""
        return await self._do(invoice_id, "cancel", {}, wait, idempotency_key)

    @operation
    async def refund(
        self,
        invoice_id: str,
        amount: int | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Invoice:
        """Give back all that was paid, or a part."""
        body = {"amount": amount}
        return await self._do(invoice_id, "refund", body, wait, idempotency_key)

    async def _do(
        self, invoice_id: str, verb: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Invoice:
        path = f"/v1/invoices/{segment(invoice_id)}/{verb}"
        return await self._connection.write(path, body, Invoice, key=key, wait=wait)
