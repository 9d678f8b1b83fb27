"""Requests and answers of traces and simulations."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.domains.contracts.schemas import Arguments, Wei
from pocplatform.domains.transactions.schemas import ContractErrorRead

_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

Account = Annotated[str, Field(max_length=200, description="An address, or a contract's id.")]
Word = Annotated[
    str,
    Field(
        pattern=r"^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$",
        description="Up to 32 bytes: 0x-hex, or decimal digits.",
    ),
]


class SourceRead(BaseModel):
    """A place in a source of yours; lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: str = Field(description="The text at the place, as far as it is on this line.")


class TraceEventRead(BaseModel):
    """An event, at the place where it happened."""

    address: str
    contract: str | None
    event: str | None = Field(description="None where no known ABI has it.")
    signature: str | None
    arguments: dict[str, Any]
    topics: list[str]
    data: str
    position: int = Field(description="How many of this call's own calls came before it.")


class CallFrameRead(BaseModel):
    """A call, or the creation of a contract, with what happened within it."""

    type: str = Field(
        description="CALL, STATICCALL, DELEGATECALL, CALLCODE, CREATE, CREATE2 or SELFDESTRUCT."
    )
    sender: str
    to: str | None = Field(description="Whose code ran, or what was created.")
    contract: str | None = Field(description="Its name, where that is known.")
    function: str | None = Field(description="Signature; None where no known ABI has it.")
    arguments: dict[str, Any] | None
    results: dict[str, Any] | None
    value: str = Field(description="Ether that went along, in wei.")
    gas: int = Field(description="What it was given.")
    gas_used: int
    error: ContractErrorRead | None
    source: SourceRead | None = Field(description="Where it failed, if that is your source.")
    input: str | None = Field(description="0x-hex, where it could not be decoded.")
    output: str | None = Field(description="0x-hex, where it could not be decoded.")
    events: list[TraceEventRead]
    calls: list["CallFrameRead"]


class FailureRead(BaseModel):
    """Where a transaction failed: the innermost call whose refusal came through to the top."""

    address: str | None
    contract: str | None
    function: str | None
    source: SourceRead | None = Field(
        description="File and line, where the source is yours and the node tells; of what failed, "
        "or else of the call of yours that led there."
    )


class VariableRead(BaseModel):
    """A variable of a contract, before and after."""

    name: str = Field(description="As Solidity would write it, such as `balances[0x…].amount`.")
    type: str
    before: Any
    after: Any


class SlotRead(BaseModel):
    """A word of storage that was changed."""

    slot: str
    before: str
    after: str
    variables: list[VariableRead] = Field(description="Empty where they are not known.")


class StorageChangeRead(BaseModel):
    """What was changed in the storage of a contract."""

    address: str
    contract: str | None
    slots: list[SlotRead]


class BalanceChangeRead(BaseModel):
    """What an account got or gave: ether, or tokens by the events of their contract."""

    account: str
    name: str | None = Field(description="Of the account, if it is a contract that is known.")
    asset: Literal["ether", "erc20", "erc721", "erc1155"]
    token: str | None = Field(description="Address of the token's contract.")
    symbol: str | None
    decimals: int | None
    token_id: str | None
    change: str = Field(description="In the smallest unit, with its sign.")


class ConsoleLineRead(BaseModel):
    """What a contract wrote by ``console.log`` of Hardhat or Foundry, also if it failed then."""

    address: str = Field(description="Which contract wrote it.")
    contract: str | None = Field(description="Its name, where that is known.")
    text: str = Field(description="The line as those tools show it.")
    values: list[Any] = Field(description="What was given to it.")


class Happening(BaseModel):
    """What a trace and a simulation have in common."""

    status: Literal["success", "failed"]
    block: int = Field(description="A simulation runs on the state after this block.")
    gas_used: int
    error: ContractErrorRead | None
    failure: FailureRead | None = Field(description="Where it failed.")
    console: list[ConsoleLineRead]
    events: list[TraceEventRead] = Field(description="Those that lasted, in their order.")
    balance_changes: list[BalanceChangeRead] | None
    storage_changes: list[StorageChangeRead] | None = Field(
        description="None, as the ether of balance_changes, where the node does not tell."
    )
    call: CallFrameRead
    notes: list[str] = Field(description="What could not be told, and why.")


class TraceRead(Happening):
    """What happened in a transaction."""

    object: Literal["trace"] = "trace"
    transaction: str
    hash: str | None
    replayed: bool = Field(
        description="Whether it was run again for this: a refused write was never mined."
    )


class AccountOverride(BaseModel):
    """What an account is to be like."""

    model_config = ConfigDict(extra="forbid")

    balance: Wei | None = Field(default=None, description="Ether, in wei.")
    nonce: int | None = Field(default=None, ge=0, le=2**53 - 1)
    code: str | None = Field(
        default=None, pattern=r"^0x([0-9a-fA-F]{2})*$", max_length=100_000, description="0x-hex."
    )
    storage: dict[Word, Word] = Field(
        default_factory=dict, max_length=200, description="Words by slot; the others stay."
    )


class TokenOverride(BaseModel):
    """How much of an ERC-20 token somebody is to have."""

    model_config = ConfigDict(extra="forbid")

    token: Account = Field(description="`tEUR`, an address, or a contract's id.")
    owner: str = Field(max_length=200, description="An address, a DID, or an organization's id.")
    amount: str = Field(pattern=r"^[0-9]{1,78}$", description="In the token's smallest unit.")


class Overrides(BaseModel):
    """What is to be different from the chain as it is."""

    model_config = ConfigDict(extra="forbid")

    accounts: dict[Account, AccountOverride] = Field(
        default_factory=dict, max_length=50, description="By address or contract's id."
    )
    tokens: list[TokenOverride] = Field(default_factory=list, max_length=20)
    time: datetime | None = Field(default=None, description="The block's time.")
    block: int | None = Field(default=None, ge=0, le=2**53 - 1, description="The block's number.")


class FunctionSimulate(BaseModel):
    """Call a function of a contract without sending anything."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "arguments": {"step": 3},
                    "sender": _ADDRESS,
                    "overrides": {"accounts": {_ADDRESS: {"balance": "1000000000000000000"}}},
                }
            ]
        },
    )

    arguments: Arguments = Field(default_factory=dict)
    value: Wei = "0"
    sender: str | None = Field(
        default=None,
        max_length=200,
        description="Any address, DID, organization or contract; your wallet if left out.",
    )
    overrides: Overrides = Field(default_factory=Overrides)


class CallSimulate(BaseModel):
    """Call an address, or create a contract, without sending anything."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": _ADDRESS, "value": "0", "data": "0x"}]},
    )

    to: Account | None = Field(default=None, description="None creates a contract.")
    data: str = Field(default="0x", pattern=r"^0x([0-9a-fA-F]{2})*$", max_length=300_000)
    value: Wei = "0"
    sender: str | None = Field(default=None, max_length=200)
    overrides: Overrides = Field(default_factory=Overrides)


class SimulationRead(Happening):
    """What would happen."""

    object: Literal["simulation"] = "simulation"
    contract: str | None = Field(description="Its id, where it was called by it.")
    function: str | None
    results: dict[str, Any] | None = Field(description="By name; None where it failed.")
