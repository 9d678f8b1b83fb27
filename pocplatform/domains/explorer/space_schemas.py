"""The answer about all that is in a space."""

from typing import Literal

from pydantic import BaseModel, Field

from pocplatform.domains.explorer.schemas import NamedAddress
from pocplatform.domains.market.schemas import OrderRead, SaleRead
from pocplatform.domains.parcels.schemas import ParcelRead, PlanRead
from pocplatform.domains.spaces.schemas import LinkRead, SpaceRead, VisitRead


class OfferRead(BaseModel):
    """Something that can be bought in a space."""

    listing: OrderRead
    name: str | None = Field(description="Of what is sold.")


class SoldRead(BaseModel):
    """Something that was bought in a space."""

    sale: SaleRead
    name: str | None = Field(description="Of what was sold.")


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
