"""Answers about the chain and its events."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


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


class ChainEpochRead(BaseModel):
    """A stretch of the chain's history that goes on from block to block."""

    id: str
    began: str
    why: Literal["started", "reset", "restored"] = Field(
        description="What was before it: nothing, another chain, or a later state of this one."
    )


class ChainRead(BaseModel):
    """The chain that the sandbox runs on."""

    object: Literal["chain"] = "chain"
    chain_id: int
    genesis_hash: str
    managed: bool = Field(description="Whether it is the sandbox's own devnet.")
    epoch: ChainEpochRead = Field(
        description="Changes when the history does not go on: what wallets and programs remember "
        "of the chain is then not true any more. Answers of /rpc name it in the header "
        "Pocplatform-Chain-Epoch."
    )
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


class TimeAdvance(BaseModel):
    """How far to put the clock forward."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"seconds": 86400}]})

    seconds: int = Field(strict=True, ge=1, le=10 * 366 * 86_400)


class TimeRead(BaseModel):
    """What time it is for the sandbox and its chain."""

    object: Literal["time"] = "time"
    now: str
