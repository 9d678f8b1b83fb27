"""Tables of webhooks. They are private to each tenant."""

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class DeliveryState(StrEnum):
    """What has become of an event on its way to an endpoint."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Every attempt has failed."""
    CANCELLED = "cancelled"
    """The endpoint was disabled before one has succeeded."""
    DROPPED = "dropped"
    """On purpose, as was asked for: see docs/failure.md."""


class Webhook(SQLModel, table=True):
    """An endpoint of a tenant's, and the events that it wants."""

    __tablename__ = "webhooks"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(default=None, index=True)
    """The tenant; None for the organisers."""
    address: str | None = Field(default=None, index=True)
    """Of the wallet that it was made by; None for the organisers. What is told about the endpoint
    itself is told to it; sent to it is what concerns any wallet of the organization."""
    url: str
    description: str = ""
    event_types: list[str] = Field(sa_column=Column(JSON, nullable=False))
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    disabled_reason: str | None = None
    """``by_hand`` or ``failing``; None while it is enabled."""
    secret: bytes = Field(sa_type=LargeBinary)
    """Encrypted: what is sent is signed with it."""
    previous_secret: bytes | None = Field(default=None, sa_type=LargeBinary)
    previous_until_ms: int | None = Field(default=None, sa_type=BigInteger)
    """Until then, what is sent is signed with the previous secret too."""
    after_seq: int = Field(default=0, sa_type=BigInteger)
    """Number of the last event that was looked at for it, or the last before it was made."""
    succeeded_ms: int = Field(default=0, sa_type=BigInteger)
    """When an attempt has succeeded last; 0 for never."""
    created_ms: int = Field(sa_type=BigInteger)


class Delivery(SQLModel, table=True):
    """An event on its way to an endpoint."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_seq", "number"),
        Index("ix_webhook_deliveries_state", "state", "webhook_id"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    webhook_id: str = Field(index=True)
    event_seq: int = Field(sa_type=BigInteger)
    number: int = 0
    """0 for the first, then counted: deliveries that were asked for by hand."""
    state: str = DeliveryState.PENDING
    attempts: int = 0
    next_attempt_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger, index=True)


class Attempt(SQLModel, table=True):
    """One request to an endpoint, and what came of it."""

    __tablename__ = "webhook_attempts"

    seq: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(index=True)
    status: int | None = None
    """HTTP status of the answer; None if there was none."""
    error: str | None = None
    """Why there was none, as a stable name."""
    answer: str = ""
    """Its first bytes."""
    duration_ms: int
    at_ms: int = Field(sa_type=BigInteger)
