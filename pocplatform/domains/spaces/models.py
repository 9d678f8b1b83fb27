"""Tables of spaces. The read models are written by projections only."""

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

RULES = ("open", "ticket", "credential", "invitation")
"""Who may enter, in the order of the contract's enum."""


def number_of(value: int) -> str:
    """A space's number as it is written: 128 bits as 0x-hex."""
    return f"0x{value:032x}"


class Space(SQLModel, table=True):
    """A space that a tenant created, with its description, which stays off the chain."""

    __tablename__ = "spaces"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    number: str = Field(unique=True)
    """The space's number on the chain: 128 bits as 0x-hex."""
    creator: str
    """Address."""
    name: str
    description: str
    salt: str
    """32 random bytes in hex, for the description's hash."""
    description_hash: str
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class Invitation(SQLModel, table=True):
    """An owner's signed leave for one visit of one visitor."""

    __tablename__ = "space_invitations"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    space_number: str = Field(index=True)
    owner: str
    """Address; likewise the visitor's."""
    visitor: str = Field(index=True)
    visit: int = Field(sa_type=BigInteger)
    """How often the visitor had entered before: the signature holds for the next visit only."""
    series: int
    deadline: int = Field(sa_type=BigInteger)
    """Last second in which it is valid."""
    signature: bytes = Field(sa_type=LargeBinary)
    created_ms: int = Field(sa_type=BigInteger)


class SpaceState(SQLModel, table=True):
    """Read model: a space as the chain has it."""

    __tablename__ = "space_states"

    number: str = Field(primary_key=True)
    owner: str = Field(index=True)
    provider: str = Field(index=True)
    candidate: str | None = None
    """To whom it is offered."""
    rule: str = "open"
    """open, ticket, credential or invitation."""
    ticket: str | None = Field(default=None, index=True)
    """Number of the item that serves as ticket, decimal."""
    credential_type: str | None = None
    """Hash of the type, 0x-hex."""
    issuer: str | None = None
    capacity: int = Field(default=0, sa_type=BigInteger)
    """0 for no limit."""
    closed: bool = False
    series: int = 0


class SpaceLink(SQLModel, table=True):
    """Read model: an open way from one space to another."""

    __tablename__ = "space_links"
    __table_args__ = (UniqueConstraint("origin", "target"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from both numbers."""
    origin: str = Field(index=True)
    target: str
    opened_at: int = Field(sa_type=BigInteger)
    """Block time in seconds."""


class Visit(SQLModel, table=True):
    """Read model: a visit of a space; it lasts while ``left_at`` is empty."""

    __tablename__ = "space_visits"
    __table_args__ = (UniqueConstraint("space_number", "visitor", "number"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from space, visitor and number."""
    space_number: str = Field(index=True)
    visitor: str = Field(index=True)
    number: int
    """The visitor's how manieth visit of this space, from 1."""
    entered_at: int = Field(sa_type=BigInteger)
    """Block time in seconds, likewise ``left_at``."""
    left_at: int | None = Field(default=None, sa_type=BigInteger)
    left_by: str | None = None
    """Who made the visitor leave: itself, or the owner."""
