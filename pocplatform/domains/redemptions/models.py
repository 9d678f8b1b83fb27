"""Tables of redemptions."""

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Redemption(SQLModel, table=True):
    """A redemption that a tenant asked for; written by the service."""

    __tablename__ = "redemptions"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    holder: str
    amount_cents: int = Field(sa_type=BigInteger)
    transaction_id: str
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class RedemptionRecord(SQLModel, table=True):
    """Read model: test euros that were destroyed under a reference."""

    __tablename__ = "redemption_records"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    transaction_hash: str
    log_index: int
    holder: str
    units: str
    reference: str = Field(index=True)
    """The redemption's id, or 32 bytes as 0x-hex where somebody redeemed without the API."""
    timestamp: int = Field(sa_type=BigInteger)
