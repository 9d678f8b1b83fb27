"""Tables of profiles."""

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class Profile(SQLModel, table=True):
    """Whether everybody may see an organization, and what is certified about it."""

    __tablename__ = "profiles"

    seq: int | None = Field(default=None, primary_key=True)
    org_id: str = Field(unique=True)
    address: str = Field(unique=True)
    published: bool
    credentials: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Ids of credentials about it that everybody may see."""
    updated_ms: int = Field(sa_type=BigInteger)
