"""Requests and answers about data protection."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pocplatform.kit.fields import Handle


class OnchainEntry(BaseModel):
    """Something on the chain that concerns you. It cannot be deleted from there."""

    object: Literal["onchain_entry"] = "onchain_entry"
    id: str
    type: str = Field(description="As in the event log.")
    explanation: str = Field(description="In plain words, in your language.")
    hashes: list[str] = Field(
        description="The hashes in it. Each is of a text with random salt, and tells nothing of it."
    )
    transaction_hash: str | None
    block: int | None
    recorded: dict[str, Any] = Field(
        description="What was recorded; ids with a prefix are the sandbox's own and not on chain."
    )
    created: str


class OnchainSummary(BaseModel):
    """What is on the chain about you, in short."""

    object: Literal["onchain_summary"] = "onchain_summary"
    address: str
    did: str
    explanation: str
    entries: int = Field(description="How many entries GET /v1/data_protection/onchain lists.")
    by_type: dict[str, int]
    transactions: dict[str, int] = Field(
        description="Transactions sent by your wallet, by status; the reverted are on chain too."
    )


class ErasureCreate(BaseModel):
    """What to erase: one of the three."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"credential": "crd_01a203e8295def9bf9"}]}
    )

    credential: Handle | None = Field(
        default=None, description="A credential that you issued or that is about you."
    )
    agreement: Handle | None = Field(
        default=None, description="An agreement that you drafted and that is not in force."
    )
    invoice: Handle | None = Field(
        default=None, description="An invoice that you wrote and that nobody is to pay any more."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if [self.credential, self.agreement, self.invoice].count(None) != 2:
            raise ValueError("exactly one of credential, agreement and invoice is expected")
        return self


class RemainRead(BaseModel):
    """A hash that stays on the chain; what it was of is gone."""

    what: Literal["credential", "agreement", "document", "note", "invoice", "invoice_document"]
    hash: str
    explanation: str


class ErasureRead(BaseModel):
    """What was erased, and what of it remains on the chain."""

    object: Literal["erasure"] = "erasure"
    id: str
    kind: Literal["credential", "agreement", "invoice"]
    resource: str
    explanation: str
    remains: list[RemainRead]
    transactions: list[str] = Field(description="Hashes of the transactions that are about it.")
    created: str
