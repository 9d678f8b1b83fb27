"""Requests and answers about identities."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.transactions.schemas import TransactionRead


def _public_address(url: str) -> str:
    parsed = AnyUrl(url)
    if parsed.scheme not in ("https", "http", "wss", "did"):
        raise ValueError("an address that begins with https:, http:, wss: or did: is expected")
    if parsed.username is not None or parsed.password is not None:
        raise ValueError("a user name or password must not go into a public register")
    return url


class ServiceCreate(BaseModel):
    """A service to publish in the DID document. It is public for ever: nothing personal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"type": "WebShop", "endpoint": "https://puu.example/kauppa"}]
        },
    )

    type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,23}$")] = Field(
        description="What kind of service; at most 24 letters, digits and underscores."
    )
    endpoint: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$"),
        AfterValidator(_public_address),
    ] = Field(description="Where it is: a URL, or a DID.")


class ServiceRead(BaseModel):
    """A service in a DID document."""

    id: str
    type: str
    endpoint: Any = Field(description="A URL as a rule; the registry takes any text or JSON.")


class IdentityRead(BaseModel):
    """A DID as the registry on the chain has it."""

    object: Literal["identity"] = "identity"
    id: str = Field(description="The DID.")
    address: str
    status: Literal["pending", "active", "deactivated", "failed"] = Field(
        description="pending: the registration is on its way; failed: refused, or cancelled."
    )
    owner: str | None = Field(description="Whose account controls it; none if deactivated.")
    verification_method: str | None = Field(
        description="The key that the platform signs with in its name, as named in the document."
    )
    services: list[ServiceRead]
    document: dict[str, Any] = Field(
        description="The DID document, as GET /1.0/identifiers/{did} has it."
    )
    transaction: TransactionRead | None = Field(
        description="The write that this answers, or the registration; shown to its sender only."
    )
    created: str | None = Field(
        description="When it was registered through the platform; null if it was not."
    )
