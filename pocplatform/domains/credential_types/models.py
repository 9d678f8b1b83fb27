"""Tables of credential types."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class TypeDefinition(SQLModel, table=True):
    """What a type of credential says, as somebody has laid it down. Never changed: its credentials
    are out there."""

    __tablename__ = "credential_type_definitions"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    """Whose it is; None for those of the sandbox."""
    owner: str | None = Field(default=None, index=True)
    """Address of the organization's wallet."""
    name: str = Field(unique=True)
    """Its keccak256 is what the chain has of the type."""
    display: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Language to name and description."""
    claims_schema: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """JSON Schema (2020-12) of the claims."""
    created_ms: int = Field(sa_type=BigInteger)
