"""Requests and answers about credential types."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.kit.fields import TRIMMED, TRIMMED_OR_EMPTY

TYPE_PATTERN = r"^[A-Z][A-Za-z0-9]{2,63}$"

CredentialTypeName = Annotated[
    str,
    StringConstraints(pattern=TYPE_PATTERN),
    Field(description="3 to 64 letters and digits, beginning with a capital letter."),
]

_Line = Annotated[str, StringConstraints(min_length=1, max_length=100), TRIMMED]
_Text = Annotated[str, StringConstraints(max_length=500), TRIMMED_OR_EMPTY]


class TypeDisplay(BaseModel):
    """How a type is called in one language."""

    model_config = ConfigDict(extra="forbid")

    name: _Line
    description: _Text = ""


class TypeDisplays(BaseModel):
    """How a type is called in both languages of the sandbox."""

    model_config = ConfigDict(extra="forbid")

    fi: TypeDisplay
    en: TypeDisplay


class CredentialTypeCreate(BaseModel):
    """A type of credential of your own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "WorkshopTicket",
                    "display": {
                        "fi": {"name": "Työpajalippu"},
                        "en": {"name": "Workshop ticket"},
                    },
                    "claims_schema": {
                        "type": "object",
                        "required": ["workshop"],
                        "properties": {
                            "workshop": {"type": "string", "maxLength": 100},
                            "seat": {"type": "integer", "minimum": 1},
                        },
                        "additionalProperties": False,
                    },
                }
            ]
        },
    )

    name: CredentialTypeName
    display: TypeDisplays
    claims_schema: dict[str, Any] = Field(
        description="JSON Schema (2020-12) of the claims, at most 16 KiB. It may refer to its own "
        "$defs only; patterns have no groups."
    )


class CredentialTypeRead(BaseModel):
    """A type of credential. It is public, and never changes."""

    object: Literal["credential_type"] = "credential_type"
    id: str
    name: str
    hash: str = Field(description="keccak256 of the name: what the chain has of the type.")
    vct: str = Field(description="Where its SD-JWT VC type metadata is; its name in an SD-JWT VC.")
    built_in: bool = Field(description="Whether the sandbox brings it along.")
    owner: str | None = Field(description="DID of who made it; null for those of the sandbox.")
    display: TypeDisplays
    claims_schema: dict[str, Any]
    created: str
