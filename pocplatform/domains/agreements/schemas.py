"""Requests and answers about agreements."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.money import CURRENCY

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
BasisPoints = Annotated[int, Field(strict=True, ge=0, le=10_000, description="1/100 of a percent.")]
Seconds = Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)]
PartyIndex = Annotated[int, Field(strict=True, ge=0, le=15, description="Counts from 0.")]
Role = Literal["client", "provider", "witness"]

DAY = 86_400


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DocumentCreate(_Request):
    """The written document."""

    text: LongText


class PartyCreate(_Request):
    """Who is to sign."""

    who: str = Field(description="DID, organization id or address.")
    role: Role
    credential_type: str | None = Field(
        default=None,
        max_length=64,
        description="Type of a valid credential that this party must hold at activation.",
    )


class MilestoneCreate(_Request):
    """A step of the work, with its price."""

    title: Title
    amount: Amount
    payer: PartyIndex
    provider: PartyIndex
    payee: str | None = Field(
        default=None, description="Who gets the money; without it, the provider."
    )
    due_at: AwareDatetime | None = None
    review_window_s: Seconds = 14 * DAY
    penalty_bps_per_day: BasisPoints = 0
    max_penalty_bps: BasisPoints = 0


class AgreementCreate(_Request):
    """An agreement to be signed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "Virtual showroom",
                    "document": {"text": "The provider builds a virtual showroom …"},
                    "parties": [
                        {"who": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "role": "client"},
                        {"who": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "role": "provider"},
                    ],
                    "milestones": [
                        {"title": "Model", "amount": 120000, "payer": 0, "provider": 1},
                        {"title": "Opening", "amount": 80000, "payer": 0, "provider": 1},
                    ],
                }
            ]
        },
    )

    title: Title
    document: DocumentCreate
    parties: list[PartyCreate] = Field(min_length=2, max_length=16)
    milestones: list[MilestoneCreate] = Field(min_length=1, max_length=32)
    currency: Literal["tEUR"] = CURRENCY
    arbiter: str | None = Field(
        default=None, description="Who settles disputes; without one, fallback_bps does."
    )
    sign_by: AwareDatetime | None = Field(
        default=None, description="Signatures hold until then; 30 days from now if not given."
    )
    expires_at: AwareDatetime | None = Field(
        default=None,
        description="What is not delivered by then is refunded; a year from now if not given.",
    )
    arbitration_window_s: Seconds = 30 * DAY
    fallback_bps: BasisPoints = Field(
        default=5_000, description="Payee's share when no arbiter decides in time."
    )


class ProofCreate(_Request):
    """A credential that a party shows."""

    party: PartyIndex
    credential: str = Field(description="Id of the credential, crd_….")


class ActivateCreate(_Request):
    """Bring into force; proofs that are not named are looked up."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"proofs": []}]})

    proofs: list[ProofCreate] = Field(default_factory=list, max_length=16)


class FundCreate(_Request):
    """Which milestones to pay into escrow; without a list, all that are not."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"milestones": [0, 1]}]}
    )

    milestones: list[Annotated[int, Field(strict=True, ge=0, le=31)]] | None = Field(
        default=None, min_length=1, max_length=32
    )


class DeliverCreate(_Request):
    """What was delivered, in words or as a link; only its salted hash goes on the chain."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"evidence": "https://example.org/showroom"}]},
    )

    evidence: LongText


class DisputeCreate(_Request):
    """Why the delivery is not accepted; only its salted hash goes on the chain."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Half of the rooms are missing."}]},
    )

    reason: LongText


class ResolveCreate(_Request):
    """The arbiter's decision."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"payee_bps": 6000, "ruling": "Most of it was delivered."}]
        },
    )

    payee_bps: BasisPoints
    ruling: LongText


class DocumentRead(BaseModel):
    """The document, and what is needed to check its hash: SHA-256 over salt and text."""

    text: str
    salt: str
    hash: str


class PartyRead(BaseModel):
    """A party."""

    index: int
    address: str
    did: str
    role: Role
    credential_type: str | None
    signed: bool


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


class AgreementRead(BaseModel):
    """An agreement as its parties see it."""

    object: Literal["agreement"] = "agreement"
    id: str
    title: str
    state: str = Field(description="draft, active, completed, terminated or expired.")
    agreement_hash: str = Field(description="The agreement's id on the chain.")
    document: DocumentRead
    document_hash: str
    parties: list[PartyRead]
    arbiter: str | None
    milestones: list[MilestoneRead]
    escrow: int = Field(description="Cents in escrow now.")
    sign_by: datetime
    expires_at: datetime
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
