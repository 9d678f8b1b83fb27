"""Requests and answers about payments."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle
from pocplatform.kit.money import CURRENCY, MAX_CENTS

Amount = Annotated[
    int, Field(strict=True, gt=0, le=MAX_CENTS, description="Euro cents, a whole number.")
]


class FaucetCreate(BaseModel):
    """Ask for test money."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 500000}]})

    amount: Amount
    currency: Literal["tEUR"] = CURRENCY


class EtherCreate(BaseModel):
    """Ask for test ether."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"wei": "1000000000000000"}]}
    )

    wei: str = Field(
        pattern=r"^[1-9][0-9]{0,29}$",
        description="A string of decimal digits; 10^18 wei are an ether.",
    )


class TransferCreate(BaseModel):
    """Pay somebody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "amount": 12500}]
        },
    )

    to: Handle = Field(description="Address, DID or organization id of the recipient.")
    amount: Amount
    currency: Literal["tEUR"] = CURRENCY


class PaymentRead(BaseModel):
    """A payment with its transaction."""

    object: Literal["payment"] = "payment"
    id: str
    kind: Literal["transfer", "faucet", "payout"] = Field(
        description="payout: a transfer of a batch."
    )
    sender: str | None
    recipient: str
    amount: int
    currency: Literal["tEUR"] = CURRENCY
    transaction: TransactionRead
    created: str


class BalanceRead(BaseModel):
    """tEUR of an address, read from the chain."""

    object: Literal["balance"] = "balance"
    address: str
    amount: int = Field(description="Whole euro cents.")
    currency: Literal["tEUR"] = CURRENCY
    raw: str = Field(description="The token's units, 10⁻⁶ tEUR.")
    block: int = Field(description="The block that it was read at.")
