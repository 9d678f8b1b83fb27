"""Tables of visits."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class Visit(SQLModel, table=True):
    """A browser that has begun something; only the hash of its cookie is stored."""

    __tablename__ = "visits"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    hash: str = Field(unique=True)
    expires_ms: int = Field(sa_type=BigInteger, index=True)
    created_ms: int = Field(sa_type=BigInteger)


class Seat(SQLModel, table=True):
    """An organization that a visit acts for."""

    __tablename__ = "visit_seats"
    __table_args__ = (UniqueConstraint("visit_id", "org_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    visit_id: str = Field(foreign_key="visits.id")
    org_id: str = Field(foreign_key="organizations.id", index=True)
    session_id: str
    """The session (``ses_…``) by which the API knows it."""
    created_ms: int = Field(sa_type=BigInteger)


class OrganisersSignedOut(SQLModel, table=True):
    """A session of the organisers that was ended before its time; it has no row while it holds."""

    __tablename__ = "organisers_signed_out"

    hash: str = Field(primary_key=True)
    """SHA-256 of its token."""
    ends_ms: int = Field(sa_type=BigInteger)
    """When it would have ended by itself, and this row serves no more."""
