"""Requests and answers of the workbench."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.fields import Handle

_COUNTER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Counts, for everybody.
contract Counter {
    uint256 public count;

    constructor(uint256 start) {
        count = start;
    }

    /// @notice Counts on by `step`.
    function add(uint256 step) external {
        count += step;
    }
}
"""
_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

Arguments = Annotated[
    dict[str, Any] | Annotated[list[Any], Field(max_length=1_000)],
    Field(
        description="By name, or in the order of the ABI. Integers as numbers, or as strings of "
        "decimal or 0x digits, which are needed above 2^53; bytes as 0x-hex; structs as objects."
    ),
]
Wei = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,30}$",
        description="Ether to send along, in wei: a string of decimal digits.",
    ),
]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500)]],
    Field(max_length=20, description="Notes of your own, shown to nobody else."),
]


class CompileSettings(BaseModel):
    """How to compile; what is left out is as for the platform's own contracts."""

    model_config = ConfigDict(extra="forbid")

    optimizer: bool = True
    optimizer_runs: int = Field(default=200, ge=0, le=2**32 - 1)
    via_ir: bool = Field(default=False, description="Compile through the intermediate language.")
    evm_version: str | None = Field(
        default=None,
        max_length=30,
        description="cancun where it is left out, or the newest that an older compiler knows.",
    )
    remappings: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=50, description="Of imports, prefix=target."
    )


class CompileCreate(BaseModel):
    """Solidity to compile: files, an archive, or solc's standard JSON; one of the three."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"sources": {"Counter.sol": _COUNTER}}]},
    )

    sources: dict[str, str] | None = Field(
        default=None,
        description="Text by file name. Imports find one another, and @openzeppelin/contracts.",
    )
    zip: Annotated[str, Field(max_length=1_000_000)] | None = Field(
        default=None, description="A zip archive in base64."
    )
    standard_json: dict[str, Any] | None = Field(
        default=None, description="solc's standard JSON input, its sources with their content."
    )
    settings: CompileSettings | None = Field(
        default=None, description="For sources and zip; standard JSON has its own."
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> "CompileCreate":
        given = [self.sources, self.zip, self.standard_json]
        if sum(one is not None for one in given) != 1:
            raise ValueError("give exactly one of sources, zip and standard_json")
        return self


class Diagnostic(BaseModel):
    """A warning or an error of the compiler."""

    file: str
    line: int = Field(description="From 1; 0 where there is no place.")
    column: int
    message: str
    excerpt: str = Field(description="The source line, with the place marked below it.")
    severity: str
    code: str = Field(description="solc's number of the warning or error.")
    notes: list[str] = Field(
        default_factory=list,
        description="Other places that have to do with it, such as functions without a body.",
    )


class CompiledContract(BaseModel):
    """A contract that was compiled."""

    name: str
    source: str
    imported: bool = Field(
        default=False,
        description="Whether it was not sent, but is of a package that a source imports, such as "
        "a proxy of OpenZeppelin's.",
    )
    kind: Literal["contract", "abstract", "interface", "library"]
    deployable: bool
    size: int = Field(description="Bytes of the code on the chain; at most 24,576.")
    libraries: list[str] = Field(description="Libraries whose addresses deploying it needs.")
    abi: list[dict[str, Any]]
    bytecode: str = Field(description="Creation code, 0x-hex; libraries are marked as solc does.")


class CompilationRead(BaseModel):
    """What the compiler made of sources."""

    object: Literal["compilation"] = "compilation"
    id: str
    solc: str
    settings: dict[str, Any]
    contracts: list[CompiledContract]
    warnings: list[Diagnostic]
    created: str


class VerifyCreate(BaseModel):
    """Sources, or a compilation of yours, that are to give what stands on the chain."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"compilation": "cmp_0199a1b2c3d4e5f60718293a", "contract": "Counter"}]
        },
    )

    compilation: Handle | None = Field(
        default=None, description="Its id; without it and sources, the one it was deployed from."
    )
    sources: dict[str, str] | None = Field(default=None, description="Text by file name.")
    zip: Annotated[str, Field(max_length=1_000_000)] | None = Field(
        default=None, description="A zip archive in base64."
    )
    standard_json: dict[str, Any] | None = Field(
        default=None, description="solc's standard JSON input."
    )
    settings: CompileSettings | None = Field(default=None, description="For sources and zip.")
    contract: str | None = Field(
        default=None,
        max_length=300,
        description="Its name, or file:name; without it, whichever fits.",
    )

    @model_validator(mode="after")
    def _at_most_one(self) -> "VerifyCreate":
        given = [self.compilation, self.sources, self.zip, self.standard_json]
        if sum(one is not None for one in given) > 1:
            raise ValueError("give one of compilation, sources, zip and standard_json")
        return self


class AddressVerifyCreate(VerifyCreate):
    """The same, for what is on the chain already, by its address."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "address": _ADDRESS,
                    "compilation": "cmp_0199a1b2c3d4e5f60718293a",
                    "contract": "Counter",
                }
            ]
        },
    )

    address: Handle


class ContractCreate(BaseModel):
    """Deploy a contract of a compilation, or of an artifact that a tool wrote."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "compilation": "cmp_0199a1b2c3d4e5f60718293a",
                    "contract": "Counter",
                    "arguments": {"start": 5},
                }
            ]
        },
    )

    compilation: Handle | None = Field(default=None, description="Its id; or give an artifact.")
    artifact: dict[str, Any] | None = Field(
        default=None,
        description="What ape (ethPM manifest or contract type), Foundry or Hardhat writes.",
    )
    contract: str | None = Field(
        default=None,
        max_length=300,
        description="Its name, or file:name, where there are several.",
    )
    arguments: Arguments = Field(default_factory=dict)
    libraries: dict[str, str] = Field(
        default_factory=dict,
        max_length=50,
        description="Addresses, or ids of contracts of yours, by the library's name.",
    )
    salt: str | None = Field(
        default=None,
        pattern="^0x[0-9a-fA-F]{64}$",
        description="Deploy with CREATE2 to an address that follows from code, arguments and "
        "salt. msg.sender of the constructor is then the factory, not your wallet.",
    )
    value: Wei = "0"
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_two(self) -> "ContractCreate":
        if (self.compilation is None) == (self.artifact is None):
            raise ValueError("give either a compilation or an artifact")
        return self


