"""Transactions in answers."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class StatusChange(BaseModel):
    """One line of a transaction's history."""

    status: str
    detail: str
    at: str


class AttemptRead(BaseModel):
    """One form in which a transaction was given to a network with fees."""

    hash: str
    kind: Literal["original", "raised", "cancelling"] = Field(
        description="raised: the same with a higher fee; cancelling: an empty one in its place."
    )
    at: str


class ContractErrorRead(BaseModel):
    """The error of a contract."""

    name: str
    signature: str
    args: dict[str, Any]
    explanation: str


class TransactionRead(BaseModel):
    """A write on its way to the chain, or there."""

    object: Literal["transaction"] = "transaction"
    id: str
    status: str = Field(
        description="queued, signed, sent, mined, confirmed; or reverted, refused, cancelled, "
        "replaced. prepared: it waits for the signature of its owner."
    )
    contract: str
    function: str
    arguments: dict[str, Any]
    sender: str
    to: str | None
    nonce: int | None
    hash: str | None
    block: int | None
    gas_used: int | None
    error: ContractErrorRead | None
    resource: str | None
    created: str


class TransactionDetail(TransactionRead):
    """A transaction with its history, oldest first."""

    history: list[StatusChange]
    attempts: list[AttemptRead] = Field(
        description="On a network with fees, every form it was sent in; `hash` is the present one."
    )
