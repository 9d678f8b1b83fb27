"""The workbench: contracts of one's own, compiled, deployed and called."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.traces import Simulation

Arguments = Mapping[str, Any] | Sequence[Any]
"""By name, or in the order of the ABI. Integers of any size; bytes as 0x-hex; structs as dicts."""

_SAFE_INTEGER = 2**53 - 1
_COMPILER_S = 150.0
"""The longest that a compilation takes, its turn included."""


class Diagnostic(Model):
    """A warning of the compiler, with its place; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    excerpt: str
    severity: str
    code: str = ""
    notes: list[str] = Field(default_factory=list)


class CompiledContract(Model):
    """A contract that was compiled; ``size`` is the bytes of its code on the chain."""

    name: str
    source: str
    imported: bool = False
    kind: Literal["contract", "abstract", "interface", "library"]
    deployable: bool
    size: int
    libraries: list[str] = Field(default_factory=list)
    abi: list[dict[str, Any]]
    bytecode: str


class Compilation(Model):
    """What the compiler made of sources."""

    id: str
    solc: str
    contracts: list[CompiledContract]
    warnings: list[Diagnostic] = Field(default_factory=list)
    created: datetime


class Proxy(Model):
    """That a contract is a proxy (ERC-1967; minimal: ERC-1167), and of what."""

    kind: str
    implementation: str
    beacon: str | None = None
    admin: str | None = None


class Verification(Model):
    """That what stands on the chain is what sources give; the grades are Sourcify's."""

    id: str
    contract: str
    address: str
    match: Literal["exact_match", "match"]
    runtime_match: Literal["exact_match", "match"]
    creation_match: Literal["exact_match", "match"] | None = None
    compilation: str
    source: str
    arguments: dict[str, Any] | None = None
    libraries: dict[str, str] = Field(default_factory=dict)
    immutables: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Contract(Model):
    """A contract of one's own, with an API of its own.

    ``docs`` is the path of its documentation, which opens in a browser without a key.
    """

    id: str
    name: str
    status: Literal["pending", "live", "failed"]
    address: str | None = None
    origin: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    libraries: dict[str, str] = Field(default_factory=dict)
    salt: str | None = None
    proxy: Proxy | None = None
    functions: list[str] = Field(default_factory=list)
    events: list[str] = Field(default_factory=list)
    abi: list[dict[str, Any]]
    docs: str = ""
    metadata: dict[str, str] = Field(default_factory=dict)
    compilation: str | None = None
    verification: Verification | None = None
    transaction: Transaction | None = None
    created: datetime


class ContractInterface(Model):
    """All that a contract offers; ``userdoc`` and ``devdoc`` are its NatSpec as solc gives it."""

    abi: list[dict[str, Any]]
    userdoc: dict[str, Any] = Field(default_factory=dict)
    devdoc: dict[str, Any] = Field(default_factory=dict)


class CallResult(Model):
    """What a contract answered; integers of more than 48 bits are strings."""

    function: str
    results: dict[str, Any]

    @property
    def value(self) -> Any:
        """The one result. Raises :class:`ValueError` where there are several, or none."""
        if len(self.results) != 1:
            raise ValueError(f"{self.function} has {len(self.results)} results")
        return next(iter(self.results.values()))


class ContractEvent(Model):
    """An event of a contract; ``event`` is None for a log that its ABI does not know."""

    id: str
    event: str | None = None
    signature: str | None = None
    arguments: dict[str, Any]
    block: int
    transaction_hash: str
    log_index: int


