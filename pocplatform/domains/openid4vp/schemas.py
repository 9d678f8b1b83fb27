"""Requests and answers about presentations asked of wallets."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.credential_types.schemas import CredentialTypeName
from pocplatform.domains.credentials.schemas import ClaimName, VerificationRead


def _web_address(url: str) -> str:
    if AnyUrl(url).scheme not in ("https", "http"):
        raise ValueError("a web address that begins with https: or http: is expected")
    return url


class CredentialQuery(BaseModel):
    """A credential that is asked for, and which of its claims."""

    model_config = ConfigDict(extra="forbid")

    type: CredentialTypeName
    claims: list[ClaimName] = Field(
        min_length=1, max_length=50, description="Names of the claims that must be shown."
    )


class PresentationRequestCreate(BaseModel):
    """What to ask of a wallet. You are the verifier."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"credentials": [{"type": "BusinessIdCredential", "claims": ["business_id"]}]}
            ]
        },
    )

    credentials: list[CredentialQuery] = Field(
        min_length=1, max_length=5, description="All of them must be shown."
    )
    redirect_uri: (
        Annotated[str, StringConstraints(max_length=500), AfterValidator(_web_address)] | None
    ) = Field(default=None, description="Where the wallet sends its user afterwards.")
    encrypted: bool = Field(
        default=False,
        description="Whether the wallet encrypts its answer to a key of this request alone "
        "(direct_post.jwt), so that nothing between the wallet and the sandbox can read it.",
    )
    expires_in_s: int = Field(
        default=600, ge=30, le=24 * 3600, description="Seconds in which it can be answered."
    )


class PresentationResult(BaseModel):
    """A presentation that came, and its verification."""

    query: str = Field(description="Id of the credential query in dcql_query that it answers.")
    complete: bool = Field(
        description="Whether it is of the asked type and shows all asked claims."
    )
    verification: VerificationRead


class PresentationRequestRead(BaseModel):
    """What a wallet was asked, and what came of it."""

    object: Literal["presentation_request"] = "presentation_request"
    id: str
    status: Literal["pending", "verified", "refused", "declined", "expired"] = Field(
        description="verified: every presentation is valid and complete; refused: one is not; "
        "declined: the wallet says no."
    )
    uri: str = Field(description="What to show as a link or QR code: openid4vp://…")
    client_id: str = Field(description="How the wallet knows you.")
    response_mode: Literal["direct_post", "direct_post.jwt"] = Field(
        description="How the wallet answers: in clear, or encrypted."
    )
    dcql_query: dict[str, Any] = Field(description="As OpenID4VP 1.0, section 6, has it.")
    results: list[PresentationResult]
    error: str | None = Field(description="What the wallet said when it declined.")
    expires: str
    answered: str | None
    created: str
