"""Requests and answers about profiles."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.organizations.schemas import ProfileRead


class PublicProfileUpdate(BaseModel):
    """Whether, and with which credentials, everybody may see you."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"published": True, "credentials": []}]},
    )

    published: bool = Field(description="Whether there is a public profile at all.")
    credentials: list[Annotated[str, StringConstraints(min_length=1, max_length=100)]] = Field(
        default_factory=list,
        max_length=20,
        description="Ids of credentials about you that everybody may see, with all their claims.",
    )


class ProfileCredential(BaseModel):
    """A credential that an organization shows everybody."""

    id: str
    type: str
    issuer: str = Field(description="DID.")
    status: str
    credential: str = Field(description="To be checked with POST /v1/credentials/verify.")


class PublicProfileRead(BaseModel):
    """What an organization tells about itself, and what others have certified about it."""

    object: Literal["profile"] = "profile"
    did: str
    name: str
    business_id: str | None = Field(description="A test business ID; null for a person.")
    test_data: Literal[True] = True
    published: bool
    profile: ProfileRead = Field(
        description="What it tells of itself: POST /v1/organizations/me changes it."
    )
    credentials: list[ProfileCredential]
    updated: str | None
