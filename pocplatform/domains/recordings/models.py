"""Tables of the request log and of recordings. They are private to each tenant."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class RequestEntry(SQLModel, table=True):
    """A request that came with a key, and how it was answered. No body, no query, no secret."""

    __tablename__ = "requests"
    __table_args__ = (Index("ix_requests_org_id", "org_id", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None
    """The tenant; None for the organisers."""
    key_id: str | None
    """The key or session that it came with."""
    method: str
    path: str
    status: int
    code: str | None
    """Code of the error, where it was one."""
    duration_us: int
    created_ms: int = Field(sa_type=BigInteger, index=True)
    """When it came."""


class Recording(SQLModel, table=True):
    """A recording of an organization's requests, and of those of others who have joined."""

    __tablename__ = "recordings"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(index=True)
    name: str
    started_ms: int = Field(sa_type=BigInteger)
    ends_ms: int = Field(sa_type=BigInteger)
    """When it ends by itself, or has ended."""
    stopped: bool = False
    steps: int = 0
    size: int = 0
    """Bytes of what is kept of its steps."""
    full: bool = False
    """Whether something was left out for want of room."""


class Participant(SQLModel, table=True):
    """An organization whose requests a recording has, or may have."""

    __tablename__ = "recording_participants"
    __table_args__ = (UniqueConstraint("recording_id", "org_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    recording_id: str
    org_id: str = Field(index=True)
    joined_ms: int | None = Field(default=None, sa_type=BigInteger)
    """Since when; None while it is only invited."""
    left_ms: int | None = Field(default=None, sa_type=BigInteger)
    opening_cents: int = Field(default=0, sa_type=BigInteger)
    """What its wallet had when it joined."""


class Step(SQLModel, table=True):
    """A request of a recording with what is needed to send it again."""

    __tablename__ = "recording_steps"

    seq: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(index=True)
    began_ns: int = Field(sa_type=BigInteger)
    """When it came: steps are in this order."""
    org_id: str
    key_id: str | None
    address: str
    method: str
    path: str
    query: str
    status: int
    code: str | None
    simulate: str | None
    body: Any = Field(sa_column=Column(JSON))
    """What was sent, without secrets; None for nothing, or once it was erased."""
    answer: Any = Field(sa_column=Column(JSON))
    """Of what was answered: ids, states and amounts."""
    erased: bool = False
