"""Who is who in a trace: names, ABIs and, of the caller's own contracts, sources and layouts.

What stands at an address is told by the platform's manifest and by what anybody has deployed or
attached. What was created on the way, or was never told, is found by its code, among the
compilations of the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Any, Final

from sqlmodel import Session

from pocplatform.chain import console
from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.bytecode import compare_creation, compare_runtime
from pocplatform.chain.codec import checksum
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.factory import CREATE2_FACTORY
from pocplatform.chain.interface import MAX_ENTRIES, Function, Interface
from pocplatform.chain.manifest import DeployedContract
from pocplatform.chain.source_maps import SourceMap, SourcePlace
from pocplatform.chain.tracing import Frame
from pocplatform.domains.contracts import compiling, service
from pocplatform.domains.contracts import repository as contracts
from pocplatform.domains.contracts.models import CompilerOutput, Contract
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.outbox.service import Outbox

_PRECOMPILED: Final = {
    1: "ecrecover", 2: "sha256", 3: "ripemd160", 4: "identity", 5: "modexp", 6: "ecAdd",
    7: "ecMul", 8: "ecPairing", 9: "blake2f", 10: "pointEvaluation", 0x100: "p256verify",
}  # fmt: skip
_EVERYWHERE: Final = {
    CREATE2_FACTORY: "Create2Factory",
    console.ADDRESS: "console",
    **{checksum(f"0x{number:040x}"): name for number, name in _PRECOMPILED.items()},
}
"""What has the same address on every chain; most of it is part of the protocol."""

_RECENT: Final = 10
"""Compilations of the caller that are looked through for code that nobody has named."""


class Compiled:
    """A contract of a compilation of the caller's.

    Args:
        entry: What is kept of it (:mod:`pocplatform.chain.closed_compiler`).
        files: Name and text of each source, by its number.
    """

    def __init__(self, entry: Mapping[str, Any], files: Mapping[int, tuple[str, str]]) -> None:
        self.entry = entry
        self.interface = Interface(entry["abi"])
        self._files = files

    def place(self, frame: Frame) -> SourcePlace | None:
        """Where in the sources a call failed; None where that cannot be told."""
        return (self._creation if frame.creates else self._runtime).place(frame.last_steps)

    @property
    def storage_layout(self) -> Mapping[str, Any]:
        """solc's."""
        layout: Mapping[str, Any] = self.entry["storage_layout"]
        return layout

    @cached_property
    def _creation(self) -> SourceMap:
        return SourceMap(self.entry["bytecode"], self.entry["source_map"], self._files)

    @cached_property
    def _runtime(self) -> SourceMap:
        code, places = self.entry["deployed_bytecode"], self.entry["deployed_source_map"]
        return SourceMap(code, places, self._files)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an address.

    Attributes:
        compiled: Its sources and more, if they are the caller's.
        row: The caller's own contract there.
        ours: Whether it is one of the platform's contracts.
    """

    name: str | None = None
    interface: Interface | None = None
    compiled: Compiled | None = None
    row: Contract | None = None
    ours: bool = False


class Directory:
    """What is known of the addresses in one trace.

    Args:
        session: Where to read.
        outbox: The platform's contracts, and the node.
        org_id: Who asks; None for the organisers, who see everything.
        involved: The contract that the transaction is about.
        replaced: Code that stands at addresses in this trace alone, by address.
    """

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        org_id: str | None,
        involved: Contract | None,
        replaced: Mapping[str, bytes] | None = None,
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._org_id = org_id
        self._involved = involved
        self._replaced = replaced or {}
        self._known: dict[str, Known] = {}
        self._compilations: dict[str, list[Compiled]] = {}
        self._created: dict[int, Compiled | None] = {}

    def learn(self, root: Frame) -> None:
        """Find out about all addresses of a trace; with it, :meth:`about` knows them."""
        frames = list(root.all())
        code = {f.to: f.output for f in frames if f.creates and f.to and f.error is None}
        code |= self._replaced
        logs = {log.address for frame in frames for log in frame.logs}
        addresses = {a for f in frames for a in (f.sender, f.to) if a} | logs
        rows = contracts.all_at(self._session, addresses)
        for address in addresses:
            self._known[address] = self._told(address, rows.get(address, ()))
        if self._involved is not None:
            self._behind(self._involved)
        if any(frame.creates for frame in frames):
            self._keep_recent()
        unnamed = [f.to for f in frames if f.to and self._known[f.to].compiled is None]
        self._recognise([a for a in dict.fromkeys(unnamed) if not self._known[a].ours], code)

    def about(self, address: str | None) -> Known:
        """What is known of an address of the trace."""
        return self._known.get(address or "", Known())

    def created(self, frame: Frame) -> Compiled | None:
        """What a creation has made, or tried to make, by its code."""
        if id(frame) not in self._created:
            fitting = (one for one in self._all() if _creates(one.entry, frame.input))
            self._created[id(frame)] = next(fitting, None)
        return self._created[id(frame)]

    def layout(self, address: str) -> Mapping[str, Any]:
        """solc's storage layout of the code at an address; empty where it may not be told."""
        known = self.about(address)
        if known.ours:
            artifact = _platform_artifacts().get(known.name or "")
            return artifact.storage_layout if artifact is not None else {}
        return known.compiled.storage_layout if known.compiled is not None else {}

    def by_selector(self, calldata: bytes) -> Function | None:
        """A function of any contract of the platform's or the caller's, by its selector alone."""
        return self._selectors.get(calldata[:4]) if len(calldata) >= 4 else None

    @cached_property
    def _selectors(self) -> dict[bytes, Function]:
        own = contracts.newest(self._session, self._org_id)
        interfaces = [service.own_interface(contract) for contract in own]
        interfaces += [one.interface for one in self._all()]
        interfaces += [_interface(deployed) for deployed in self._manifest.values()]
        return {f.selector: f for one in reversed(interfaces) for f in one.functions}

    @property
    def _manifest(self) -> Mapping[str, DeployedContract]:
        return self._outbox.contracts.manifest.contracts

    def _told(self, address: str, rows: Sequence[Contract]) -> Known:
        for name, deployed in self._manifest.items():
            if deployed.address == address:
                return Known(name, _interface(deployed), ours=True)
        if address in _EVERYWHERE:
            return Known(_EVERYWHERE[address], ours=True)
        own = [row for row in rows if self._org_id in (None, row.org_id)]
        if own:
            compiled = None
            if address not in self._replaced:
                compiled = next(filter(None, map(self._compiled, reversed(own))), None)
            return Known(own[-1].name, service.own_interface(own[-1]), compiled, own[-1])
        return Known(rows[-1].name, service.own_interface(rows[-1])) if rows else Known()

    def _compiled(self, row: Contract) -> Compiled | None:
        """The compiled contract behind a row of the caller's."""
        known = self._behind(row)
        return next(
            (c for c in known if (c.entry["name"], c.entry["abi"]) == (row.name, row.abi)), None
        )

    def _behind(self, row: Contract) -> list[Compiled]:
        """The contracts of the compilation that a row was made from."""
        if row.compilation_id is None:
            return []
        stored = contracts.output_of(self._session, row.compilation_id)
        return self._keep(stored) if stored is not None else []

    def _keep_recent(self) -> None:
        for stored in contracts.recent_outputs(self._session, self._org_id, _RECENT):
            self._keep(stored)

    def _keep(self, stored: CompilerOutput) -> list[Compiled]:
        if stored.key not in self._compilations:
            self._compilations[stored.key] = _compilation(stored.key, stored.document)
        return self._compilations[stored.key]

    def _all(self) -> Iterable[Compiled]:
        """Every contract of the compilations at hand."""
        return chain.from_iterable(self._compilations.values())

    def _recognise(self, addresses: Sequence[str], code: Mapping[str, bytes]) -> None:
        """Tell what addresses are by their code; ``code`` has that of those created just now."""
        if not addresses:
            return
        self._keep_recent()
        if not self._compilations:
            return
        asked = [address for address in addresses if address not in code]
        calls = [("eth_getCode", [address, "latest"]) for address in asked]
        answers = self._outbox.contracts.client.batch(calls)
        found = dict(code) | {
            address: bytes.fromhex((answer.value or "0x")[2:])
            for address, answer in zip(asked, answers, strict=True)
        }
        for address in addresses:
            compiled = self._by_code(found[address]) if found[address] else None
            if compiled is not None:
                before = self._known[address]
                self._known[address] = Known(
                    before.name or compiled.entry["name"],
                    before.interface or compiled.interface,
                    compiled,
                    before.row,
                )

    def _by_code(self, code: bytes) -> Compiled | None:
        return next((one for one in self._all() if _has_code(one.entry, code)), None)


def _interface(deployed: DeployedContract) -> Interface:
    return service.interface_of(f"{deployed.name} {deployed.code_hash}", deployed.abi)


def _has_code(entry: Mapping[str, Any], code: bytes) -> bool:
    # Most are told apart by their length, at no cost.
    return len(entry["deployed_bytecode"]) == 2 * len(code) and (
        compare_runtime(entry, code).match is not None
    )


def _creates(entry: Mapping[str, Any], code: bytes) -> bool:
    return len(entry["bytecode"]) <= 2 * len(code) and (
        compare_creation(entry, code)[0].match is not None
    )


@lru_cache(maxsize=32)
def _compilation(key: str, document: str) -> list[Compiled]:
    """What can be deployed of a compilation; kept, since the same ones come again."""
    read = compiling.read(CompilerOutput(key=key, document=document, created_ms=0))
    files = compiling.source_files(read)
    # What has too large an ABI was compiled, but can never be on the chain.
    return [
        Compiled(entry, files)
        for entry in read["contracts"]
        if entry["bytecode"] and len(entry["abi"]) <= MAX_ENTRIES
    ]


@cache
def _platform_artifacts() -> Artifacts:
    """The platform's own contracts as they were compiled for its start."""
    return compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
