"""Tables of the workbench."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class CompilerOutput(SQLModel, table=True):
    """What solc made of sources; found again by the hash of sources and settings."""

    __tablename__ = "compiler_outputs"

    key: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)
    """JSON: solc, contracts, warnings, sources; text, since nothing is looked for in it."""
    created_ms: int = Field(sa_type=BigInteger)


class Compilation(SQLModel, table=True):
    """That a tenant has compiled something."""

    __tablename__ = "compilations"
    __table_args__ = (UniqueConstraint("tenant", "key"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    tenant: str
    """The organization, or ``admin``: unique constraints do not hold for NULL."""
    key: str
    created_ms: int = Field(sa_type=BigInteger)


class Contract(SQLModel, table=True):
    """A contract that a tenant has deployed, or attached by its address."""

    __tablename__ = "contracts"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    name: str
    origin: str
    """compilation, artifact or attached."""
    compilation_id: str | None = None
    address: str | None = Field(default=None, index=True)
    """None until it is known: without a salt it depends on the nonce, which the sender gives."""
    transaction_id: str | None = Field(default=None, index=True)
    salt: str | None = None
    abi: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    userdoc: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    devdoc: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    arguments: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Of the constructor, by name."""
    libraries: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    metadata_: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column("metadata", JSON, nullable=False)
    )
    created_ms: int = Field(sa_type=BigInteger)
