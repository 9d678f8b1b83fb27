"""Tables of assessments."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Assessment(SQLModel, table=True):
    """What an organization thinks of a pilot, an event or the programme.

    Of each it has one that holds; those before it are kept, since the report of a year counts what
    held at its end.
    """

    __tablename__ = "assessments"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    about: str = Field(index=True)
    """programme, or the name of a pilot, or the id of an event."""
    useful: int
    clear: int
    invest: int
    """1 to 5 each."""
    text: str
    """In their own words; may be empty."""
    created_ms: int = Field(sa_type=BigInteger, index=True)
    replaced_ms: int | None = Field(default=None, sa_type=BigInteger)
    """When the same organization said something else about the same thing."""
