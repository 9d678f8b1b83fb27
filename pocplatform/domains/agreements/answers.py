"""Answers about agreements."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from pocplatform.domains.agreements.schemas import DocumentRead, MilestoneCreate, Role
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.money import CURRENCY


class TemplatePartyRead(BaseModel):
    """A place in a template, for one party or several."""

    key: str
    label: str
    role: Role
    at_least: int
    at_most: int


class TemplateMilestoneRead(BaseModel):
    """How a template makes milestones: expressions over its parameters."""

    each: str | None = Field(description="One milestone for each of these; None for one.")
    title: str
    amount: str
    due: str | None


class TemplateRead(BaseModel):
    """A template, with its texts in the caller's language."""

    object: Literal["agreement_template"] = "agreement_template"
    id: str
    version: int
    title: str
    summary: str
    languages: list[str]
    parties: list[TemplatePartyRead]
    parameters: dict[str, Any] = Field(description="JSON Schema (2020-12) of the parameters.")
    milestones: list[TemplateMilestoneRead]


class TemplateList(BaseModel):
    """All templates there are."""

    object: Literal["list"] = "list"
    data: list[TemplateRead]
    has_more: Literal[False] = False


class TemplatePreview(BaseModel):
    """What a template gives, without storing it."""

    object: Literal["agreement_preview"] = "agreement_preview"
    template: str
    version: int
    title: str
    text: str
    milestones: list[MilestoneCreate]
    total: int = Field(description="Of all milestones, in cents.")
    expires_at: datetime
    arbitration_window_s: int
    fallback_bps: int


class PartyRead(BaseModel):
    """A party."""

    index: int
    address: str | None = Field(description="None while somebody is to be invited.")
    did: str | None
    name: str | None
    business_id: str | None
    role: Role
    credential_type: str | None
    signed: bool
    signed_at: str | None


class MilestoneRead(BaseModel):
    """A milestone with its state on the chain."""

    index: int
    title: str
    amount: int
    currency: Literal["tEUR"] = CURRENCY
    state: str = Field(
        description="unfunded, funded, delivered, disputed, paid, resolved, refunded or cancelled."
    )
    payee: str
    payer: int
    provider: int
    due_at: datetime | None
    review_window_s: int
    payee_amount: int = Field(description="What the payee got, in cents.")
    payer_amount: int = Field(description="What went back to the payer, in cents.")
    evidence_hash: str | None
    review_ends_at: datetime | None = Field(
        description="Of a delivery: until when it can be accepted or disputed; then silence is "
        "acceptance."
    )


class NoteRead(BaseModel):
    """A text whose salted hash is on the chain, without the text."""

    hash: str
    kind: Literal["evidence", "reason", "ruling"]
    milestone: int
    author: str
    created: str


class NoteText(NoteRead):
    """The same with what is needed to check its hash: SHA-256 over salt and text."""

    object: Literal["agreement_note"] = "agreement_note"
    text: str
    salt: str


class TemplateUse(BaseModel):
    """Which template a document was made of."""

    id: str
    version: int
    language: Literal["fi", "en"] = Field(description="The language that governs.")
    translated: bool
    parameters: dict[str, Any]


class AgreementRead(BaseModel):
    """An agreement as its parties see it."""

    object: Literal["agreement"] = "agreement"
    id: str
    title: str
    state: str = Field(description="draft, withdrawn, active, completed, terminated or expired.")
    revision: int = Field(description="How often all parties have amended it.")
    agreement_hash: str = Field(
        description="The agreement's id on the chain; final once every party has joined."
    )
    terms_hash: str = Field(description="Hash of the terms in force.")
    document: DocumentRead
    document_hash: str
    parties: list[PartyRead]
    arbiter: str | None
    milestones: list[MilestoneRead]
    escrow: int = Field(description="Cents in escrow now.")
    sign_by: datetime
    expires_at: datetime
    arbitration_window_s: int
    fallback_bps: int
    template: TemplateUse | None
    notes: list[NoteRead]
    transactions: list[TransactionRead]
    created: str


