"""Requests and answers about payouts."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.organizations.schemas import Metadata
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import ContractErrorRead
from pocplatform.kit.fields import Handle
from pocplatform.kit.money import CURRENCY

MAX_ITEMS = 500

PayoutStatus = Literal["pending", "paid", "partially_paid", "failed"]
ItemStatus = Literal["pending", "paid", "failed"]


class PayoutItemCreate(BaseModel):
    """A recipient."""

    model_config = ConfigDict(extra="forbid")

    to: Handle = Field(description="Address, DID or organization id of the recipient.")
    amount: Amount


class PayoutCreate(BaseModel):
    """Pay many at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "amount": 12500},
                        {"to": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "amount": 9900},
                    ],
                    "metadata": {"run": "2026-11"},
                }
            ]
        },
    )

    items: list[PayoutItemCreate] = Field(min_length=1, max_length=MAX_ITEMS)
    currency: Literal["tEUR"] = CURRENCY
    metadata: Metadata = Field(default_factory=dict)


class PayoutItemRead(BaseModel):
    """What became of one item."""

    index: int = Field(description="Its place in the request, from 0.")
    recipient: str
    amount: int
    status: ItemStatus
    payment: str | None = Field(description="The payment that it became, pay_…")
    transaction: str | None = Field(description="Its transaction, tx_…")
    transaction_hash: str | None
    error: ContractErrorRead | None = Field(description="Why the contract refused it.")


class PayoutRead(BaseModel):
    """A payout with what became of each item."""

    object: Literal["payout"] = "payout"
    id: str
    status: PayoutStatus = Field(description="pending as long as any item is.")
    sender: str
    total: int = Field(description="Cents of all items.")
    paid: int = Field(description="Cents of those that are paid.")
    currency: Literal["tEUR"] = CURRENCY
    items: list[PayoutItemRead] | None = Field(
        description="What became of each; left out of lists, where there may be thousands."
    )
    metadata: dict[str, str]
    created: str
