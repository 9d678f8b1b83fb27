"""Tables of organizations. They are private to each tenant; nothing of them goes on the chain."""

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class Organization(SQLModel, table=True):
    """A company or person that takes part, with its custodial wallet."""

    __tablename__ = "organizations"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    business_id: str | None = Field(default=None, unique=True)
    """Synthetic Finnish business ID; None for a person."""
    address: str = Field(unique=True)
    """The wallet's address (EIP-55)."""
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class ApiKey(SQLModel, table=True):
    """A secret key; only its hash is stored."""

    __tablename__ = "api_keys"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    hash: str = Field(unique=True)
    """SHA-256 of the secret. The secret has 192 random bits, so no slow hash is needed."""
    last_four: str
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    revoked_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)