class ContractAttach(BaseModel):
    """Use a contract that is on the chain already."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "address": _ADDRESS,
                    "name": "Token",
                    "abi": [
                        {
                            "type": "function",
                            "name": "totalSupply",
                            "stateMutability": "view",
                            "inputs": [],
                            "outputs": [{"name": "", "type": "uint256"}],
                        }
                    ],
                }
            ]
        },
    )

    address: Handle
    abi: Annotated[list[dict[str, Any]], Field(max_length=5_000)] | None = Field(
        default=None,
        description="May be left out, or empty, where the sandbox knows it: of its own contracts, "
        "and of what anybody has compiled or deployed here, wherever the same code stands.",
    )
    name: str | None = Field(default=None, min_length=1, max_length=100)
    metadata: Metadata = Field(default_factory=dict)


class ProxyRead(BaseModel):
    """That a contract is a proxy (ERC-1967; minimal: ERC-1167), and of what."""

    kind: Literal["implementation", "beacon", "minimal"]
    implementation: str
    beacon: str | None
    admin: str | None


class VerificationRead(BaseModel):
    """That what stands on the chain is what sources give; the grades are Sourcify's."""

    object: Literal["verification"] = "verification"
    id: str
    contract: str = Field(description="The contract's id.")
    address: str
    match: Literal["exact_match", "match"] = Field(
        description="exact_match: byte for byte, with the hash of sources and settings that solc "
        "writes into the metadata; match: all but metadata. The better of the two below."
    )
    runtime_match: Literal["exact_match", "match"]
    creation_match: Literal["exact_match", "match"] | None = Field(
        description="Of the code that created it; null where that is not known."
    )
    compilation: str
    source: str = Field(description="Which contract of the compilation, as file:Name.")
    arguments: dict[str, Any] | None = Field(
        description="Of the constructor, as they stand on the chain; null where not known."
    )
    libraries: dict[str, str] = Field(description="Addresses in the code, by file:Name.")
    immutables: dict[str, str] = Field(description="Words that the constructor has set, 0x-hex.")
    created: str


class ContractRead(BaseModel):
    """A contract of yours, with an API of its own."""

    object: Literal["contract"] = "contract"
    id: str
    name: str
    status: Literal["pending", "live", "failed"]
    address: str | None
    origin: Literal["compilation", "artifact", "attached"]
    compilation: str | None
    arguments: dict[str, Any] = Field(description="Of the constructor, by name.")
    libraries: dict[str, str]
    salt: str | None
    proxy: ProxyRead | None
    functions: list[str] = Field(
        description="Signatures of its functions; of a proxy, those behind it too."
    )
    events: list[str] = Field(description="Signatures of its events, likewise.")
    abi: list[dict[str, Any]] = Field(description="Its own; what is behind a proxy has another.")
    openapi: str = Field(description="Path of its own OpenAPI document.")
    docs: str = Field(
        description="Path of its documentation. Opens in a browser without a key: whoever knows "
        "the address may read."
    )
    metadata: dict[str, str]
    verification: VerificationRead | None = Field(
        description="That its code is what sources of yours give."
    )
    transaction: TransactionRead | None
    created: str


class InterfaceRead(BaseModel):
    """All that a contract offers, and what its author says about it."""

    object: Literal["contract_interface"] = "contract_interface"
    contract: str = Field(description="The contract's id.")
    abi: list[dict[str, Any]] = Field(
        description="With what stands behind a proxy, and the events of its libraries."
    )
    userdoc: dict[str, Any] = Field(description="NatSpec for users, as solc gives it.")
    devdoc: dict[str, Any] = Field(description="NatSpec for developers, as solc gives it.")


class CallCreate(BaseModel):
    """Ask a contract, changing nothing."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"arguments": {"owner": _ADDRESS}}]}
    )

    arguments: Arguments = Field(default_factory=dict)
    value: Wei = "0"


class CallRead(BaseModel):
    """What a contract answered."""

    object: Literal["contract_result"] = "contract_result"
    contract: str
    function: str
    results: dict[str, Any] = Field(
        description="By name; those without one are result, or result0, result1 … Integers of more "
        "than 48 bits are strings."
    )


class SendCreate(BaseModel):
    """Call a contract in a transaction from your wallet."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"arguments": {"step": 3}}]}
    )

    arguments: Arguments = Field(default_factory=dict)
    value: Wei = "0"


class LogRead(BaseModel):
    """An event of a contract."""

    object: Literal["contract_event"] = "contract_event"
    id: str
    contract: str
    event: str | None = Field(description="None for a log that no event of the ABI fits.")
    signature: str | None
    arguments: dict[str, Any] = Field(
        description="By name. Of indexed texts, bytes, lists and structs only the hash is known."
    )
    address: str
    block: int
    transaction_hash: str
    log_index: int
    topics: list[str]
    data: str
