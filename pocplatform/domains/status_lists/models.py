"""Tables of status lists."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class StatusList(SQLModel, table=True):
    """A list of an issuer. What stands in it is on the chain; here is only who has which place."""

    __tablename__ = "status_lists"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    issuer: str = Field(index=True)
    """Address."""
    used: int = 0
    """Places that were given out."""
    created_ms: int = Field(sa_type=BigInteger)
