"""Tables of agreements: drafts, signatures and documents; and read models of the chain."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
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
    """EIP-712 struct hash of the terms: the agreement's id on the chain. Final once every party is
    known."""
    template: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Which template the document was made of, and with what; None for a document of one's own."""
    sign_by: int = Field(sa_type=BigInteger, index=True, sa_column_kwargs={"server_default": "0"})
    """Last second in which it can be signed, as its terms say."""
    withdrawn_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class AgreementParty(SQLModel, table=True):
    """Who is involved, and the signature; the arbiter has no index and does not sign."""

    __tablename__ = "agreement_parties"
    __table_args__ = (UniqueConstraint("agreement_id", "address"),)

    seq: int | None = Field(default=None, primary_key=True)
    agreement_id: str = Field(index=True, foreign_key="agreements.id")
    index: int | None
    address: str | None = Field(index=True)
    """None while somebody is to be invited to this place."""
    role: str
    """client, provider, witness or arbiter."""
    name: str | None = None
    """As the document names the party."""
    business_id: str | None = None
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


class AgreementInvitation(SQLModel, table=True):
    """A link for whoever is to take a party's place."""

    __tablename__ = "agreement_invitations"
    __table_args__ = (UniqueConstraint("agreement_id", "party"),)

    seq: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    """What the link is known by; whoever has it may take the place, once."""
    agreement_id: str = Field(foreign_key="agreements.id")
    party: int
    expires_ms: int = Field(sa_type=BigInteger)
    accepted_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class AgreementChange(SQLModel, table=True):
    """A proposal to amend or to terminate an agreement, for all parties to sign."""

    __tablename__ = "agreement_changes"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    agreement_id: str = Field(index=True, foreign_key="agreements.id")
    kind: str
    """amendment or termination."""
    revision: int
    """What signatures are bound to: of an amendment the revision that it makes, of a termination
    the one that it ends."""
    reason: str
    proposer: str
    deadline: int = Field(sa_type=BigInteger)
    """Last second in which the signatures may be used."""
    payee_bps: list[int] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Of a termination."""
    title: str | None = None
    document: str | None = None
    salt: str | None = None
    terms: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    milestone_titles: list[str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    credential_types: list[str | None] | None = Field(
        default=None, sa_column=Column(JSON, nullable=True)
    )
    terms_hash: str | None = Field(default=None, index=True)
    """The last six are an amendment's: what is to hold from then on."""
    withdrawn_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class AgreementChangeSignature(SQLModel, table=True):
    """A party's signature of a change."""

    __tablename__ = "agreement_change_signatures"
    __table_args__ = (UniqueConstraint("change_id", "index"),)

    seq: int | None = Field(default=None, primary_key=True)
    change_id: str = Field(index=True, foreign_key="agreement_changes.id")
    index: int
    signature: bytes = Field(sa_type=LargeBinary)
    signed_ms: int = Field(sa_type=BigInteger)


class AgreementRefusal(SQLModel, table=True):
    """An attempt that the contract would have refused, so that it was never sent."""

    __tablename__ = "agreement_refusals"

    seq: int | None = Field(default=None, primary_key=True)
    agreement_id: str = Field(index=True, foreign_key="agreements.id")
    address: str
    step: str
    """The last part of the path, such as ``accept``."""
    error: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class AgreementState(SQLModel, table=True):
    """Read model: an agreement as the chain has it."""

    __tablename__ = "agreement_states"
    # What ends between two moments is one stretch of this index.
    __table_args__ = (Index("ix_agreement_states_ends", "state", "ends_at", "agreement_hash"),)

    agreement_hash: str = Field(primary_key=True)
    state: str
    revision: int = 0
    ends_at: int | None = Field(default=None, sa_type=BigInteger)
    """Its last second, as the terms in force say; None where these are not known here."""
    activated_block: int = Field(sa_type=BigInteger)


class AgreementRevision(SQLModel, table=True):
    """Read model: an amendment that is on the chain."""

    __tablename__ = "agreement_revisions"

    agreement_hash: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    terms_hash: str
    document_hash: str
    block: int = Field(sa_type=BigInteger)


class MilestoneState(SQLModel, table=True):
    """Read model: a milestone as the chain has it. Amounts in the token's units, as decimals."""

    __tablename__ = "milestone_states"
    # What is due between two moments is one stretch of this index.
    __table_args__ = (
        Index("ix_milestone_states_due", "state", "due_at", "agreement_hash", "index"),
    )

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
    due_at: int | None = Field(default=None, sa_type=BigInteger)
    """Last second for what is next: to deliver it, to review it, to settle its dispute. None where
    nothing is, or the terms in force are not known here."""
