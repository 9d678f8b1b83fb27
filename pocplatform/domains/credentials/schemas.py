"""Requests and answers about credentials and trusted issuers."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.transactions.schemas import TransactionRead

TYPE_PATTERN = r"^[A-Z][A-Za-z0-9]{2,63}$"

CredentialTypeName = Annotated[
    str,
    StringConstraints(pattern=TYPE_PATTERN),
    Field(description="3 to 64 letters and digits, beginning with a capital letter."),
]


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

    issuer: str = Field(description="Address, DID or organization id.")
    credential_type: CredentialTypeName
    valid_until: AwareDatetime | None = Field(
        default=None, description="Last second of trust; without it the trust has no end."
    )


class TrustedIssuerRenew(BaseModel):
    """Until when to trust."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"valid_until": "2030-12-31T23:59:59Z"}]}
    )

    valid_until: AwareDatetime | None = Field(
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
    subject: str = Field(description="Address, DID or organization id.")
    claims: dict[str, Any] = Field(
        description="What is certified. It goes into the credential, never on the chain."
    )
    valid_until: AwareDatetime | None = Field(
        default=None, description="First moment in which it is no longer valid."
    )


class CredentialRead(BaseModel):
    """A credential with its status on the chain."""

    object: Literal["credential"] = "credential"
    id: str
    type: str
    issuer: str = Field(description="DID.")
    subject: str = Field(description="DID.")
    claims: dict[str, Any]
    credential: str = Field(description="The W3C Verifiable Credential as a JWT (vc+jwt).")
    digest: str = Field(description="SHA-256 of the JWS signing input: what the chain has of it.")
    status: Literal["pending", "active", "suspended", "revoked", "expired", "failed"] = Field(
        description="pending: the anchor is on its way; failed: refused, or cancelled."
    )
    valid_until: str | None
    transaction: TransactionRead = Field(
        description="The write that this answers, otherwise the anchoring."
    )
    created: str


class CredentialVerify(BaseModel):
    """A credential to check."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"credential": "eyJhbGciOiJFUzI1NksifQ…"}]}
    )

    credential: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=65_536)
    ] = Field(description="The JWT.")


CheckName = Literal[
    "signature",
    "issuer_trusted",
    "anchored",
    "not_revoked",
    "not_suspended",
    "in_validity_period",
    "subject",
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
    type: str | None = Field(description="As the credential says; likewise the rest.")
    issuer: str | None
    subject: str | None
    claims: dict[str, Any] | None
    digest: str | None
