"""The read model of held payments, written by projections only."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class HeldPayment(SQLModel, table=True):
    """Money of somebody's that waits in one place, because a token refused to pay it out."""

    __tablename__ = "held_payments"
    __table_args__ = (UniqueConstraint("holder", "token", "recipient"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from holder, token and recipient."""
    source: str
    """agreement, parcel or split."""
    holder: str = Field(index=True)
    """Address of the contract, or of the split's account, that has it."""
    token: str
    recipient: str = Field(index=True)
    """Whose it is."""
    units: str
    """In the token's units; 0 once it was withdrawn."""
    held_at: int = Field(sa_type=BigInteger)
    """Block time in seconds of the last payment that was held."""
    withdrawn_at: int | None = Field(default=None, sa_type=BigInteger)
    """Block time in seconds of the last withdrawal."""
