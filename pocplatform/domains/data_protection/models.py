"""Tables of data protection."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class Erasure(SQLModel, table=True):
    """That something was erased, and what of it remains on the chain; nothing of its content."""

    __tablename__ = "erasures"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    kind: str
    """credential, agreement or invoice."""
    resource_id: str = Field(unique=True)
    remains: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """Hashes on the chain, each with its transaction."""
    created_ms: int = Field(sa_type=BigInteger)
