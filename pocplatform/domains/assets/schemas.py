"""Requests and answers about items and holdings."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.agreements.schemas import DocumentRead
from pocplatform.domains.assets.descriptions import Image, Name, Text
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle, Moment

Kind = Literal["item", "ticket"]
Quantity = Annotated[int, Field(strict=True, gt=0, lt=2**31, description="How many.")]
RoyaltyBps = Annotated[
    int,
    Field(strict=True, ge=0, le=1_000, description="Of each sale, in 1/100 of a percent."),
]

_SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class ItemCreate(BaseModel):
    """A kind of item to create. None of it is minted yet."""

    model_config = _example(
        name="Revontulet, 3/10",
        description="A work for virtual galleries.",
        image="https://example.org/revontulet.png",
        cap=10,
        royalty_bps=500,
    )

    kind: Kind = Field(
        default="item", description="A ticket is an item that lets its holder into a space."
    )
    name: Name
    description: Text = ""
    image: Image | None = None
    cap: Annotated[int, Field(strict=True, gt=0, lt=2**32)] | None = Field(
        default=None, description="How many may ever be minted; null for no limit."
    )
    transferable: bool = Field(default=True, description="false binds each to its holder for ever.")
    royalty_bps: RoyaltyBps = 0
    royalty_receiver: Handle | None = Field(
        default=None,
        description="Who gets the royalty: address, DID or organization id; you if not given.",
    )


class MintCreate(BaseModel):
    """To whom to mint how many."""

    model_config = _example(to=_SOMEBODY, amount=1)

    to: Handle | None = Field(
        default=None, description="Address, DID or organization id; you if not given."
    )
    amount: Quantity = 1


class ItemTransfer(BaseModel):
    """To whom to give how many of one's own."""

    model_config = _example(to=_SOMEBODY, amount=1)

    to: Handle = Field(description="Address, DID or organization id.")
    amount: Quantity = 1


class BurnCreate(BaseModel):
    """How many of one's own to destroy."""

    model_config = _example(amount=1)

    amount: Quantity = 1


class GateUpdate(BaseModel):
    """Who may redeem an item beside its creator."""

    model_config = _example(gate=_SOMEBODY, allowed=True)

    gate: Handle = Field(description="Address, DID or organization id.")
    allowed: bool = True


class ItemRedemptionCreate(BaseModel):
    """What a holder presents at a gate."""

    model_config = _example(amount=1)

    gate: Handle | None = Field(
        default=None,
        description="Address, DID or organization id; the item's creator if not given.",
    )
    amount: Quantity = 1
    valid_until: Moment | None = Field(
        default=None,
        description="Last second in which the gate can redeem; in 30 minutes if not given.",
    )


class ItemVoucherCreate(BaseModel):
    """Who is to get how many, once they are wanted."""

    model_config = _example(to=_SOMEBODY, amount=1)

    to: Handle = Field(description="Address, DID or organization id.")
    amount: Quantity = 1
    valid_until: Moment | None = Field(
        default=None,
        description="Last second in which it can be redeemed; in 30 days if not given.",
    )


class ItemProperties(BaseModel):
    """What ERC-1155 metadata leaves to each item."""

    kind: Kind
    transferable: bool
    royalty_bps: int


class ItemRead(BaseModel):
    """A kind of item. Name, description, image and decimals make it ERC-1155 metadata."""

    object: Literal["item"] = "item"
    id: str
    token_id: str = Field(description="The item's number on the chain, decimal.")
    kind: Kind
    status: Literal["pending", "created", "failed"]
    name: str
    description: str
    image: str | None
    decimals: Literal[0] = 0
    properties: ItemProperties
    document: DocumentRead = Field(description="To check the description against the chain.")
    creator: str = Field(description="Address.")
    transferable: bool
    cap: int | None
    minted: str = Field(description="How many were, as a decimal number of any size.")
    redeemed: str
    burned: str = Field(description="How many were destroyed, redeemed ones included.")
    royalty_bps: int
    royalty_receiver: str | None
    gates: list[str] = Field(description="Who may redeem it beside its creator.")
    created: str
    transactions: list[TransactionRead] = Field(
        description="Those of the request that this answers."
    )


class HoldingRead(BaseModel):
    """How much of one thing somebody holds."""

    object: Literal["holding"] = "holding"
    id: str
    owner: str
    collection: Literal["item", "parcel"]
    token_id: str
    item: str | None = Field(description="The item's id; null for parcels and others' items.")
    name: str | None
    amount: str = Field(description="A decimal number of any size.")


class ItemRedemptionRead(BaseModel):
    """A holder's consent that a gate redeems items."""

    object: Literal["item_redemption"] = "item_redemption"
    id: str
    item: str = Field(description="The item's id, or its number if it has none here.")
    holder: str
    gate: str
    amount: int
    status: Literal["open", "redeemed", "withdrawn", "expired"]
    reference: str = Field(description="By which the chain tells of the use.")
    valid_until: str
    redeemed: str | None
    created: str
    transactions: list[TransactionRead]


VoucherStatus = Literal["open", "redeemed", "withdrawn", "expired"]


class SignedVoucher(BaseModel):
    """What its creator has signed: all that the contract's mintWithVoucher takes, from anybody."""

    contract: str
    to: str
    token_id: str
    amount: str
    nonce: str
    deadline: str = Field(description="Seconds since 1970.")
    signature: str


class ItemVoucherRead(BaseModel):
    """A creator's leave for somebody to have items minted."""

    object: Literal["item_voucher"] = "item_voucher"
    id: str
    item: str = Field(description="The item's id.")
    creator: str = Field(description="Who has signed it: an address.")
    to: Handle = Field(description="Who gets the items: an address.")
    amount: int
    status: VoucherStatus
    valid_until: str
    signed: SignedVoucher
    redeemed: str | None
    created: str
    transactions: list[TransactionRead]
