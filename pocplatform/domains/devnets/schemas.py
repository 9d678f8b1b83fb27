"""Requests and answers about devnets."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pocplatform.kit.clock import LATEST_S
from pocplatform.kit.fields import Handle

_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
_CENTURY_S = 100 * 365 * 86_400

Name = Annotated[str, Field(min_length=1, max_length=100)]
Wei = Annotated[
    str, Field(pattern=r"^[0-9]{1,30}$", description="Wei: a string of decimal digits.")
]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500)]],
    Field(max_length=20, description="Notes of your own."),
]


class DevnetCreate(BaseModel):
    """Ask for a devnet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Staging", "balances": {_ADDRESS: "1000000000000000000"}}]
        },
    )

    name: Name
    contracts: bool = Field(
        default=False,
        strict=True,
        description="Begin with the sandbox's own contracts, at their usual addresses; the first "
        "start then takes some seconds.",
    )
    accounts: int = Field(
        default=10,
        strict=True,
        ge=0,
        le=50,
        description="How many of the well-known development accounts have 10,000 ether each.",
    )
    balances: dict[str, Wei] = Field(
        default_factory=dict, max_length=50, description="Wei of further accounts, by address."
    )
    metadata: Metadata = Field(default_factory=dict)


class DevnetUpdate(BaseModel):
    """Change what is given."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Staging, version 2"}]}
    )

    name: Name | None = None
    metadata: Metadata | None = None


class SavedRead(BaseModel):
    """The state that a devnet would go on from if it ended now."""

    block: int
    timestamp: int = Field(description="Of that block, in seconds since 1970.")
    at: str = Field(description="When it was saved.")


class RecoveryRead(BaseModel):
    """That something was lost, and what the devnet went on from."""

    at: str
    reason: Literal["ended", "not_saved", "sandbox_ended"] = Field(
        description="Its process ended, its state could not be saved, or the sandbox ended "
        "before it was."
    )
    detail: str = Field(description="How that came, for experts.")
    epoch: int = Field(description="The epoch that began by that.")
    block: int | None = Field(description="None where it began anew.")


class DevnetRead(BaseModel):
    """A devnet of yours."""

    object: Literal["devnet"] = "devnet"
    id: str
    name: str
    status: Literal["stopped", "starting", "running", "failed"] = Field(
        description="Stopped ones start by being used."
    )
    failure: str | None = Field(description="Why it does not start, if it failed.")
    chain_id: int
    epoch: int = Field(
        description="Goes up whenever what was on the chain is no longer true: by a reset, by "
        "restoring a snapshot, and when something was lost. Answers of its JSON-RPC name it in "
        "the header Pocplatform-Chain-Epoch."
    )
    rpc_path: str = Field(
        description="Its JSON-RPC, with your key as bearer; where a client knows addresses only, "
        "/rpc/{key}/devnets/{id}."
    )
    mnemonic: str = Field(description="Of its development accounts; everybody knows it.")
    accounts: int
    balances: dict[str, str]
    contracts: bool
    saved: SavedRead | None = Field(description="None if it would begin anew.")
    recovery: RecoveryRead | None = Field(description="The last loss, if there was any.")
    metadata: dict[str, str]
    created: str
    last_used: str = Field(description="To the last start or save.")


class DevnetDeleted(BaseModel):
    """A devnet that is no more."""

    object: Literal["devnet"] = "devnet"
    id: str
    deleted: Literal[True] = True


class SnapshotCreate(BaseModel):
    """Keep a devnet as it is now."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "before the upgrade"}]}
    )

    name: Name


class SnapshotRead(BaseModel):
    """A devnet as it was."""

    object: Literal["devnet_snapshot"] = "devnet_snapshot"
    id: str
    devnet: str
    name: str
    block: int
    timestamp: int = Field(description="Of that block, in seconds since 1970.")
    size: int = Field(description="Bytes; they count as stored data of your organization.")
    created: str


class SnapshotDeleted(BaseModel):
    """A snapshot that is no more."""

    object: Literal["devnet_snapshot"] = "devnet_snapshot"
    id: str
    deleted: Literal[True] = True


class TimeChange(BaseModel):
    """Take a devnet through time, by some seconds or to a moment; one of the two."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"advance_s": 86400}]}
    )

    advance_s: int | None = Field(default=None, strict=True, gt=0, le=_CENTURY_S)
    timestamp: int | None = Field(
        default=None,
        strict=True,
        gt=0,
        le=LATEST_S,
        description="Seconds since 1970, after the latest block's.",
    )
    mine: bool = Field(
        default=True,
        strict=True,
        description="Mine a block at that time, so that contracts see it in calls too.",
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> "TimeChange":
        if (self.advance_s is None) == (self.timestamp is None):
            raise ValueError("give either advance_s or timestamp")
        return self


class BlocksMine(BaseModel):
    """Mine blocks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"blocks": 5}, {}]})

    blocks: int = Field(default=1, strict=True, ge=1, le=1000)
    interval_s: int = Field(
        default=1, strict=True, ge=1, le=86_400, description="Seconds from one to the next."
    )


class HeadRead(BaseModel):
    """The latest block of a devnet."""

    object: Literal["devnet_head"] = "devnet_head"
    devnet: str
    epoch: int
    block: int
    timestamp: int
    hash: str


class Impersonate(BaseModel):
    """Act as an account without its key."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"address": _ADDRESS}]}
    )

    address: Handle
    enabled: bool = Field(
        default=True, strict=True, description="False: only with its key from now on."
    )


class BalanceSet(BaseModel):
    """Give an account ether, or take it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"address": _ADDRESS, "wei": "5000000000000000000"}]},
    )

    address: Handle
    wei: Wei


class AccountRead(BaseModel):
    """An account of a devnet."""

    object: Literal["devnet_account"] = "devnet_account"
    devnet: str
    epoch: int
    address: Handle
    wei: str
    nonce: int
    impersonated: bool
