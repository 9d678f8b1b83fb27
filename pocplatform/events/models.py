"""Tables of the event log."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Event(SQLModel, table=True):
    """Something that happened, such as ``agreement.activated``. Never changed, never deleted."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("source", "type"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    type: str = Field(index=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    source: str
    """What it comes from: transaction hash, contract and the log's ordinal there. With the type it
    makes appending idempotent."""
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    transaction_hash: str | None = None
    created_ms: int = Field(sa_type=BigInteger)


class EventAudience(SQLModel, table=True):
    """Whom an event concerns: an organization sees the events addressed to its wallet."""

    __tablename__ = "event_audience"
    # What an address may see after some event is one stretch of this index.
    __table_args__ = (Index("ix_event_audience_address_event_seq", "address", "event_seq"),)

    event_seq: int = Field(primary_key=True, foreign_key="events.seq")
    address: str = Field(primary_key=True)
