"""Requests and answers about credentials and trusted issuers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.credential_types.schemas import CredentialTypeName
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import TRIMMED, Handle, Moment

CredentialFormat = Literal["jwt_vc", "dc+sd-jwt"]
ClaimName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TrustedIssuerCreate(BaseModel):
    """Whom to trust for which type of credential."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "issuer": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                    "credential_type": "BusinessIdCredential",
                }
            ]
        },
    )

    issuer: Handle = Field(description="Address, DID or organization id.")
    credential_type: CredentialTypeName
    valid_until: Moment | None = Field(
        default=None, description="Last second of trust; without it the trust has no end."
    )


class TrustedIssuerRenew(BaseModel):
    """Until when to trust."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"valid_until": "2030-12-31T23:59:59Z"}]}
    )

    valid_until: Moment | None = Field(
        description="The new last second of trust; null for no end. Credentials anchored within "
        "the time of trust stay valid."
    )


class TrustedIssuerRead(BaseModel):
    """An entry of the register of trusted issuers on the chain."""

    object: Literal["trusted_issuer"] = "trusted_issuer"
    id: str
    issuer: str = Field(description="Address.")
    issuer_did: str
    credential_type: str | None = Field(
        description="The type's name; null if only its hash is known, from the chain."
    )
    credential_type_hash: str
    status: Literal["pending", "trusted", "not_yet", "ended", "withdrawn"]
    accreditor: str | None
    since: str | None
    valid_until: str | None
    transaction: TransactionRead | None = Field(description="The write that this answers.")


class CredentialCreate(BaseModel):
    """What to certify about whom. You are the issuer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "BusinessIdCredential",
                    "subject": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                    "claims": {"name": "Pohjolan Puu Oy (testi)", "business_id": "9000007-0"},
                    "valid_until": "2030-12-31T23:59:59Z",
                }
            ]
        },
    )

    type: CredentialTypeName
    subject: Handle = Field(description="Address, DID or organization id.")
    claims: dict[str, Any] = Field(
        description="What is certified. It goes into the credential, never on the chain."
    )
    valid_until: Moment | None = Field(
        default=None, description="First moment in which it is no longer valid."
    )
    format: CredentialFormat = Field(
        default="jwt_vc",
        description="jwt_vc: W3C Verifiable Credential 2.0 as a JWT (vc+jwt). dc+sd-jwt: SD-JWT "
        "VC, of which the holder shows chosen claims; its type must be a defined one.",
    )
    disclosable: list[ClaimName] | None = Field(
        default=None,
        max_length=100,
        description="dc+sd-jwt: names of the claims that the holder may show or leave out; all "
        "if not given.",
    )


class CredentialRead(BaseModel):
    """A credential with its status on the chain."""

    object: Literal["credential"] = "credential"
    id: str
    type: str
    issuer: str = Field(description="DID.")
    subject: str | None = Field(
        description="DID; null for one that is about whoever holds a key of a wallet elsewhere."
    )
    claims: dict[str, Any]
    format: CredentialFormat
    credential: str = Field(
        description="The credential: a JWT (vc+jwt), or an SD-JWT VC with all its disclosures. "
        "Empty once it was erased."
    )
    disclosable: list[str] = Field(
        description="The claims that the holder may show or leave out in a presentation."
    )
    status_list: str | None = Field(description="Address of the status list it is in.")
    status_index: int | None = Field(description="Its place in that list.")
    digest: str = Field(description="SHA-256 of the JWS signing input: what the chain has of it.")
    status: Literal["pending", "active", "suspended", "revoked", "expired", "failed"] = Field(
        description="pending: the anchor is on its way; failed: refused, or cancelled."
    )
    valid_until: str | None
    transaction: TransactionRead = Field(
        description="The write that this answers, otherwise the anchoring."
    )
    erased: str | None = Field(description="When its content was destroyed.")
    created: str


class PresentationCreate(BaseModel):
    """What to show to whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "claims": ["business_id"],
                    "audience": "https://ostaja.example",
                    "nonce": "n-0S6_WzA2Mj",
                }
            ]
        },
    )

    claims: list[ClaimName] = Field(
        max_length=100,
        description="Names of the selectively disclosable claims to show; what is not "
        "selectively disclosable is always shown.",
    )
    audience: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="Who it is for, as the verifier calls itself."
    )
    nonce: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="What the verifier has given for this one presentation."
    )


class PresentationRead(BaseModel):
    """A presentation: chosen claims of a credential, signed by their holder for one verifier."""

    object: Literal["presentation"] = "presentation"
    credential: str = Field(description="Id of the credential.")
    presentation: str = Field(description="SD-JWT+KB: what to hand to the verifier.")
    shown: list[str] = Field(description="The selectively disclosable claims in it.")
    valid_for_s: int = Field(description="Seconds in which a verifier here takes it.")


class CredentialVerify(BaseModel):
    """A credential to check, or a presentation of one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"credential": "eyJhbGciOiJFUzI1NksifQ…"}]}
    )

    credential: Annotated[str, StringConstraints(min_length=1, max_length=65_536), TRIMMED] = Field(
        description="A JWT (vc+jwt), an SD-JWT VC, or a presentation (SD-JWT+KB)."
    )
    audience: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, description="Who a presentation must be for: how you call yourself."
    )
    nonce: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, description="What you have asked the holder to sign."
    )


CheckName = Literal[
    "signature",
    "issuer_trusted",
    "anchored",
    "not_revoked",
    "not_suspended",
    "in_validity_period",
    "subject",
    "disclosures",
    "holder_key",
    "audience",
    "nonce",
    "fresh",
    "presentation_hash",
]


class CheckRead(BaseModel):
    """One answered question about a credential."""

    check: CheckName
    ok: bool
    detail: str


class VerificationRead(BaseModel):
    """Whether a credential is to be believed: only if every check is."""

    object: Literal["verification"] = "verification"
    valid: bool
    checks: list[CheckRead]
    format: CredentialFormat | None = Field(description="Null for what cannot be read.")
    presentation: bool = Field(description="Whether its holder has signed it for a verifier.")
    type: str | None = Field(description="As the credential says; likewise the rest.")
    issuer: str | None
    subject: str | None
    claims: dict[str, Any] | None
    digest: str | None
