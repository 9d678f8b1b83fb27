"""Tables of items. The read models are written by projections only.

Quantities on the chain may be as large as 2²⁵⁶-1: in read models they are decimal strings.
"""

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Item(SQLModel, table=True):
    """A kind of item that a tenant created, with its description."""

    __tablename__ = "items"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    token_id: str = Field(unique=True)
    """The item's number on the chain, decimal."""
    creator: str = Field(index=True)
    kind: str
    """item or ticket."""
    name: str
    description: str
    image: str | None
    salt: str
    """32 random bytes in hex, for the description's hash."""
    description_hash: str
    soulbound: bool
    cap: int = Field(sa_type=BigInteger)
    """How many may ever be minted; 0 for no limit."""
    royalty_receiver: str | None
    royalty_bps: int
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class Redemption(SQLModel, table=True):
    """A holder's signed leave for a gate to redeem items."""

    __tablename__ = "item_redemption_consents"
    __table_args__ = (UniqueConstraint("holder", "nonce"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    token_id: str = Field(index=True)
    holder: str = Field(index=True)
    gate: str = Field(index=True)
    amount: int = Field(sa_type=BigInteger)
    reference: str = Field(unique=True)
    """32 bytes as 0x-hex, by which the chain tells of the use."""
    nonce: int = Field(sa_type=BigInteger)
    """Counts the holder's consents: neighbours share a storage slot of the contract."""
    deadline: int = Field(sa_type=BigInteger)
    """Last second in which it is valid."""
    signature: bytes = Field(sa_type=LargeBinary)
    created_ms: int = Field(sa_type=BigInteger)


class MintVoucher(SQLModel, table=True):
    """A creator's signed leave for somebody to have items minted."""

    __tablename__ = "item_vouchers"
    __table_args__ = (UniqueConstraint("creator", "nonce"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    token_id: str = Field(index=True)
    creator: str = Field(index=True)
    recipient: str = Field(index=True)
    """Who gets the items, whoever has them minted."""
    amount: int = Field(sa_type=BigInteger)
    nonce: int = Field(sa_type=BigInteger)
    """Counts the creator's vouchers from a number that no count of consents reaches."""
    deadline: int = Field(sa_type=BigInteger)
    """Last second in which it is valid."""
    signature: bytes = Field(sa_type=LargeBinary)
    created_ms: int = Field(sa_type=BigInteger)


class ItemState(SQLModel, table=True):
    """Read model: a kind of item as the chain has it."""

    __tablename__ = "item_states"

    token_id: str = Field(primary_key=True)
    creator: str = Field(index=True)
    minted: str = "0"
    redeemed: str = "0"
    burned: str = "0"
    """What was destroyed, redeemed ones included."""
    created_at: int = Field(sa_type=BigInteger)
    """Block time in seconds."""


class ItemGate(SQLModel, table=True):
    """Read model: who beside its creator may redeem an item."""

    __tablename__ = "item_gates"

    token_id: str = Field(primary_key=True)
    gate: str = Field(primary_key=True)


class Holding(SQLModel, table=True):
    """Read model: what somebody holds, items and parcels alike."""

    __tablename__ = "holdings"
    __table_args__ = (UniqueConstraint("owner", "collection", "token_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from owner, collection and number."""
    owner: str = Field(index=True)
    collection: str
    """item or parcel."""
    token_id: str = Field(index=True)
    amount: str


class ItemRedemption(SQLModel, table=True):
    """Read model: items that were used up at a gate."""

    __tablename__ = "item_redemptions"
    __table_args__ = (UniqueConstraint("transaction_hash", "log_index"),)

    seq: int | None = Field(default=None, primary_key=True)
    transaction_hash: str
    log_index: int
    token_id: str = Field(index=True)
    holder: str
    gate: str
    amount: str
    reference: str = Field(index=True)
    redeemed_at: int = Field(sa_type=BigInteger)
    """Block time in seconds."""


class MintVoucherUse(SQLModel, table=True):
    """Read model: a voucher that items were minted with."""

    __tablename__ = "item_voucher_uses"

    creator: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    """Decimal."""
    used_at: int = Field(sa_type=BigInteger)
    """Block time in seconds."""


class CancelledItemNonce(SQLModel, table=True):
    """Read model: a nonce that its signer made useless, and with it a voucher or a consent."""

    __tablename__ = "item_cancelled_nonces"

    signer: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    """Decimal."""
