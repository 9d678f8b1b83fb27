"""Requests and answers about identities."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle


def _public_address(url: str) -> str:
    parsed = AnyUrl(url)
    if parsed.scheme not in ("https", "http", "wss", "did"):
        raise ValueError("an address that begins with https:, http:, wss: or did: is expected")
    if parsed.username is not None or parsed.password is not None:
        raise ValueError("a user name or password must not go into a public register")
    return url


class IdentityCreate(BaseModel):
    """What is registered of a wallet: its public key, which is found out by itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{}]},
    )

    public_key: (
        Annotated[str, StringConstraints(pattern=r"^(0x)?([0-9a-fA-F]{66}|[0-9a-fA-F]{130})$")]
        | None
    ) = Field(
        default=None,
        description="Of a wallet of your own, in hex (SEC 1, 33 or 65 bytes), to be asked for one "
        "signature less.",
    )


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


Who = Annotated[Handle, Field(description="Address, DID or organization id.")]
ValidFor = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=10 * 365 * 24 * 3600,
        description="Seconds from now until it ends by itself; ten years at most.",
    ),
]
AttributeName = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]{1,32}$"),
    Field(
        description="At most 32 characters; did/pub/… for keys, did/svc/… for services, or a name "
        "of your own."
    ),
]
AttributeValue = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000),
    Field(description="Text, or bytes in hex; as the encoding says."),
]
AttributeEncoding = Annotated[Literal["text", "hex"], Field(description="How the value is given.")]


class ServiceRevoke(BaseModel):
    """A service to take out of the DID document."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"type": "WebShop", "endpoint": "https://puu.example/kauppa"}]
        },
    )

    type: str = Field(min_length=1, max_length=24)
    endpoint: str = Field(min_length=1, max_length=500, description="As it was published.")


class DelegateRevoke(BaseModel):
    """Who may no longer sign for an identity."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"delegate": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "type": "veriKey"}
            ]
        },
    )

    delegate: Who
    type: Literal["veriKey", "sigAuth"] = Field(
        default="veriKey",
        description="veriKey signs statements in the identity's name; sigAuth also signs in.",
    )


class DelegateCreate(DelegateRevoke):
    """Who may sign for an identity for a time."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "delegate": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                    "type": "veriKey",
                    "valid_for_s": 86_400,
                }
            ]
        },
    )

    valid_for_s: ValidFor = 365 * 24 * 3600


class AttributeRevoke(BaseModel):
    """An attribute to take back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "branch", "value": "wood"}]},
    )

    name: AttributeName
    value: AttributeValue
    encoding: AttributeEncoding = "text"


class AttributeCreate(AttributeRevoke):
    """An attribute of an identity. It is public for ever: nothing personal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "branch", "value": "wood", "valid_for_s": 31_536_000}]
        },
    )

    valid_for_s: ValidFor = 365 * 24 * 3600


class OwnerChange(BaseModel):
    """Who controls an identity from now on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"new_owner": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}]
        },
    )

    new_owner: Who


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
        description="The key that was registered and signs in its name, as named in the document."
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
