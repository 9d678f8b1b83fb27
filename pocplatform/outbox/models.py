"""Tables of the outbox."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class TransactionStatus(StrEnum):
    """Where a transaction stands between intent and receipt."""

    PREPARED = "prepared"
    """Waits for the signature of its owner's own wallet."""
    QUEUED = "queued"
    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    REFUSED = "refused"
    REPLACED = "replaced"
    """Somebody's own transaction, whose nonce another one of theirs has used."""
    CANCELLED = "cancelled"
    """Called back by its owner before it was mined."""
    HELD = "held"
    """Held back by :mod:`pocplatform.outbox.simulation`; shown as queued."""
    SEEMS_MINED = "seems_mined"
    """The same; shown as mined."""

    @property
    def settled(self) -> bool:
        """Whether the transaction is on the chain, or certain never to be."""
        return self not in (self.PREPARED, self.QUEUED, self.SIGNED, self.SENT, self.HELD)

    @property
    def shown(self) -> "TransactionStatus":
        """The status as callers see it."""
        return _SHOWN.get(self, self)


_SHOWN = {
    TransactionStatus.HELD: TransactionStatus.QUEUED,
    TransactionStatus.SEEMS_MINED: TransactionStatus.MINED,
}
UNSETTLED = (TransactionStatus.QUEUED, TransactionStatus.SIGNED, TransactionStatus.SENT)
IN_FLIGHT = (TransactionStatus.SIGNED, TransactionStatus.SENT)


class SignerAccount(SQLModel, table=True):
    """An account that the platform signs for, and the nonce it will use next."""

    __tablename__ = "signers"

    address: str = Field(primary_key=True)
    encrypted_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Encrypted private key; None for the operator, whose key is configuration."""
    next_nonce: int = Field(default=0, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class Transaction(SQLModel, table=True):
    """A write: first an intent, then signed bytes with a nonce, then a receipt."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("sender", "nonce"),
        Index("ix_transactions_status", "status", "seq"),
        # Of what waits only: whose turn it is does not take longer as the table grows.
        Index(
            "ix_transactions_queue",
            "status",
            "org_id",
            "seq",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index("ix_transactions_block", "block_number", "position"),
        Index("ix_transactions_org", "org_id", "seq"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = None
    """The tenant; None for the platform's own and for transactions sent to the node directly."""
    sender: str
    to: str | None = None
    data: bytes = Field(sa_type=LargeBinary)
    value: str = "0"
    """Ether to send along, in wei, as a decimal string."""
    contract: str = ""
    function: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    resource_id: str | None = Field(default=None, index=True)
    """The object this write is about, such as ``agr_…``."""
    status: str = TransactionStatus.QUEUED
    nonce: int | None = Field(default=None, sa_type=BigInteger)
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)
    hash: str | None = Field(default=None, unique=True)
    by_owner: bool | None = None
    """True where somebody's own wallet signs it."""
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    position: int | None = None
    """Index in the block."""
    gas_used: int | None = Field(default=None, sa_type=BigInteger)
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Why it was refused or reverted: the contract's error with an explanation."""
    created_ms: int = Field(sa_type=BigInteger)
    updated_ms: int = Field(sa_type=BigInteger)

    @property
    def foreign(self) -> bool:
        """Whether we have, or get, its bytes from somebody else, and cannot make others."""
        return bool(self.by_owner) or not self.function


class TransactionHistory(SQLModel, table=True):
    """One change of a transaction's status."""

    __tablename__ = "transaction_history"

    seq: int | None = Field(default=None, primary_key=True)
    transaction_id: str = Field(index=True)
    status: str
    detail: str = ""
    at_ms: int = Field(sa_type=BigInteger)


class TransactionAttempt(SQLModel, table=True):
    """One form in which a transaction was given to a node; see :mod:`pocplatform.outbox.attempts`.

    Only on networks with fees: elsewhere a transaction is never replaced.
    """

    __tablename__ = "transaction_attempts"

    seq: int | None = Field(default=None, primary_key=True)
    transaction_id: str = Field(index=True)
    nonce: int = Field(sa_type=BigInteger)
    kind: str
    gas: int = Field(sa_type=BigInteger)
    fee_limit: int = Field(sa_type=BigInteger)
    """The most to pay for a unit of gas, in wei."""
    fee_tip: int | None = Field(default=None, sa_type=BigInteger)
    """What of it goes to the block's producer; None for a legacy transaction."""
    raw: bytes = Field(sa_type=LargeBinary)
    hash: str = Field(unique=True)
    created_ms: int = Field(sa_type=BigInteger)


class Simulation(SQLModel, table=True):
    """A write that goes wrong on purpose; see :mod:`pocplatform.outbox.simulation`."""

    __tablename__ = "simulations"

    transaction_id: str = Field(primary_key=True)
    kind: str
    seconds: int = 0
    address: str
    """Of the tenant that asked for it."""
    stage: int = 0
    """How far it has come; what that means depends on the kind."""
    due_ms: int | None = Field(default=None, sa_type=BigInteger, index=True)
    """When it goes on; None if it does not by itself."""
