"""Tables of splits: as they were agreed, and read models of the chain."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Split(SQLModel, table=True):
    """A split that a tenant made; written by the service."""

    __tablename__ = "splits"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    owner: str = Field(index=True)
    """The address of who made it."""
    name: str
    account: str = Field(index=True)
    """The split's own account. The same shares have the same account, whoever made them."""
    shares: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """Recipients, ascending as the contract wants them, with basis points."""
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class SplitRecipient(SQLModel, table=True):
    """Who has a share of a split, to find it by."""

    __tablename__ = "split_recipients"
    __table_args__ = (UniqueConstraint("split_id", "address"),)

    seq: int | None = Field(default=None, primary_key=True)
    split_id: str = Field(foreign_key="splits.id")
    address: str = Field(index=True)


class SplitState(SQLModel, table=True):
    """Read model: the account of a split as the chain has it, in the token's units."""

    __tablename__ = "split_states"

    account: str = Field(primary_key=True)
    shares: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    distributed_units: str = "0"
    distributions: int = 0
