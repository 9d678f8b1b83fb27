"""Requests and answers about organizations."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=40)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(max_length=50, description="Your own names and values; never goes on the chain."),
]


class OrganizationCreate(BaseModel):
    """Who wants to take part."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Pohjolan Puu Oy (testi)", "kind": "company"}]},
    )

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    kind: Literal["company", "person"] = "company"
    business_id: str | None = Field(
        default=None,
        description="A test business ID (Y-tunnus); a company that gives none gets one.",
    )
    metadata: Metadata = Field(default_factory=dict)


class WalletRead(BaseModel):
    """An organization's account on the chain."""

    address: str
    did: str
    custody: Literal["platform"] = "platform"


class OrganizationRead(BaseModel):
    """An organization."""

    object: Literal["organization"] = "organization"
    id: str
    name: str
    business_id: str | None
    test_data: Literal[True] = True
    wallet: WalletRead
    metadata: dict[str, str]
    created: str


class ApiKeyRead(BaseModel):
    """A key, without its secret."""

    object: Literal["api_key"] = "api_key"
    id: str
    last_four: str
    scopes: list[str]
    created: str


class OrganizationCreated(OrganizationRead):
    """A new organization with its secret key, which is shown only here."""

    secret_key: str
