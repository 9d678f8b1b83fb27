"""Requests and answers about held payments."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle


class HeldPaymentWithdraw(BaseModel):
    """Where it is to go."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}]},
    )

    to: Handle | None = Field(
        default=None, description="Address, DID or organization id; your wallet if not given."
    )


class HeldPaymentRead(BaseModel):
    """Money of yours that the token refused to pay out when it was due."""

    object: Literal["held_payment"] = "held_payment"
    id: str
    status: Literal["held", "withdrawn"]
    source: Literal["agreement", "parcel", "split"] = Field(
        description="What it was to be paid from: an agreement's escrow, the deposit of a parcel, "
        "or a split."
    )
    holder: str = Field(description="Address that has it: a contract, or the split's account.")
    recipient: str = Field(description="Whose it is: an address.")
    token: str = Field(description="Address of the token; tEUR as a rule.")
    amount: int | None = Field(description="Cents that are held now; null for another token.")
    raw: str = Field(description="The same in the token's units, decimal.")
    held: str = Field(description="When the last payment was held.")
    withdrawn: str | None = Field(description="When it was withdrawn last.")
    transactions: list[TransactionRead]
