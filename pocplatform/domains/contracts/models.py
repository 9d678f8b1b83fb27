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


class Verification(SQLModel, table=True):
    """That the code at an address is what a compilation of a tenant's has made."""

    __tablename__ = "contract_verifications"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    contract_id: str = Field(index=True)
    org_id: str | None
    address: str = Field(index=True)
    compilation_id: str
    contract: str
    """Which contract of the compilation, as ``file:Name``."""
    runtime_match: str
    """exact_match or match."""
    creation_match: str | None
    """The same of what created it; None where that is not known."""
    arguments: dict[str, Any] | None = Field(sa_column=Column(JSON, nullable=True))
    """Of the constructor, as they stand on the chain."""
    libraries: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    immutables: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
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
    implementation: str | None = None
    """What it calls for ever, if it is a minimal proxy (ERC-1167)."""
    docs_token: str = Field(unique=True, index=True)
    """Who knows it may read the documentation: the unguessable part of its address."""
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


class KnownCode(SQLModel, table=True):
    """An ABI, found by the runtime code that it belongs to."""

    __tablename__ = "known_codes"

    fingerprint: str = Field(primary_key=True)
    """See :func:`pocplatform.chain.runtime_code.fingerprint`."""
    length: int = Field(index=True)
    """Of the code in bytes, by which candidates are found."""
    differing: list[list[int]] = Field(sa_column=Column(JSON, nullable=False))
    name: str
    abi: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    compiled: bool
    """By our own compiler; else as an artifact says, which may be wrong."""
    created_ms: int = Field(sa_type=BigInteger)
