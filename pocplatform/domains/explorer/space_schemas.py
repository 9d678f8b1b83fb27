"""The answer about all that is in a space."""

from typing import Literal

from pydantic import BaseModel, Field

from pocplatform.domains.explorer.schemas import NamedAddress
from pocplatform.domains.parcels.schemas import ParcelRead, PlanRead
from pocplatform.domains.spaces.schemas import LinkRead, SpaceRead, VisitRead
from pocplatform.kit.money import CURRENCY


class Goods(BaseModel):
    """What is sold or was sold."""

    collection: Literal["item", "parcel"] | None = Field(
        description="null where it is of a contract that the platform did not deploy."
    )
    id: str | None = Field(description="itm_… or prc_…, where it was made through the platform.")
    name: str | None


class OfferRead(Goods):
    """Something that can be bought in a space: buy it by its listing's id."""

    listing: str
    seller: str = Field(description="Address.")
    remaining: int
    unit_price: int = Field(description="Euro cents.")
    currency: Literal["tEUR"] = CURRENCY


class SoldRead(Goods):
    """Something that was bought in a space."""

    seller: str = Field(description="Address.")
    buyer: str = Field(description="Address.")
    quantity: str
    price: int = Field(description="Of all together, in whole euro cents.")
    currency: Literal["tEUR"] = CURRENCY
    transaction_hash: str
    created: str


class SpaceViewRead(BaseModel):
    """A space and what is in it, each kind up to a limit; the lists of each kind have all."""

    object: Literal["space_view"] = "space_view"
    space: SpaceRead
    plan: PlanRead
    parcels: list[ParcelRead] = Field(description="By floor and place.")
    visitors: list[VisitRead] = Field(description="Who is inside, the latest first.")
    links: list[LinkRead] = Field(description="Ways out, in the order of their opening.")
    offers: list[OfferRead] = Field(
        description="What the space's owner and those who own or use its parcels sell."
    )
    sales: list[SoldRead] = Field(description="What the same have sold, the latest first.")
    ticket_name: str | None = Field(description="Of the item that opens the space, if one does.")
    names: list[NamedAddress] = Field(description="Who all of these are, where that is public.")
