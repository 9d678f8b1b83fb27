"""Answers about the chain and its events."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class ContractRead(BaseModel):
    """A deployed contract."""

    name: str
    address: str
    start_block: int
    code_hash: str
    source: str = Field(description="Its source file, as its package names it.")
    package: str = Field(
        description="Whose code it is: `pocplatform`, or the package that carries it unmodified."
    )
    version: str = Field(description="The package's version.")
    license: str = Field(description="SPDX identifier of the contract's licence.")


class ChainRead(BaseModel):
    """The chain that the sandbox runs on."""

    object: Literal["chain"] = "chain"
    chain_id: int
    genesis_hash: str
    managed: bool = Field(description="Whether it is the sandbox's own devnet.")
    block: int
    recorded_block: int = Field(description="The last block that the read models contain.")
    unsettled_transactions: int
    contracts: list[ContractRead]


class EventRead(BaseModel):
    """Something that happened."""

    object: Literal["event"] = "event"
    id: str
    type: str
    data: dict[str, Any]
    block: int | None
    transaction_hash: str | None
    created: str
