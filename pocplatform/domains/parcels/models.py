"""Tables of parcels. The read models are written by projections only.

Prices and deposits on the chain are units of 10⁻⁶ tEUR of at most 48 bits, 57 with 366 days.
"""

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Parcel(SQLModel, table=True):
    """A parcel that a tenant had minted, with its description."""

    __tablename__ = "parcels"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    token_id: str = Field(unique=True)
    """The parcel's number on the chain, decimal."""
    space_number: str = Field(index=True)
    x: int
    y: int
    floor: int
    name: str
    description: str
    image: str | None
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class ParcelNote(SQLModel, table=True):
    """A text about a deposit whose salted hash is on the chain: the reason of a claim, a ruling."""

    __tablename__ = "parcel_notes"

    seq: int | None = Field(default=None, primary_key=True)
    token_id: str = Field(index=True)
    kind: str
    """reason or ruling."""
    text: str
    salt: str
    hash: str = Field(index=True)
    author: str
    created_ms: int = Field(sa_type=BigInteger)


class PlanState(SQLModel, table=True):
    """Read model: where parcels may be in a space."""

    __tablename__ = "parcel_plans"

    space_number: str = Field(primary_key=True)
    steward: str
    width: int
    depth: int
    floors: int
    royalty_bps: int


class ParcelState(SQLModel, table=True):
    """Read model: a parcel as the chain has it. Amounts in the token's units."""

    __tablename__ = "parcel_states"
    # Those that can be released by now are one stretch of this index.
    __table_args__ = (Index("ix_parcel_states_release", "release_after", "token_id"),)

    token_id: str = Field(primary_key=True)
    owner: str = Field(index=True)
    user: str | None = Field(default=None, index=True)
    """Of the last use, which may be over."""
    user_expires: int = Field(default=0, sa_type=BigInteger)
    """Last second of that use."""
    arbiter: str | None = None
    price_per_day: int = Field(default=0, sa_type=BigInteger)
    deposit: int = Field(default=0, sa_type=BigInteger)
    """What the next user leaves."""
    held: int = Field(default=0, sa_type=BigInteger)
    """What the last user has left."""
    claimed: int = Field(default=0, sa_type=BigInteger)
    """What of that the owner claims."""
    decide_by: int = Field(default=0, sa_type=BigInteger)
    release_after: int | None = Field(default=None, sa_type=BigInteger)
    """After this second anybody can have the deposit paid back; None while none is held."""


class Rental(SQLModel, table=True):
    """Read model: a rental of a parcel. Amounts in the token's units."""

    __tablename__ = "parcel_rentals"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from the log that tells of it."""
    transaction_hash: str
    log_index: int
    token_id: str = Field(index=True)
    user: str = Field(index=True)
    owner: str
    """Who let it."""
    price: int = Field(sa_type=BigInteger)
    deposit: int = Field(sa_type=BigInteger)
    rented_at: int = Field(sa_type=BigInteger)
    """Block time in seconds, likewise the other moments."""
    expires_at: int = Field(sa_type=BigInteger)
    """Last second of the rental; earlier than agreed if the user has given it up."""
    settled_at: int | None = Field(default=None, sa_type=BigInteger)
    """When the deposit was paid out."""
    user_amount: int = Field(default=0, sa_type=BigInteger)
    owner_amount: int = Field(default=0, sa_type=BigInteger)
