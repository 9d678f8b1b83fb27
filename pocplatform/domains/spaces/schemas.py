"""Requests and answers about spaces."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.agreements.schemas import DocumentRead
from pocplatform.domains.assets.descriptions import Name, Text
from pocplatform.domains.credential_types.schemas import CredentialTypeName
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle, Moment

Rule = Literal["open", "ticket", "credential", "invitation"]

_SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class EntryCreate(BaseModel):
    """Who may enter a space, and how many at a time. Who is inside may stay."""

    model_config = _example(rule="open", capacity=30)

    rule: Rule = "open"
    ticket: str | None = Field(
        default=None,
        max_length=80,
        description="With the rule `ticket`: the item that a visitor must hold, itm_… or number.",
    )
    credential_type: CredentialTypeName | None = Field(
        default=None, description="With the rule `credential`: the type that a visitor must show."
    )
    issuer: Handle | None = Field(
        default=None,
        description="With the rule `credential`: who must have issued it; address, DID or "
        "organization id.",
    )
    capacity: Annotated[int, Field(strict=True, gt=0, lt=2**32)] | None = Field(
        default=None, description="How many may be in it at a time; null for no limit."
    )


class SpaceCreate(BaseModel):
    """A space to create."""

    model_config = _example(
        name="Oulun virtuaaligalleria",
        description="Three halls and a terrace.",
        entry={"rule": "open", "capacity": 30},
    )

    name: Name
    description: Text = ""
    provider: Handle | None = Field(
        default=None,
        description="DID, address or organization id in whose name it is kept; your own if not "
        "given. You must control that identity.",
    )
    entry: EntryCreate | None = Field(
        default=None, description="Without it anybody may enter, and there is no limit."
    )


class LinkCreate(BaseModel):
    """Where a way shall lead."""

    model_config = _example(to="spc_0198f2a5c0de0123456789ab", open=True)

    to: str = Field(max_length=80, description="The other space, spc_… or its number.")
    open: bool = Field(default=True, description="false closes the way again.")


class EnterCreate(BaseModel):
    """What a visitor shows; what is not named is looked up."""

    model_config = _example(credential="crd_0198f2a5c0de0123456789ab")

    credential: str | None = Field(
        default=None,
        max_length=80,
        description="With the rule `credential`: the one to show, crd_….",
    )


class TravelCreate(EnterCreate):
    """Where a visitor goes to, and what it shows there."""

    model_config = _example(to="spc_0198f2a5c0de0123456789ab")

    to: str = Field(max_length=80, description="The other space, spc_… or its number.")


class ExpelCreate(BaseModel):
    """Who is to leave."""

    model_config = _example(visitor=_SOMEBODY)

    visitor: Handle = Field(description="Address, DID or organization id.")


class SpaceInvitationCreate(BaseModel):
    """Whom to invite to one visit."""

    model_config = _example(visitor=_SOMEBODY)

    visitor: Handle = Field(description="Address, DID or organization id.")
    valid_until: Moment | None = Field(
        default=None, description="Last second of the invitation; in 30 days if not given."
    )


class SpaceTransfer(BaseModel):
    """To whom a space is offered."""

    model_config = _example(to=_SOMEBODY)

    to: Handle | None = Field(
        description="Address, DID or organization id; null takes the offer back."
    )


class ProviderUpdate(BaseModel):
    """In whose name a space is kept."""

    model_config = _example(provider=_SOMEBODY)

    provider: Handle = Field(
        description="DID, address or organization id of an identity that you control."
    )


class EntryRead(BaseModel):
    """Who may enter."""

    rule: Rule
    ticket: str | None = Field(description="The item's id, or its number if it has none here.")
    credential_type: str | None = Field(description="The type's name; its hash if not known here.")
    issuer: str | None = Field(description="Address.")
    capacity: int | None


class SpaceRead(BaseModel):
    """A space."""

    object: Literal["space"] = "space"
    id: str
    number: str = Field(description="The space's number on the chain, 128 bits in hex.")
    status: Literal["pending", "open", "closed", "failed"]
    name: str
    description: str
    document: DocumentRead = Field(description="To check the description against the chain.")
    owner: str = Field(description="Address.")
    provider: str = Field(description="DID.")
    offered_to: str | None
    entry: EntryRead
    occupants: int
    created: str
    transactions: list[TransactionRead] = Field(
        description="Those of the request that this answers."
    )


class LinkRead(BaseModel):
    """A way out of a space."""

    object: Literal["space_link"] = "space_link"
    id: str
    space: str
    to: str = Field(description="The space's id, or its number if it has none here.")
    name: str | None
    created: str


class VisitRead(BaseModel):
    """A visit of a space."""

    object: Literal["visit"] = "visit"
    id: str
    space: str = Field(description="The space's id, or its number if it has none here.")
    visitor: str
    number: int = Field(description="The visitor's how manieth visit of this space.")
    inside: bool
    created: str = Field(description="When it began.")
    left: str | None
    left_by: str | None = Field(description="Who ended it: the visitor, or the space's owner.")


class PresenceRead(BaseModel):
    """A visitor in a space, or what became of its visit."""

    object: Literal["presence"] = "presence"
    space: str
    visitor: str
    inside: bool
    visits: int
    visit: VisitRead | None = Field(description="The latest visit.")
    transactions: list[TransactionRead]


class SpaceInvitationRead(BaseModel):
    """An invitation to one visit."""

    object: Literal["space_invitation"] = "space_invitation"
    id: str
    space: str
    visitor: str
    status: Literal["open", "used", "withdrawn", "expired"]
    valid_until: str
    created: str
