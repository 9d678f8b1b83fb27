"""Tables of the devnets of teams."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class Devnet(SQLModel, table=True):
    """A devnet of a tenant. Its row stays when it is deleted, so that no chain id comes again."""

    __tablename__ = "devnets"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    address: str
    """The wallet that made it, which its events are addressed to."""
    name: str
    chain_id: int = Field(default=0, sa_type=BigInteger)
    accounts: int
    """How many of anvil's development accounts have ether."""
    balances: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """Wei in decimal digits of further accounts, by address."""
    contracts: bool
    """Whether it begins with the platform's contracts."""
    metadata_: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column("metadata", JSON, nullable=False)
    )
    epoch: int = 1
    state_id: str | None = None
    """The saved state that it goes on from; None to begin anew."""
    unsaved: bool = False
    """Whether there is, or was when this process last heard of it, something that no state has."""
    recovery: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """When something was lost the last time, why, and what it went on from."""
    created_ms: int = Field(sa_type=BigInteger)
    used_ms: int = Field(sa_type=BigInteger)
    deleted_ms: int | None = Field(default=None, sa_type=BigInteger)


class DevnetState(SQLModel, table=True):
    """A saved state of a devnet: the latest one, or a snapshot by its name. Never changed."""

    __tablename__ = "devnet_states"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    devnet_id: str = Field(index=True)
    name: str | None = None
    """Of a snapshot; None for what the platform has saved by itself."""
    file: str
    """In the devnet's folder."""
    size: int = Field(sa_type=BigInteger)
    block: int = Field(sa_type=BigInteger)
    timestamp: int = Field(sa_type=BigInteger)
    aside: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What belongs to the state and is not in the file."""
    created_ms: int = Field(sa_type=BigInteger)
