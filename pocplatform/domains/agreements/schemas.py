"""Requests and answers about agreements."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pocplatform.domains.payments.schemas import Amount
from pocplatform.kit.fields import TRIMMED, Handle, Moment
from pocplatform.kit.money import CURRENCY

Title = Annotated[str, StringConstraints(min_length=1, max_length=200), TRIMMED]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), TRIMMED]
BusinessId = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}-[0-9]$")]
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


class DocumentRead(BaseModel):
    """The document, and what is needed to check its hash: SHA-256 over salt and text."""

    text: str
    salt: str
    hash: str


class PartyCreate(_Request):
    """Who is to sign."""

    who: Handle | None = Field(
        default=None,
        max_length=200,
        description="DID, organization id or address; without it, somebody is to be invited.",
    )
    role: Role
    name: Name | None = Field(default=None, description="As the document names the party.")
    business_id: BusinessId | None = None
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
    payee: Handle | None = Field(
        default=None, description="Who gets the money; without it, the provider."
    )
    due_at: Moment | None = None
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
    arbiter: Handle | None = Field(
        default=None, description="Who settles disputes; without one, fallback_bps does."
    )
    sign_by: Moment | None = Field(
        default=None, description="Signatures hold until then; 30 days from now if not given."
    )
    expires_at: Moment | None = Field(
        default=None,
        description="What is not delivered by then is refunded; a year from now if not given.",
    )
    arbitration_window_s: Seconds = 30 * DAY
    fallback_bps: BasisPoints = Field(
        default=5_000, description="Payee's share when no arbiter decides in time."
    )


class TemplatePartyCreate(_Request):
    """Who takes a party's place in a template; without ``who``, somebody is to be invited."""

    who: Handle | None = Field(
        default=None, max_length=200, description="DID, organization id or address."
    )
    name: Name | None = Field(default=None, description="As the document names the party.")
    business_id: BusinessId | None = None
    credential_type: str | None = Field(default=None, max_length=64)


class FromTemplateCreate(_Request):
    """A template, and what it is filled in with."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "template": "service_by_milestones",
                    "language": "en",
                    "parties": {
                        "client": {
                            "who": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                            "name": "Pohjolan Puu Oy (testi)",
                        },
                        "provider": {
                            "who": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                            "name": "Virtuaalitalo Oy (testi)",
                        },
                    },
                    "parameters": {
                        "subject": "Virtual showroom",
                        "work": "A showroom of three timber houses, to be visited with a headset.",
                        "milestones": [
                            {"title": "Model", "amount": 120000, "due": "2099-03-31"},
                            {"title": "Opening", "amount": 80000, "due": "2099-05-31"},
                        ],
                    },
                }
            ]
        },
    )

    template: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    language: Literal["fi", "en"] = Field(
        default="fi", description="The language that governs, should the texts differ."
    )
    translated: bool = Field(
        strict=True,
        default=True,
        description="Whether the other language follows as a translation.",
    )
    parties: dict[str, TemplatePartyCreate | list[TemplatePartyCreate]] = Field(
        max_length=16, description="By the key of the place in the template."
    )
    parameters: dict[str, Any]
    arbiter: Handle | None = Field(
        default=None, max_length=200, description="DID, organization id or address."
    )
    sign_by: Moment | None = None
    expires_at: Moment | None = Field(
        default=None, description="Another end than the template's; the end of that day, UTC."
    )


class VerifyDocumentCreate(_Request):
    """What is to be checked: exactly one of a text, a PDF and a hash."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "The provider builds a virtual showroom …"}]},
    )

    text: LongText | None = None
    pdf: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)] | None = Field(
        default=None, description="The file in Base64 (RFC 4648)."
    )
    hash: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{64}$")] | None = Field(
        default=None, description="Of the document, of the terms, or SHA-256 of the PDF."
    )

    @model_validator(mode="after")
    def _one(self) -> "VerifyDocumentCreate":
        if sum(value is not None for value in (self.text, self.pdf, self.hash)) != 1:
            raise ValueError("Give exactly one of text, pdf and hash")
        return self


class ProofCreate(_Request):
    """A credential that a party shows."""

    party: PartyIndex
    credential: Handle = Field(description="Id of the credential, crd_….")


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


class NamedDocument(_Request):
    """A file that the parties have, by its hash: the file itself is not sent here."""

    name: Name
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


Documents = Annotated[
    list[NamedDocument],
    Field(max_length=50, description="Files that belong to it; their hashes are hashed with it."),
]


class DeliverCreate(_Request):
    """What was delivered, in words or as a link; only its salted hash goes on the chain."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"evidence": "https://example.org/showroom"}]},
    )

    evidence: LongText
    documents: Documents = Field(default_factory=list)


class DisputeCreate(_Request):
    """Why the delivery is not accepted; only its salted hash goes on the chain."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Half of the rooms are missing."}]},
    )

    reason: LongText
    documents: Documents = Field(default_factory=list)


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


class InvitationCreate(_Request):
    """Whose place somebody is invited to."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"party": 1, "valid_for_days": 14}]}
    )

    party: PartyIndex
    valid_for_days: Annotated[int, Field(strict=True, ge=1, le=90)] = 14


class JoinCreate(_Request):
    """How the document is to name whoever joins; without a name, the organization's."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Pohjolan Puu Oy (testi)"}]}
    )

    name: Name | None = None
    business_id: BusinessId | None = None


class AmendCreate(_Request):
    """What is to be otherwise; what is left out stays as it is. The parties always stay."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reason": "The opening moves to the autumn and gets a second room.",
                    "milestones": [
                        {"title": "Model", "amount": 120000, "payer": 0, "provider": 1},
                        {"title": "Opening", "amount": 95000, "payer": 0, "provider": 1},
                    ],
                }
            ]
        },
    )

    reason: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    title: Title | None = None
    document: DocumentCreate | None = Field(
        default=None,
        description="The whole new text; without it, the reason is added to the "
        "present one as an amendment.",
    )
    milestones: list[MilestoneCreate] | None = Field(default=None, min_length=1, max_length=32)
    arbiter: str | None = Field(default=None, max_length=200)
    expires_at: Moment | None = None
    arbitration_window_s: Seconds | None = None
    fallback_bps: BasisPoints | None = None
    sign_by: Moment | None = Field(
        default=None, description="Signatures hold until then; 30 days from now if not given."
    )


class TerminateCreate(_Request):
    """How what is in escrow is divided when all parties end the agreement together."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason": "The site was sold.", "payee_bps": [10000, 2500]}]
        },
    )

    reason: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    payee_bps: list[BasisPoints] | None = Field(
        default=None,
        max_length=32,
        description="Payee's share of each milestone in their order; counts for those in escrow. "
        "Without it, the payers get everything in escrow back.",
    )
    sign_by: Moment | None = None
