"""Tables of agreements: drafts, signatures and documents; and read models of the chain."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Agreement(SQLModel, table=True):
    """An agreement's terms and document; written by the service."""

    __tablename__ = "agreements"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    """Who drafted it."""
    title: str
    document: str
    """The written document. Only its salted hash goes on the chain."""
    salt: str
    """32 random bytes in hex."""
    terms: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The terms as the contract takes them; see :mod:`pocplatform.domains.agreements.terms`."""
    milestone_titles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    credential_types: list[str | None] = Field(sa_column=Column(JSON, nullable=False))
    """Per party, the name of the credential type that is asked of it."""
    agreement_hash: str = Field(unique=True)
    """EIP-712 struct hash of the terms: the agreement's id on the chain."""
    created_ms: int = Field(sa_type=BigInteger)


class AgreementParty(SQLModel, table=True):
    """Who is involved, and the signature; the arbiter has no index and does not sign."""

    __tablename__ = "agreement_parties"
    __table_args__ = (UniqueConstraint("agreement_id", "address"),)

    seq: int | None = Field(default=None, primary_key=True)
    agreement_id: str = Field(index=True, foreign_key="agreements.id")
    index: int | None
    address: str = Field(index=True)
    role: str
    """client, provider, witness or arbiter."""
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)
    signed_ms: int | None = Field(default=None, sa_type=BigInteger)


class AgreementNote(SQLModel, table=True):
    """A text whose salted hash is on the chain: evidence, reason of a dispute, ruling."""

    __tablename__ = "agreement_notes"

    seq: int | None = Field(default=None, primary_key=True)
    agreement_id: str = Field(index=True, foreign_key="agreements.id")
    milestone: int
    kind: str
    """evidence, reason or ruling."""
    text: str
    salt: str
    hash: str = Field(index=True)
    author: str
    created_ms: int = Field(sa_type=BigInteger)


class AgreementState(SQLModel, table=True):
    """Read model: an agreement as the chain has it."""

    __tablename__ = "agreement_states"

    agreement_hash: str = Field(primary_key=True)
    state: str
    revision: int = 0
    activated_block: int = Field(sa_type=BigInteger)


class MilestoneState(SQLModel, table=True):
    """Read model: a milestone as the chain has it. Amounts in the token's units, as decimals."""

    __tablename__ = "milestone_states"

    agreement_hash: str = Field(primary_key=True)
    index: int = Field(primary_key=True)
    state: str
    funded_units: str = "0"
    payee_units: str = "0"
    payer_units: str = "0"
    penalty_bps: int = 0
    evidence_hash: str | None = None
    by_silence: bool = False
    since: int | None = Field(default=None, sa_type=BigInteger)
    """Block time of the delivery or dispute, in seconds."""
