"""Tables of x402."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class X402Settlement(SQLModel, table=True):
    """A payment that was settled, or is about to be: one for each authorization."""

    __tablename__ = "x402_settlements"
    __table_args__ = (UniqueConstraint("payer", "nonce"),)

    seq: int | None = Field(default=None, primary_key=True)
    payer: str
    nonce: str
    """The authorization's nonce, 0x-hex: with the payer it makes the authorization unique."""
    authorization_hash: str
    """SHA-256 of the call that carries it out: whether a repeated request means the same."""
    pay_to: str
    units: str
    transaction_id: str = Field(index=True)
    delivered_ms: int | None = Field(default=None, sa_type=BigInteger)
    """When the sandbox gave a resource of its own for it."""
    created_ms: int = Field(sa_type=BigInteger)
