"""Requests and answers about organizations."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.kit.fields import TRIMMED, TRIMMED_OR_EMPTY, Handle
from pocplatform.kit.names import unseen

Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=40)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(max_length=50, description="Your own names and values; never goes on the chain."),
]


def _readable(name: str) -> str:
    if unseen(name) is not None:
        raise ValueError(
            "the name holds a character that cannot be seen, or that turns the text around"
        )
    return name


Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200), TRIMMED, AfterValidator(_readable)
]
Label = Annotated[str, StringConstraints(max_length=100), TRIMMED_OR_EMPTY]
KeyScope = Literal["read", "write", "manage"]
FurtherScope = Literal["chain:debug"]
Role = Literal["owner", "developer", "viewer"]

DAY = 86_400


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrganizationCreate(_Request):
    """Who wants to take part."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Pohjolan Puu Oy (testi)", "kind": "company"}]},
    )

    name: Name
    kind: Literal["company", "person"] = "company"
    business_id: Handle | None = Field(
        default=None,
        description="A test business ID (Y-tunnus); a company that gives none gets one.",
    )
    metadata: Metadata = Field(default_factory=dict)
    sign_up_code: str | None = Field(
        default=None,
        max_length=200,
        description="Where the organisers let in only those to whom they gave a code.",
    )


class ProfileUpdate(_Request):
    """What a company tells everybody of itself; what is left out stays."""

    industry: Label | None = None
    municipality: Label | None = None
    website: (
        Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s<>\"]+$")] | None
    ) = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None


class OrganizationUpdate(_Request):
    """What to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "metadata": {"crm": "4711"},
                    "profile": {"industry": "Wood construction", "municipality": "Oulu"},
                }
            ]
        },
    )

    name: Name | None = None
    metadata: Metadata | None = Field(default=None, description="Replaces all there was.")
    profile: ProfileUpdate | None = None


class WalletSummary(BaseModel):
    """An organization's first account on the chain."""

    address: str
    did: str
    custody: Literal["platform", "own"]


class ProfileRead(BaseModel):
    """What a company tells everybody of itself."""

    industry: str | None = None
    municipality: str | None = None
    website: str | None = None
    description: str | None = None


class OrganizationRead(BaseModel):
    """An organization."""

    object: Literal["organization"] = "organization"
    id: str
    name: str
    kind: Literal["company", "person"]
    business_id: str | None
    test_data: Literal[True] = True
    wallet: WalletSummary
    profile: ProfileRead
    metadata: dict[str, str]
    created: str


class OrganizationCreated(OrganizationRead):
    """A new organization with its secret key, which is shown only here."""

    secret_key: str


class CompanyRead(BaseModel):
    """What everybody may know of a company."""

    object: Literal["company"] = "company"
    id: str = Field(description="The organization's id.")
    name: str
    business_id: str
    test_data: Literal[True] = True
    address: str
    did: str
    profile: ProfileRead


class QuotaRead(BaseModel):
    """How much of something an organization may take, and has taken."""

    what: Literal["test_money", "test_ether", "storage", "compilations", "devnets"]
    used: int
    limit: int
    unit: Literal["cents", "gwei", "bytes", "devnets"]
    period: Literal["day", "always"] = Field(description="A day begins at midnight UTC.")


class QuotasRead(BaseModel):
    """What an organization may take of what is shared."""

    object: Literal["quotas"] = "quotas"
    quotas: list[QuotaRead]
    requests_of_key: str | None = Field(description="Such as 5000/second; null for no limit.")
    requests_of_organization: str | None


class ApiKeyCreate(_Request):
    """A key for a program or a person; give each no more than it needs."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Web shop", "scope": "write"}]}
    )

    name: Label = ""
    scope: KeyScope = Field(
        default="write",
        description="read; write: also what changes something; manage: also keys, members, "
        "wallets and the organization itself.",
    )
    further_scopes: Annotated[list[FurtherScope], Field(max_length=1)] = Field(
        default=[],
        description="What no other scope includes; chain:debug: traces at /rpc/{key}.",
    )
    wallet: Handle | None = Field(
        default=None, description="Id of the wallet that it acts by; without it, the first."
    )
    expires_in_s: Annotated[int, Field(strict=True, ge=60, le=3650 * DAY)] | None = Field(
        default=None, description="Seconds; without it, the key has no end."
    )


class ApiKeyRotate(_Request):
    """How long the old key goes on working."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_s": 3600}]})

    overlap_s: Annotated[int, Field(strict=True, ge=0, le=30 * DAY)] = DAY


class ApiKeyRead(BaseModel):
    """A key, without its secret."""

    object: Literal["api_key"] = "api_key"
    id: str
    name: str
    last_four: str
    scopes: list[str]
    wallet: str | None = Field(description="Address that it acts by; null for the first wallet's.")
    last_used: str | None = Field(description="To the minute or so.")
    expires: str | None
    revoked: str | None
    created: str


class ApiKeyCreated(ApiKeyRead):
    """A new key with its secret, which is shown only here."""

    secret_key: str


class InvitationCreate(_Request):
    """Whom to let in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"role": "developer", "name": "Developer of the pilot"}]},
    )

    role: Role = Field(
        description="owner: may do everything; developer: may read and write; viewer: may read."
    )
    name: Label = Field(default="", description="How you call them; no need for a real name.")
    expires_in_s: Annotated[int, Field(strict=True, ge=60, le=90 * DAY)] = 7 * DAY


class InvitationRead(BaseModel):
    """An invitation, without its code."""

    object: Literal["invitation"] = "invitation"
    id: str
    name: str
    role: Role
    state: Literal["open", "accepted", "revoked", "expired"]
    member: str | None = Field(description="Id of who has come by it.")
    expires: str
    created: str


class InvitationCreated(InvitationRead):
    """A new invitation with its code, which is shown only here."""

    code: str = Field(description="To be given to POST /v1/siwe/verify by who is invited.")


class MemberUpdate(_Request):
    """What a member may do from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer"}]})

    role: Role


class MemberRead(BaseModel):
    """A person who may act for an organization."""

    object: Literal["member"] = "member"
    id: str
    name: str
    address: str = Field(description="What they sign in with.")
    role: Role
    created: str
