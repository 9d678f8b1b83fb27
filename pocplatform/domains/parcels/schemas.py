"""Requests and answers about parcels."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.assets.descriptions import Image, Name, Text
from pocplatform.domains.assets.schemas import RoyaltyBps
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle
from pocplatform.kit.money import CURRENCY, UNITS_PER_CENT

MAX_TERMS_CENTS = (2**48 - 1) // UNITS_PER_CENT
"""What the contract takes as a price a day or a deposit: some 281 million tEUR."""

Place = Annotated[int, Field(strict=True, ge=0, lt=2**16, description="Counts from 0.")]
Size = Annotated[int, Field(strict=True, gt=0, lt=2**16, description="How many places.")]
TermsCents = Annotated[
    int, Field(strict=True, ge=0, le=MAX_TERMS_CENTS, description="Euro cents, a whole number.")
]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]

_SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class PlanUpdate(BaseModel):
    """Where parcels may be in a space. A plan may grow, and its royalty fall; not the reverse."""

    model_config = _example(width=10, depth=10, floors=2, royalty_bps=250)

    steward: Handle | None = Field(
        default=None,
        description="Who mints the parcels and gets their royalties: address, DID or organization "
        "id; you if not given.",
    )
    width: Size
    depth: Size
    floors: Size = 1
    royalty_bps: RoyaltyBps = 0


class ParcelCreate(BaseModel):
    """A parcel to mint."""

    model_config = _example(
        space="spc_0198f2a5c0de0123456789ab",
        x=3,
        y=4,
        name="Kulmapaikka",
        description="By the door.",
    )

    space: str = Field(max_length=80, description="spc_…, or the space's number in 0x-hex.")
    x: Place
    y: Place
    floor: Place = 0
    to: Handle | None = Field(
        default=None, description="Address, DID or organization id; you if not given."
    )
    name: Name
    description: Text = ""
    image: Image | None = None


class ParcelTransfer(BaseModel):
    """To whom to give a parcel."""

    model_config = _example(to=_SOMEBODY)

    to: Handle = Field(description="Address, DID or organization id.")


class RentalTermsUpdate(BaseModel):
    """On what terms a parcel is to let."""

    model_config = _example(price_per_day=1500, deposit=20000)

    price_per_day: TermsCents
    deposit: TermsCents = 0
    currency: Literal["tEUR"] = CURRENCY
    arbiter: Handle | None = Field(
        default=None,
        description="Who decides claims on the deposit: address, DID or organization id, neither "
        "owner nor user; the organisers of the sandbox if not given.",
    )


class RentCreate(BaseModel):
    """For how long to rent a parcel."""

    model_config = _example(days=14, price_per_day=1500, deposit=20000)

    days: Annotated[int, Field(strict=True, ge=1, le=366)]
    price_per_day: TermsCents | None = Field(
        default=None,
        description="What you take it to be: with another one nothing is rented. If not given, "
        "the present one.",
    )
    deposit: TermsCents | None = Field(default=None, description="Likewise.")
    currency: Literal["tEUR"] = CURRENCY


class LendCreate(BaseModel):
    """Who may use a parcel for how long, for nothing."""

    model_config = _example(to=_SOMEBODY, days=30)

    to: Handle = Field(description="Address, DID or organization id.")
    days: Annotated[int, Field(strict=True, ge=1, le=365)]


class ClaimCreate(BaseModel):
    """What of a deposit the owner wants, and why; only the salted hash of why goes on the chain."""

    model_config = _example(amount=5000, reason="The wall was left painted.")

    amount: Amount
    currency: Literal["tEUR"] = CURRENCY
    reason: LongText


class RulingCreate(BaseModel):
    """What of its claim the owner gets; only the salted hash of the ruling goes on the chain."""

    model_config = _example(owner_amount=2500, ruling="Half of it was there before.")

    owner_amount: TermsCents
    currency: Literal["tEUR"] = CURRENCY
    ruling: LongText


class PlanRead(BaseModel):
    """Where parcels may be in a space."""

    object: Literal["plan"] = "plan"
    space: str
    steward: str | None = Field(
        description="null as long as there is no plan, and no room for parcels."
    )
    width: int
    depth: int
    floors: int
    royalty_bps: int
    transactions: list[TransactionRead] = Field(
        description="Those of the request that this answers."
    )


class ParcelProperties(BaseModel):
    """What ERC-721 metadata leaves to each token."""

    space: str
    x: int
    y: int
    floor: int


class RentalTermsRead(BaseModel):
    """On what terms a parcel is to let."""

    price_per_day: int
    deposit: int
    currency: Literal["tEUR"] = CURRENCY
    arbiter: str


class DepositRead(BaseModel):
    """A deposit that is held."""

    user: str
    amount: int
    currency: Literal["tEUR"] = CURRENCY
    claimed: int = Field(description="What of it the owner claims.")
    decide_by: str | None = Field(description="Until when the arbiter may decide the claim.")


class ParcelRead(BaseModel):
    """A parcel. Name, description and image make it ERC-721 metadata."""

    object: Literal["parcel"] = "parcel"
    id: str
    token_id: str = Field(description="The parcel's number on the chain, decimal.")
    status: Literal["pending", "minted", "failed"]
    name: str
    description: str
    image: str | None
    properties: ParcelProperties
    space: str
    x: int
    y: int
    floor: int
    owner: str | None = Field(description="Address; null before it is minted.")
    user: str | None = Field(description="Who may use it now, by ERC-4907.")
    user_until: str | None = Field(description="Last second of that use.")
    rental_terms: RentalTermsRead | None = Field(description="null if it is not offered.")
    deposit: DepositRead | None = Field(description="Of the last rental, while it is held.")
    created: str
    transactions: list[TransactionRead] = Field(
        description="Those of the request that this answers."
    )


class RentalRead(BaseModel):
    """A rental of a parcel. Amounts are whole euro cents."""

    object: Literal["rental"] = "rental"
    id: str
    parcel: str = Field(description="The parcel's id, or its number if it has none here.")
    user: str
    owner: str = Field(description="Who let it.")
    price: int
    deposit: int
    currency: Literal["tEUR"] = CURRENCY
    status: Literal["running", "ended", "settled"] = Field(
        description="ended: the deposit is still held; settled: there is none, or not any more."
    )
    expires: str
    user_amount: int = Field(description="What of the deposit the user got back.")
    owner_amount: int = Field(description="What of the deposit the owner got.")
    created: str
