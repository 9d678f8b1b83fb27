"""Requests and answers about the market."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.assets.schemas import Quantity
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Moment
from pocplatform.kit.money import CURRENCY

Side = Literal["listing", "offer"]
Status = Literal["open", "sold", "cancelled", "expired"]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class OrderCreate(BaseModel):
    """What is to be traded: an item or a parcel, at which price, until when."""

    model_config = _example(item="itm_0198f2a5c0de0123456789ab", amount=1, unit_price=25000)

    item: str | None = Field(
        default=None, max_length=80, description="itm_…, or the item's number on the chain."
    )
    parcel: str | None = Field(
        default=None, max_length=80, description="prc_…, or the parcel's number on the chain."
    )
    amount: Quantity = 1
    unit_price: Amount
    currency: Literal["tEUR"] = CURRENCY
    valid_until: Moment | None = Field(
        default=None, description="Last second in which it is valid; in 30 days if not given."
    )


class TradeCreate(BaseModel):
    """How many to trade."""

    model_config = _example(quantity=1)

    quantity: Quantity = 1


class RawDivision(BaseModel):
    """The same in the token's units, 10⁻⁶ tEUR, as decimal strings: exact."""

    price: str
    royalty: str
    fee: str
    seller_amount: str


class Division(BaseModel):
    """Who gets what of a price, in whole cents, rounded down."""

    price: int
    royalty: int
    royalty_receiver: str | None
    fee: int = Field(description="The platform's.")
    seller_amount: int
    currency: Literal["tEUR"] = CURRENCY
    raw: RawDivision


class SignedOrder(BaseModel):
    """The order as it was signed (EIP-712), with which any wallet can trade on the contract."""

    maker: str
    collection: str
    kind: int = Field(description="0 for ERC-721, 1 for ERC-1155.")
    token_id: str
    amount: str
    unit_price: str
    nonce: str
    deadline: str
    signature: str


class OrderRead(BaseModel):
    """A listing or an offer."""

    object: Side
    id: str
    status: Status
    maker: str = Field(description="The seller of a listing, the buyer of an offer.")
    item: str | None
    parcel: str | None
    token_id: str
    amount: int
    remaining: int
    unit_price: int
    currency: Literal["tEUR"] = CURRENCY
    valid_until: str
    order_hash: str = Field(description="Its name on the chain.")
    signed: SignedOrder
    created: str
    transactions: list[TransactionRead] = Field(
        description="Those of the request that this answers."
    )


class TradeRead(BaseModel):
    """A purchase from a listing or a sale to an offer.

    The division of the price is the one that the chain has told of once it is settled, and the one
    that the contract foresees before that.
    """

    object: Literal["trade"] = "trade"
    id: str
    status: Literal["pending", "settled", "failed"]
    order: str
    seller: str
    buyer: str
    item: str | None
    parcel: str | None
    token_id: str
    quantity: int
    division: Division
    sale: str | None
    created: str
    transactions: list[TransactionRead]


class SaleRead(BaseModel):
    """A sale as the chain tells of it."""

    object: Literal["sale"] = "sale"
    id: str
    order: str = Field(description="The listing's or offer's id, or its hash if not known here.")
    seller: str
    buyer: str
    collection: str = Field(description="Address of the token's contract.")
    token_id: str
    item: str | None
    parcel: str | None
    quantity: str
    division: Division
    transaction_hash: str
    created: str
