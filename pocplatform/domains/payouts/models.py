"""Tables of payouts."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Payout(SQLModel, table=True):
    """A batch of transfers that a tenant asked for."""

    __tablename__ = "payouts"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    sender: str
    total_cents: int = Field(sa_type=BigInteger)
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class PayoutItem(SQLModel, table=True):
    """One recipient of a payout."""

    __tablename__ = "payout_items"
    __table_args__ = (UniqueConstraint("payout_id", "index"),)

    seq: int | None = Field(default=None, primary_key=True)
    payout_id: str = Field(foreign_key="payouts.id")
    index: int
    recipient: str
    amount_cents: int = Field(sa_type=BigInteger)
    payment_id: str | None
    """The payment that it became; None if the contract refused it at once."""
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """The contract's error, where it refused it at once."""