class InvitationRead(BaseModel):
    """A link to a party's place, for whoever is to join."""

    object: Literal["agreement_invitation"] = "agreement_invitation"
    code: str
    url: str
    agreement: str
    party: int
    role: Role
    expires_at: str
    accepted: bool


class InvitedTo(BaseModel):
    """What an invitation leads to: enough to decide whether to join."""

    object: Literal["agreement_invited_to"] = "agreement_invited_to"
    agreement: str
    title: str
    document: str
    party: int
    role: Role
    parties: list[PartyRead]
    milestones: list[MilestoneRead]
    sign_by: datetime
    expires_at: datetime
    invitation_expires_at: str


class ChangeRead(BaseModel):
    """A proposal to amend or to terminate an agreement."""

    object: Literal["agreement_change"] = "agreement_change"
    id: str
    agreement: str
    kind: Literal["amendment", "termination"]
    state: Literal["open", "signed", "applied", "withdrawn", "superseded", "lapsed"] = Field(
        description="open: waits for signatures. signed: by all, and on its way to the chain. "
        "superseded: another change came first. lapsed: not signed by all in time."
    )
    revision: int
    reason: str
    proposer: str
    signed: list[int] = Field(description="Indexes of the parties that have signed.")
    missing: list[int]
    sign_by: datetime
    payee_bps: list[int] | None
    title: str | None
    document: DocumentRead | None
    milestones: list[MilestoneRead] | None
    expires_at: datetime | None
    terms_hash: str | None
    transactions: list[TransactionRead]
    created: str


class OnchainMilestone(BaseModel):
    """A milestone read from the contract."""

    index: int
    state: str
    since: int
    penalty_bps: int


class OnchainAgreement(BaseModel):
    """An agreement read from the contract, not from the platform's tables."""

    object: Literal["agreement_onchain"] = "agreement_onchain"
    agreement_hash: str
    state: str
    revision: int
    milestones: list[OnchainMilestone]
    escrow_raw: str = Field(description="Units of 10⁻⁶ tEUR that this agreement has in escrow.")
    terms_hash: str
    block: int


class DocumentCheck(BaseModel):
    """The answer to one question about a document."""

    check: Literal["content", "terms", "signatures", "chain"]
    ok: bool
    detail: str


class DocumentVerification(BaseModel):
    """Whether a document is what the parties have signed and the chain has."""

    object: Literal["document_verification"] = "document_verification"
    valid: bool = Field(description="Whether every check is.")
    revision: int | None = Field(description="Of the version that it is; None for none.")
    outdated: bool = Field(
        description="Whether it is a PDF from before the last signature of that version: it says "
        "the same, and shows fewer signatures. The checks tell how the version stands now."
    )
    checks: list[DocumentCheck]


class AgreementProof(BaseModel):
    """What the chain says of an agreement; public, as the chain is."""

    object: Literal["agreement_proof"] = "agreement_proof"
    agreement_hash: str
    state: str = Field(
        description="active, completed (all milestones are settled; as far as its terms are known "
        "here), terminated or expired."
    )
    revision: int
    terms_hash: str
    document_hash: str | None = Field(
        description="Salted hash of the document in force, as far as it is known here."
    )
    contract: str
    block: int


class MoneyMoved(BaseModel):
    """Money that a step has moved."""

    sender: str | None = Field(description="An address; None for the escrow.")
    recipient: str | None = Field(description="An address; None for the escrow.")
    amount: int
    currency: Literal["tEUR"] = CURRENCY


class TimelineStep(BaseModel):
    """One thing that happened, in words."""

    kind: Literal["identity", "agreement", "payment", "refusal"]
    type: str = Field(description="Such as milestone.paid; stable.")
    text: str = Field(description="What happened, in the caller's language.")
    at: str
    who: str | None = Field(description="Address of whoever did it, as far as that is known.")
    milestone: int | None
    money: list[MoneyMoved]
    transaction: str | None = Field(description="Its id here.")
    transaction_hash: str | None
    block: int | None
    block_time: str | None


class Timeline(BaseModel):
    """Identity, agreement and payment together, oldest first."""

    object: Literal["agreement_timeline"] = "agreement_timeline"
    agreement: str
    steps: list[TimelineStep]
