"""Tables of the market. The read models are written by projections only.

Quantities and prices in read models are decimal strings: anybody's tokens can be sold on the
market, and theirs may count as far as 2²⁵⁶-1.
"""

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Order(SQLModel, table=True):
    """A signed listing or offer."""

    __tablename__ = "market_orders"
    __table_args__ = (UniqueConstraint("maker", "nonce"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    side: str
    """listing or offer."""
    maker: str = Field(index=True)
    """Who signed: the seller of a listing, the buyer of an offer."""
    collection: str
    """item or parcel."""
    token_id: str = Field(index=True)
    amount: int = Field(sa_type=BigInteger)
    unit_price: int = Field(sa_type=BigInteger)
    """Cents."""
    nonce: int = Field(sa_type=BigInteger)
    """Counts the maker's orders: neighbours share a storage slot of the contract."""
    deadline: int = Field(sa_type=BigInteger)
    """Last second in which it is valid."""
    signature: bytes = Field(sa_type=LargeBinary)
    order_hash: str = Field(unique=True)
    """EIP-712 hash: the order's name on the chain."""
    created_ms: int = Field(sa_type=BigInteger)


class Trade(SQLModel, table=True):
    """A purchase or sale that a tenant asked for, with the division of the price as foreseen."""

    __tablename__ = "market_trades"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    order_id: str = Field(index=True)
    taker: str = Field(index=True)
    """Who answers the order: the buyer from a listing, the seller to an offer."""
    quantity: int = Field(sa_type=BigInteger)
    royalty_receiver: str | None
    royalty: str
    """In the token's units, likewise the fee."""
    fee: str
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class OrderFill(SQLModel, table=True):
    """Read model: how much of an order was traded."""

    __tablename__ = "market_fills"

    order_hash: str = Field(primary_key=True)
    quantity: str


class CancelledNonce(SQLModel, table=True):
    """Read model: a nonce whose orders its signer has cancelled."""

    __tablename__ = "market_cancelled_nonces"

    signer: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    """Decimal."""


class Sale(SQLModel, table=True):
    """Read model: a sale, and how its price was divided. Money in the token's units."""

    __tablename__ = "market_sales"
    __table_args__ = (
        UniqueConstraint("transaction_hash", "log_index"),
        Index("ix_market_sales_of_token", "collection", "token_id"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from the log that tells of it."""
    transaction_hash: str
    log_index: int
    order_hash: str = Field(index=True)
    seller: str = Field(index=True)
    buyer: str = Field(index=True)
    collection: str
    """Address of the contract."""
    token_id: str
    quantity: str
    price: str
    royalty_receiver: str | None
    royalty: str
    fee: str
    sold_at: int = Field(sa_type=BigInteger)
    """Block time in seconds."""
