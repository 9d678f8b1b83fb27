"""Tables of guided demos."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class DemoRun(SQLModel, table=True):
    """Somebody's run of a story."""

    __tablename__ = "demo_runs"
    __table_args__ = (UniqueConstraint("visit_id", "attempt"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    visit_id: str = Field(foreign_key="visits.id")
    attempt: str
    """Of the form that began it: sent twice, it begins one run."""
    story: str
    language: str
    """Of the texts that go into documents, which do not change with the pages' language."""
    players: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """Role to organization."""
    created_ms: int = Field(sa_type=BigInteger)


class DemoStep(SQLModel, table=True):
    """A step that was done, with what it has shown."""

    __tablename__ = "demo_steps"
    __table_args__ = (UniqueConstraint("run_id", "step"),)

    seq: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(foreign_key="demo_runs.id")
    step: str
    shown: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    done_ms: int = Field(sa_type=BigInteger)
