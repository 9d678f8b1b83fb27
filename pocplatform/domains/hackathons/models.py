"""Tables of hackathons and workshops."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Hackathon(SQLModel, table=True):
    """An event that the organisers hold."""

    __tablename__ = "hackathons"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    kind: str
    """hackathon, workshop or info_event."""
    language: str
    """fi or en: of what is printed and projected."""
    code: str
    """By which anybody makes a team, as it is shown."""
    code_key: str = Field(unique=True)
    """The same as it is compared: capitals and digits."""
    starts_ms: int = Field(sa_type=BigInteger)
    ends_ms: int = Field(sa_type=BigInteger)
    quota: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """See :class:`pocplatform.domains.hackathons.schemas.Quota`."""
    frozen_ms: int | None = Field(default=None, sa_type=BigInteger)
    metadata_: dict[str, str] = Field(
        default_factory=dict, sa_column=Column("metadata", JSON, nullable=False)
    )
    created_ms: int = Field(sa_type=BigInteger)


class Team(SQLModel, table=True):
    """A team of an event, with the organization that it acts as."""

    __tablename__ = "hackathon_teams"
    __table_args__ = (UniqueConstraint("hackathon_id", "name_key"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    hackathon_id: str = Field(foreign_key="hackathons.id", index=True)
    name: str
    name_key: str
    """The name as it is compared: without case, and with one way to write each letter."""
    org_id: str = Field(foreign_key="organizations.id", unique=True)
    address: str
    """The organization's first wallet, which the platform keeps."""
    code: str
    code_key: str = Field(unique=True)
    """By which its further members join."""
    devnet_id: str | None = None
    keys: int = 0
    """How many keys were given out to its members."""
    printed: bool = False
    """Whether the organisers have had keys for it."""
    resets: int = 0
    since_ms: int = Field(sa_type=BigInteger)
    """When it was made or last reset: what is counted of it begins here."""
    created_ms: int = Field(sa_type=BigInteger)


class Announcement(SQLModel, table=True):
    """What the organisers have told everybody at an event."""

    __tablename__ = "hackathon_announcements"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    hackathon_id: str = Field(foreign_key="hackathons.id", index=True)
    text: str
    created_ms: int = Field(sa_type=BigInteger)
