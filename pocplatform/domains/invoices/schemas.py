"""Requests and answers about invoices."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.organizations.schemas import Metadata
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import TRIMMED, Handle, Moment
from pocplatform.kit.money import CURRENCY, MAX_CENTS

InvoiceStatus = Literal[
    "draft", "open", "partially_paid", "overdue", "paid", "refunded", "cancelled"
]
Direction = Literal["issued", "received"]
VatRate = Literal[2550, 1400, 1350, 1000, 0]
"""The VAT rates of Finland in 1/100 of a percent: 25.5 %; 14 % for what was supplied before 2026
and 13.5 % since; 10 %; none."""

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200), TRIMMED]
Quantity = Annotated[
    str,
    StringConstraints(
        pattern=r"^([1-9][0-9]{0,8}(\.[0-9]{1,4})?"
        r"|0\.([1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9]))$"
    ),
    Field(description="A decimal above 0 with at most four places, as text: `2.5`."),
]


class LineCreate(BaseModel):
    """A line of an invoice."""

    model_config = ConfigDict(extra="forbid")

    description: _Text
    quantity: Quantity = "1"
    unit_price: int = Field(
        strict=True, ge=0, le=MAX_CENTS, description="Euro cents for one, without VAT."
    )
    vat_rate_bps: VatRate = Field(description="1/100 of a percent: 2550 is 25.5 %.")


class InvoiceCreate(BaseModel):
    """An invoice to be signed by your wallet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "payer": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                    "number": "2026-117",
                    "lines": [
                        {
                            "description": "Virtual showroom, design work",
                            "quantity": "7.5",
                            "unit_price": 9500,
                            "vat_rate_bps": 2550,
                        },
                        {
                            "description": "Guided tour",
                            "quantity": "2",
                            "unit_price": 1500,
                            "vat_rate_bps": 1350,
                        },
                    ],
                    "partial_allowed": True,
                }
            ]
        },
    )

    payer: Handle | None = Field(
        default=None,
        description="Address, DID or organization id of who is to pay; without it, whoever has "
        "the invoice's id may pay it, and the first who does is its payer.",
    )
    number: _Text | None = Field(default=None, description="Your own invoice number.")
    lines: list[LineCreate] = Field(min_length=1, max_length=100)
    currency: Literal["tEUR"] = CURRENCY
    reference: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None,
        description="A creditor reference (RF…, ISO 11649) or a Finnish reference number; "
        "without it, one is made.",
    )
    due_at: Moment | None = Field(
        default=None, description="In the future; 14 days from now if not given."
    )
    payable_until: Moment | None = Field(
        default=None, description="After this it cannot be paid any more; without it, for ever."
    )
    partial_allowed: bool = Field(
        default=False, strict=True, description="Whether it can be paid in parts by its payer."
    )
    note: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    metadata: Metadata = Field(default_factory=dict)


class InvoicePay(BaseModel):
    """Pay an invoice."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 5000}]})

    amount: Amount | None = Field(
        default=None, description="Euro cents; without it, all that is outstanding."
    )


class InvoiceRefund(BaseModel):
    """Give back what was paid."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 5000}]})

    amount: Amount | None = Field(
        default=None, description="Euro cents; without it, all that is not given back yet."
    )


class LineRead(BaseModel):
    """A line with its net amount."""

    description: str
    quantity: str
    unit_price: int
    vat_rate_bps: int
    net: int = Field(description="Cents without VAT: quantity × unit price, rounded half up.")


class VatRead(BaseModel):
    """The VAT of one rate."""

    rate_bps: int
    net: int
    vat: int = Field(description="Cents, rounded half up once for all lines of the rate.")


class InvoiceDocument(BaseModel):
    """The written invoice, and what is needed to check its hash: SHA-256 over salt and text."""

    text: str
    salt: str
    hash: str


class SignedRequest(BaseModel):
    """What the payee signed, for who pays from a wallet of their own: `Invoices.pay`."""

    contract: str
    invoice: dict[str, str | bool] = Field(
        description="The contract's struct `Invoice`; numbers as decimal text."
    )
    signature: str


class InvoicePaymentRead(BaseModel):
    """A payment on the invoice, or a refund."""

    kind: Literal["payment", "refund"]
    amount: int
    transaction_hash: str
    at: str


class InvoiceRead(BaseModel):
    """An invoice."""

    object: Literal["invoice"] = "invoice"
    id: str
    status: InvoiceStatus = Field(description="draft: not signed yet, and seen by its payee alone.")
    number: str | None
    payee: str
    payer: str | None = Field(description="Who is to pay, or has; null while anybody may.")
    reference: str = Field(description="ISO 11649, without spaces.")
    reference_national: str | None = Field(
        description="The same as a Finnish reference number, where it is one."
    )
    lines: list[LineRead]
    vat_by_rate: list[VatRead]
    net: int
    vat: int
    total: int
    paid: int
    refunded: int
    outstanding: int = Field(description="What can still be paid; 0 once cancelled.")
    currency: Literal["tEUR"] = CURRENCY
    partial_allowed: bool
    note: str | None
    due_at: str
    payable_until: str | None
    invoice_hash: str = Field(description="The invoice's id on the chain.")
    document: InvoiceDocument
    signed_request: SignedRequest | None
    payments: list[InvoicePaymentRead]
    transactions: list[TransactionRead]
    erased: bool = Field(
        description="Whether its text was destroyed: lines, number, note and document are empty."
    )
    metadata: dict[str, str]
    created: str
