"""The table of receipts."""

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel


class Receipt(SQLModel, table=True):
    """What was done, as it was told when it was done."""

    __tablename__ = "receipts"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    code: str = Field(unique=True)
    subject: str = Field(unique=True)
    """What it is of, such as a run of a demo: there is one receipt of each."""
    content: str = Field(sa_column=Column(Text, nullable=False))
    """JSON, of whose bytes the hash is."""
    hash: str
    """SHA-256 of the content, 0x-hex."""
    created_ms: int = Field(sa_type=BigInteger)
