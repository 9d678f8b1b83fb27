"""Requests and answers about credential offers, and the messages of OpenID4VCI 1.0."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.credential_types.schemas import CredentialTypeName
from pocplatform.domains.credentials.schemas import ClaimName
from pocplatform.kit.fields import Handle, Moment

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class CredentialOfferCreate(BaseModel):
    """What a wallet may fetch. You are the issuer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "CourseAchievement",
                    "claims": {"course": "Metaverse for small companies", "credits_ects": 2},
                    "tx_code": True,
                }
            ]
        },
    )

    type: CredentialTypeName
    claims: dict[str, Any] = Field(description="What is certified; never on the chain.")
    disclosable: list[ClaimName] | None = Field(
        default=None,
        max_length=100,
        description="Names of the claims that the holder may show or leave out; all if not given.",
    )
    subject: Handle | None = Field(
        default=None,
        description="Address, DID or organization id; without it, the credential is about whoever "
        "holds the wallet's key, and nobody is named on the chain.",
    )
    valid_until: Moment | None = Field(
        default=None, description="First moment in which the credential is no longer valid."
    )
    tx_code: bool = Field(
        default=False,
        description="Whether the wallet must give a code of six digits, which you hand over in "
        "another way, such as by telephone.",
    )
    expires_in_s: int = Field(
        default=900, ge=60, le=7 * 24 * 3600, description="Seconds in which it can be fetched."
    )


class CredentialOfferRead(BaseModel):
    """A credential that waits for a wallet."""

    object: Literal["credential_offer"] = "credential_offer"
    id: str
    type: str
    subject: str | None = Field(description="DID.")
    status: Literal["open", "accepted", "issued", "expired", "withdrawn"] = Field(
        description="accepted: a wallet has used the code, and not yet fetched the credential."
    )
    credential: str | None = Field(description="Id of the credential that was issued.")
    expires: str
    created: str


class CredentialOfferCreated(CredentialOfferRead):
    """A new offer, with its codes, which are shown only here."""

    credential_offer: dict[str, Any] = Field(description="As OpenID4VCI 1.0, section 4.1, has it.")
    uri: str = Field(description="What to show as a link or QR code: openid-credential-offer://…")
    tx_code: str | None


class WalletCredential(BaseModel):
    """A credential in an answer to a wallet."""

    credential: str


class CredentialResponse(BaseModel):
    """The answer of the credential endpoint (OpenID4VCI 1.0, section 8.3)."""

    credentials: list[WalletCredential]
