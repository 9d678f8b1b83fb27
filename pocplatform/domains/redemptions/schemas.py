"""Requests and answers about redemptions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.organizations.schemas import Metadata
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.money import CURRENCY


class RedemptionCreate(BaseModel):
    """Give test euros back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 25000}]})

    amount: Amount
    currency: Literal["tEUR"] = CURRENCY
    metadata: Metadata = Field(default_factory=dict)


class RedemptionRead(BaseModel):
    """A redemption."""

    object: Literal["redemption"] = "redemption"
    id: str
    status: Literal["pending", "paid_out", "failed"] = Field(
        description="paid_out: the tEUR are destroyed, and the simulation counts them as paid out "
        "at par. No money moves: a test euro has no value."
    )
    holder: str
    amount: int
    currency: Literal["tEUR"] = CURRENCY
    reference: str = Field(description="What the chain has it under: the id in ASCII, 32 bytes.")
    transaction: TransactionRead
    metadata: dict[str, str]
    created: str
