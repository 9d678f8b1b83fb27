"""Tables of the indexer."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Block(SQLModel, table=True):
    """A recorded block; with its transactions, the journal of our own devnet."""

    __tablename__ = "blocks"

    number: int = Field(primary_key=True, sa_type=BigInteger)
    hash: str
    parent_hash: str
    timestamp: int = Field(sa_type=BigInteger)
    """Seconds since 1970, as on the chain."""
    transaction_count: int


class Checkpoint(SQLModel, table=True):
    """How far blocks have been recorded; and, where a projection raised, at which of them."""

    __tablename__ = "checkpoints"

    name: str = Field(primary_key=True)
    block_number: int = Field(sa_type=BigInteger)
    """Of ``read_models``: the last one recorded; -1 for none. Of ``read_models_stopped``: the first
    one that the read models lack."""
