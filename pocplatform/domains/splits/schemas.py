"""Requests and answers about splits."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.organizations.schemas import Metadata
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import TRIMMED, Handle
from pocplatform.kit.money import CURRENCY


class ShareCreate(BaseModel):
    """Somebody's share."""

    model_config = ConfigDict(extra="forbid")

    to: Handle = Field(description="Address, DID or organization id of the recipient.")
    bps: int = Field(strict=True, ge=1, le=9_999, description="1/100 of a percent.")


class SplitCreate(BaseModel):
    """Who gets how much of what is paid to the split."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Joint offering: showroom and tour",
                    "shares": [
                        {"to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "bps": 6500},
                        {"to": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "bps": 3500},
                    ],
                }
            ]
        },
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=200), TRIMMED]
    shares: list[ShareCreate] = Field(
        min_length=2, max_length=32, description="Together 10,000: 100 %."
    )
    metadata: Metadata = Field(default_factory=dict)


class SplitDistribute(BaseModel):
    """Divide among the recipients."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 30000}]})

    amount: Amount | None = Field(
        default=None,
        description="Euro cents that you pay in from your wallet first; without it, what lies on "
        "the split's account is divided.",
    )


class ShareRead(BaseModel):
    """Somebody's share."""

    recipient: str
    bps: int


class SplitRead(BaseModel):
    """A split with its account."""

    object: Literal["split"] = "split"
    id: str
    name: str
    account: str = Field(
        description="Address of the split's own account: what anybody pays to it is divided. The "
        "same shares always have the same account."
    )
    on_chain: bool = Field(description="Whether the chain has recorded it.")
    shares: list[ShareRead] = Field(description="By address; the last one gets what rounding left.")
    balance: int = Field(description="Cents that lie on the account, not divided yet.")
    held: int = Field(
        description="Cents on the account that were divided, but could not be paid: "
        "`GET /v1/held_payments` shows their owners theirs."
    )
    distributed: int = Field(description="Cents that were divided altogether.")
    distributions: int
    currency: Literal["tEUR"] = CURRENCY
    transactions: list[TransactionRead]
    metadata: dict[str, str]
    created: str
