"""Requests and answers about mandates."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.domains.organizations.schemas import Metadata
from pocplatform.domains.payments.schemas import Amount
from pocplatform.domains.transactions.schemas import ContractErrorRead, TransactionRead
from pocplatform.kit.fields import TRIMMED, Handle, Moment
from pocplatform.kit.money import CURRENCY

MandateStatus = Literal["draft", "pending", "active", "paused", "ended", "cancelled"]


class MandateCreate(BaseModel):
    """A mandate to be signed by your wallet, as its payer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "payee": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                    "cap": 4900,
                    "period_s": 2592000,
                    "description": "Rent of a stand in the virtual market hall",
                }
            ]
        },
    )

    payee: Handle = Field(description="Address, DID or organization id of who may collect.")
    cap: Amount = Field(description="Euro cents that may be collected in a period at most.")
    currency: Literal["tEUR"] = CURRENCY
    period_s: int = Field(
        strict=True, ge=1, le=2**32 - 1, description="Length of a period in seconds."
    )
    start_at: Moment | None = Field(
        default=None, description="When the first period begins; now if not given."
    )
    end_at: Moment | None = Field(
        default=None, description="Nothing is collected after this; without it, no end."
    )
    description: Annotated[str, StringConstraints(min_length=1, max_length=500), TRIMMED] = Field(
        description="What it is for; only its salted hash goes on the chain."
    )
    metadata: Metadata = Field(default_factory=dict)


class MandateCollect(BaseModel):
    """Collect."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 4900}]})

    amount: Amount


class ScheduleUpdate(BaseModel):
    """What to collect in every period by itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": 4900}]})

    amount: Amount | None = Field(description="Euro cents; null ends the schedule.")


class CollectionFailure(BaseModel):
    """Why the last scheduled collection failed."""

    period: int
    error: ContractErrorRead


class MandateRead(BaseModel):
    """A mandate with what was collected."""

    object: Literal["mandate"] = "mandate"
    id: str
    status: MandateStatus = Field(
        description="draft until its payer has signed; pending until the chain has it; ended when "
        "its time is over."
    )
    payer: str
    payee: str
    cap: int
    currency: Literal["tEUR"] = CURRENCY
    period_s: int
    start_at: str
    end_at: str | None
    description: str
    document_hash: str
    salt: str = Field(description="document_hash is SHA-256 over salt and description.")
    mandate_hash: str = Field(description="The mandate's id on the chain.")
    period: int | None = Field(description="Number of the present period, from 0.")
    available: int = Field(description="Cents that can still be collected in this period.")
    collected: int = Field(description="Cents that were collected altogether.")
    schedule: int | None = Field(description="Cents that are collected in every period by itself.")
    last_failure: CollectionFailure | None = Field(
        description="Why the newest scheduled collection failed, if it did."
    )
    transactions: list[TransactionRead]
    metadata: dict[str, str]
    created: str
