"""Tables of mandates: as they were signed, scheduled collections, and read models of the chain."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Mandate(SQLModel, table=True):
    """A mandate as its payer signed it; written by the service."""

    __tablename__ = "mandates"
    # Those that are to be looked at by now are one stretch of this index.
    __table_args__ = (Index("ix_mandates_look_at", "look_at", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    """Whose it is: the payer's."""
    payer: str = Field(index=True)
    payee: str = Field(index=True)
    description: str
    salt: str
    """32 random bytes in hex. Only the description's salted hash goes on the chain."""
    cap_cents: int = Field(sa_type=BigInteger)
    request: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What was signed; see :mod:`pocplatform.domains.mandates.signed`."""
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)
    """None as long as the payer has not signed: a draft, which nobody else sees."""
    mandate_hash: str = Field(unique=True)
    """EIP-712 struct hash of the request: the mandate's id on the chain."""
    schedule_cents: int | None = Field(default=None, sa_type=BigInteger)
    """What the payee has asked to be collected in every period; None: nothing by itself."""
    look_at: int | None = Field(default=None, sa_type=BigInteger)
    """When it is looked at next for that (seconds since 1970); None for never again."""
    payee_org_id: str | None = None
    """Whose the scheduled collections are: the organization that asked for them."""
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class ScheduledCollection(SQLModel, table=True):
    """A collection that the clock began: one for each mandate and period."""

    __tablename__ = "scheduled_collections"
    __table_args__ = (UniqueConstraint("mandate_id", "period_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    mandate_id: str = Field(foreign_key="mandates.id")
    period_index: int = Field(sa_type=BigInteger)
    amount_cents: int = Field(sa_type=BigInteger)
    transaction_id: str | None
    """None if the contract refused it at once."""
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """The contract's error, where it refused it at once."""
    failure_told: bool = False
    created_ms: int = Field(sa_type=BigInteger)


class MandateState(SQLModel, table=True):
    """Read model: a mandate as the chain has it. Amounts in the token's units, as decimals."""

    __tablename__ = "mandate_states"

    mandate_hash: str = Field(primary_key=True)
    state: str
    """active, paused or cancelled."""
    period_index: int = Field(default=0, sa_type=BigInteger)
    """The period in which something was collected last."""
    collected_units: str = "0"
    """What was collected in that period."""
    total_units: str = "0"
    """What was collected altogether."""


class MandateCollection(SQLModel, table=True):
    """Read model: something was collected."""

    __tablename__ = "mandate_collections"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    transaction_hash: str
    log_index: int
    mandate_hash: str = Field(index=True)
    payer: str
    payee: str
    units: str
    period_index: int = Field(sa_type=BigInteger)
    timestamp: int = Field(sa_type=BigInteger)
