"""Tables of payments. The read models are written by projections only."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class Payment(SQLModel, table=True):
    """A payment that a tenant asked for."""

    __tablename__ = "payments"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    kind: str
    """transfer, faucet or payout (a transfer of a batch)."""
    sender: str | None
    recipient: str
    amount_cents: int = Field(sa_type=BigInteger)
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class TokenBalance(SQLModel, table=True):
    """Read model: tEUR of an address, in units of 10⁻⁶, as a decimal string of any size."""

    __tablename__ = "token_balances"

    address: str = Field(primary_key=True)
    units: str


class TokenTransfer(SQLModel, table=True):
    """Read model: a movement of tEUR; from or to the zero address when made or destroyed."""

    __tablename__ = "token_transfers"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    transaction_hash: str
    log_index: int
    block_number: int = Field(sa_type=BigInteger)
    timestamp: int = Field(sa_type=BigInteger)
    sender: str = Field(index=True)
    recipient: str = Field(index=True)
    units: str
