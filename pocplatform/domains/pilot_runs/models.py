"""Tables of pilots' runs."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class PilotRun(SQLModel, table=True):
    """A pilot's run as its evaluation has it. Public: invented companies and test money only."""

    __tablename__ = "pilot_runs"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    run: str = Field(unique=True)
    """The run's own id, by which it is kept once."""
    pilot: str = Field(index=True)
    area: str
    ok: bool
    transactions: int
    ended_ms: int = Field(sa_type=BigInteger, index=True)
    hash: str
    """SHA-256 of the evaluation, by which a report says what it was made of."""
    evaluation: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)
