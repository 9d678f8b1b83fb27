"""Tables of invoices: as they were written, and read models of the chain."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Invoice(SQLModel, table=True):
    """An invoice as its payee wrote and signed it; written by the service."""

    __tablename__ = "invoices"
    __table_args__ = (
        Index("ix_invoices_due_soon", "due_soon_told_ms", "due_at"),
        Index("ix_invoices_overdue", "overdue_told_ms", "due_at"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    """Whose invoice it is."""
    payee: str = Field(index=True)
    payer: str | None = Field(index=True)
    """Who may pay; None: whoever pays first."""
    number: str | None
    """The payee's own invoice number."""
    reference: str = Field(index=True)
    """ISO 11649, without spaces."""
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    vat: list[dict[str, int]] = Field(sa_column=Column(JSON, nullable=False))
    """The VAT of each rate."""
    net_cents: int = Field(sa_type=BigInteger)
    vat_cents: int = Field(sa_type=BigInteger)
    total_cents: int = Field(sa_type=BigInteger)
    note: str | None
    document: str
    """The written invoice as JSON. Only its salted hash goes on the chain."""
    salt: str
    """32 random bytes in hex."""
    request: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What was signed; see :mod:`pocplatform.domains.invoices.signed`."""
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)
    """None as long as the payee has not signed: a draft, which nobody else sees."""
    invoice_hash: str = Field(unique=True)
    """EIP-712 struct hash of the request: the invoice's id on the chain."""
    due_at: int = Field(sa_type=BigInteger, index=True)
    """Seconds since 1970."""
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    due_soon_told_ms: int | None = Field(default=None, sa_type=BigInteger)
    overdue_told_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)

    @property
    def erased(self) -> bool:
        """Whether its text was destroyed; nothing is hashed without a salt."""
        return not self.salt


class InvoiceState(SQLModel, table=True):
    """Read model: an invoice that something happened to on the chain."""

    __tablename__ = "invoice_states"

    invoice_hash: str = Field(primary_key=True)
    state: str
    """partially_paid, paid or cancelled."""
    payer: str | None = Field(default=None, index=True)
    """Who has paid on it."""
    paid_units: str = "0"
    refunded_units: str = "0"


class InvoicePayment(SQLModel, table=True):
    """Read model: a payment on an invoice, or its refund."""

    __tablename__ = "invoice_payments"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    transaction_hash: str
    log_index: int
    invoice_hash: str = Field(index=True)
    kind: str
    """payment or refund."""
    payer: str
    payee: str
    units: str
    reference: str | None
    timestamp: int = Field(sa_type=BigInteger)