class Contracts(Resource[M]):
    """Compile, deploy and call contracts of one's own."""

    @operation
    async def compile(
        self,
        sources: Mapping[str, str] | None = None,
        *,
        zip_archive: bytes | None = None,
        standard_json: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Compilation:
        """Compile files (texts by name), a zip archive, or solc's standard JSON input.

        Raises :class:`~pocplatform.client.problems.InvalidInput`; what the compiler said stands in
        its ``body["diagnostics"]``.
        """
        body: dict[str, Any] = {
            "sources": dict(sources) if sources is not None else None,
            "zip": base64.b64encode(zip_archive).decode() if zip_archive is not None else None,
            "standard_json": dict(standard_json) if standard_json is not None else None,
            "settings": dict(settings) if settings is not None else None,
        }
        return await self._connection.write(
            "/v1/contracts/compile",
            body,
            Compilation,
            key=idempotency_key,
            wait=0,
            patience=_COMPILER_S,
        )

    @operation
    async def deploy(
        self,
        compilation: str | None = None,
        contract: str | None = None,
        arguments: Arguments = (),
        *,
        artifact: Mapping[str, Any] | None = None,
        libraries: Mapping[str, str] | None = None,
        salt: str | None = None,
        value: int = 0,
        metadata: Mapping[str, str] | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Contract:
        """Deploy from one's own wallet.

        Args:
            compilation: Id of a compilation; or give an artifact.
            contract: Its name, where there are several.
            arguments: Of the constructor.
            artifact: What ape, Foundry or Hardhat has written.
            libraries: Addresses, or ids of contracts, by the libraries' names.
            salt: 32 bytes in hex, for an address that is known beforehand (CREATE2).
            value: Ether to send along, in wei.
            metadata: Notes of one's own.
            wait: Seconds to wait until it is on the chain.
            idempotency_key: Names this deployment; without it, a fresh one.
        """
        body = {
            "compilation": compilation,
            "contract": contract,
            "arguments": _as_json(arguments),
            "artifact": artifact,
            "libraries": libraries or {},
            "salt": salt,
            "value": str(value),
            "metadata": metadata or {},
        }
        return await self._connection.write(
            "/v1/contracts", body, Contract, key=idempotency_key, wait=wait
        )

    @operation
    async def attach(
        self,
        address: str,
        abi: Sequence[Mapping[str, Any]] | None = None,
        *,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Contract:
        """Use what is on the chain already; the ABI is needed where the sandbox has none."""
        body = {"address": address, "abi": abi, "name": name}
        return await self._connection.write(
            "/v1/contracts/attach", body, Contract, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, contract_id: str) -> Contract:
        """A contract of one's own."""
        return await self._connection.read(f"/v1/contracts/{segment(contract_id)}", Contract)

    @operation
    async def interface(self, contract_id: str) -> ContractInterface:
        """All that a contract offers, with what stands behind a proxy."""
        return await self._connection.read(
            f"/v1/contracts/{segment(contract_id)}/interface", ContractInterface
        )

    @operation
    async def compilation(self, compilation_id: str) -> Compilation:
        """What the compiler has made of sources of one's own."""
        path = f"/v1/contracts/compilations/{segment(compilation_id)}"
        return await self._connection.read(path, Compilation)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Contract]:
        """All contracts of one's own, newest first."""
        async for contract in self._connection.pages("/v1/contracts", Contract, page_size):
            yield contract

    @operation
    async def call(
        self, contract_id: str, function: str, arguments: Arguments = (), *, value: int = 0
    ) -> CallResult:
        """Ask a function, by name or signature; nothing is changed."""
        body = {"arguments": _as_json(arguments), "value": str(value)}
        path = f"/v1/contracts/{segment(contract_id)}/call/{segment(function)}"
        return await self._connection.write(path, body, CallResult, wait=0)

    @operation
    async def send(
        self,
        contract_id: str,
        function: str,
        arguments: Arguments = (),
        *,
        value: int = 0,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Transaction:
        """Call a function in a transaction from one's own wallet."""
        body = {"arguments": _as_json(arguments), "value": str(value)}
        path = f"/v1/contracts/{segment(contract_id)}/send/{segment(function)}"
        return await self._connection.write(path, body, Transaction, key=idempotency_key, wait=wait)

    @operation
    async def simulate(
        self,
        contract_id: str,
        function: str,
        arguments: Arguments = (),
        *,
        value: int = 0,
        sender: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Simulation:
        """What a function would do: results, events, gas, changes, or where it would fail.

        Args:
            contract_id: The contract.
            function: By name or signature.
            arguments: Of the function.
            value: Ether to send along, in wei.
            sender: Any address, DID, organization or contract; one's own wallet if left out.
            overrides: What is to be different from the chain as it is: ``accounts``, ``tokens``,
                ``time``, ``block``.
        """
        body = {
            "arguments": _as_json(arguments),
            "value": str(value),
            "sender": sender,
            "overrides": dict(overrides or {}),
        }
        path = f"/v1/contracts/{segment(contract_id)}/simulate/{segment(function)}"
        return await self._connection.write(path, body, Simulation, wait=0)

    @operation
    async def simulate_call(
        self,
        to: str | None,
        data: bytes = b"",
        *,
        value: int = 0,
        sender: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Simulation:
        """What a transaction with this data would do; without ``to`` it creates a contract."""
        body = {
            "to": to,
            "data": _as_json(data),
            "value": str(value),
            "sender": sender,
            "overrides": dict(overrides or {}),
        }
        return await self._connection.write("/v1/simulate", body, Simulation, wait=0)

    @operation
    async def verify(
        self,
        contract_id: str | None = None,
        compilation: str | None = None,
        contract: str | None = None,
        *,
        address: str | None = None,
        sources: Mapping[str, str] | None = None,
        standard_json: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Verification:
        """Check that what stands on the chain is what sources give.

        Args:
            contract_id: A contract of one's own; or give an address.
            compilation: Id of a compilation; the one it was deployed from, if left out.
            contract: Its name there, where several fit.
            address: Of what is on the chain already; it becomes a contract of one's own.
            sources: Texts by name, instead of a compilation.
            standard_json: solc's standard JSON input, instead of a compilation.
            settings: For sources.
            idempotency_key: Names this; without it, a fresh one.

        Raises :class:`~pocplatform.client.problems.InvalidInput` with ``first_difference`` in its
        ``body`` where they do not fit.
        """
        body: dict[str, Any] = {
            "compilation": compilation,
            "contract": contract,
            "sources": dict(sources) if sources is not None else None,
            "standard_json": dict(standard_json) if standard_json is not None else None,
            "settings": dict(settings) if settings is not None else None,
        }
        path = "/v1/contracts/verify"
        if contract_id is None:
            body["address"] = address
        else:
            path = f"/v1/contracts/{segment(contract_id)}/verify"
        return await self._connection.write(
            path, body, Verification, key=idempotency_key, wait=0, patience=_COMPILER_S
        )

    @listing
    async def events(
        self,
        contract_id: str,
        event: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        *,
        page_size: int = 100,
    ) -> AsyncIterator[ContractEvent]:
        """A contract's events, newest first: all, of one kind, or with certain arguments."""
        filters = {
            "event": event,
            "argument": [f"{name}={_as_text(value)}" for name, value in (arguments or {}).items()],
        }
        path = f"/v1/contracts/{segment(contract_id)}/events"
        given = {name: value for name, value in filters.items() if value}
        async for one in self._connection.pages(path, ContractEvent, page_size, given):
            yield one


def _as_json(value: Any) -> Any:
    """Integers that JSON programs would round as strings, bytes as 0x-hex."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {name: _as_json(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_json(item) for item in value]
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(_as_json(value))
