"""Tables of identities. The read models are written by projections only."""

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Identity(SQLModel, table=True):
    """A DID that a tenant registered through the platform."""

    __tablename__ = "identities"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """The DID."""
    org_id: str | None = Field(index=True)
    address: str = Field(unique=True)
    public_key: str
    """The wallet's compressed public key in hex."""
    transaction_id: str
    """The registration; the latest one, if an earlier one failed."""
    created_ms: int = Field(sa_type=BigInteger)


class IdentityChange(SQLModel, table=True):
    """Read model: one change of an identity in the registry, as the chain tells it."""

    __tablename__ = "identity_changes"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    address: str = Field(index=True)
    kind: str
    """owner, delegate or attribute."""
    name: bytes = Field(sa_type=LargeBinary)
    """The attribute's name or the delegate's type: 32 bytes that need not be text."""
    value: bytes = Field(sa_type=LargeBinary)
    valid_to: str
    """Seconds since 1970 as a decimal string: up to 2²⁵⁶-1."""
    transaction_hash: str
    log_index: int
    block_number: int = Field(sa_type=BigInteger)
    timestamp: int = Field(sa_type=BigInteger)
