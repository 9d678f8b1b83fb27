"""What happened in transactions, and what would happen in them."""

from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import ContractError, Model


class Source(Model):
    """A place in a source of one's own; lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: str


class TraceEvent(Model):
    """An event; ``position`` is the number of the call's own calls that came before it."""

    address: str
    contract: str | None = None
    event: str | None = None
    signature: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    topics: list[str] = Field(default_factory=list)
    data: str = "0x"
    position: int = 0


class CallFrame(Model):
    """A call, or the creation of a contract, with what happened within it."""

    type: str
    sender: str
    to: str | None = None
    contract: str | None = None
    function: str | None = None
    arguments: dict[str, Any] | None = None
    results: dict[str, Any] | None = None
    value: str
    gas: int
    gas_used: int
    error: ContractError | None = None
    source: Source | None = None
    input: str | None = None
    output: str | None = None
    events: list[TraceEvent] = Field(default_factory=list)
    calls: list["CallFrame"] = Field(default_factory=list)


class Failure(Model):
    """Where a transaction failed: contract, function and, of one's own source, the line."""

    address: str | None = None
    contract: str | None = None
    function: str | None = None
    source: Source | None = None


class Variable(Model):
    """A variable of a contract, before and after."""

    name: str
    type: str
    before: Any = None
    after: Any = None


class Slot(Model):
    """A word of storage that was changed, with the variables in it."""

    slot: str
    before: str
    after: str
    variables: list[Variable] = Field(default_factory=list)


class StorageChange(Model):
    """What was changed in the storage of a contract."""

    address: str
    contract: str | None = None
    slots: list[Slot]


class BalanceChange(Model):
    """What an account got or gave, in the smallest unit, with its sign."""

    account: str
    name: str | None = None
    asset: Literal["ether", "erc20", "erc721", "erc1155"]
    token: str | None = None
    symbol: str | None = None
    decimals: int | None = None
    token_id: str | None = None
    change: str


class ConsoleLine(Model):
    """What a contract wrote by ``console.log``."""

    address: str
    contract: str | None = None
    text: str
    values: list[Any] = Field(default_factory=list)


class Happening(Model):
    """What a trace and a simulation have in common."""

    status: Literal["success", "failed"]
    block: int
    gas_used: int
    error: ContractError | None = None
    failure: Failure | None = None
    console: list[ConsoleLine] = Field(default_factory=list)
    events: list[TraceEvent] = Field(default_factory=list)
    balance_changes: list[BalanceChange] | None = None
    storage_changes: list[StorageChange] | None = None
    call: CallFrame
    notes: list[str] = Field(default_factory=list)

    @property
    def variables(self) -> dict[str, tuple[Any, Any]]:
        """Before and after of each variable that was changed, by ``Contract.name``."""
        return {
            f"{change.contract or change.address}.{one.name}": (one.before, one.after)
            for change in self.storage_changes or ()
            for slot in change.slots
            for one in slot.variables
        }


class Trace(Happening):
    """What happened in a transaction; ``replayed`` where it was refused, and run again for this."""

    transaction: str
    hash: str | None = None
    replayed: bool = False


class Simulation(Happening):
    """What would happen."""

    contract: str | None = None
    function: str | None = None
    results: dict[str, Any] | None = None

    @property
    def value(self) -> Any:
        """The one result. Raises :class:`ValueError` where there are several, or none."""
        if self.results is None or len(self.results) != 1:
            raise ValueError(f"{self.function} gave {len(self.results or ())} results")
        return next(iter(self.results.values()))
