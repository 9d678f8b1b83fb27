"""From sources to artifacts, cached: ``compile_project`` is what the platform calls.

Each source has a cache entry of its own, keyed by the hash of the source, everything it imports,
the settings and solc's version; only sources without a valid entry go to solc, in one run. A warm
call starts no process. Where solc itself comes from is :mod:`pocplatform.chain.toolchain`'s matter.

    PlatformError
    └── CompilationFailed   422  solc refuses the sources: file, line, column and message
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pocplatform.chain.artifacts import Artifact, Artifacts
from pocplatform.chain.files import write_atomically
from pocplatform.chain.sources import SourceGraph
from pocplatform.chain.toolchain import (
    SOLC_VERSION,
    CompilerBroken,
    NodeMissing,
    NpmPartMissing,
    Provision,
    SolcBinary,
    Toolchain,
    ape_environment,
    solcx_binary_dir,
)
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE

__all__ = [
    "SOLC_VERSION",
    "CompilationFailed",
    "Compiler",
    "CompilerBroken",
    "CompilerSettings",
    "NodeMissing",
    "NpmPartMissing",
    "Provision",
    "SolcBinary",
    "SourceError",
    "ape_environment",
    "compile_project",
    "solcx_binary_dir",
]

_CACHE_SCHEMA = 1
_CACHE_ENTRIES = 500
"""More than this many cached sources are thinned out, the oldest first."""

_OUTPUTS = [
    "abi",
    "devdoc",
    "userdoc",
    "metadata",
    "storageLayout",
    "evm.bytecode.object",
    "evm.bytecode.sourceMap",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
]


@dataclass(frozen=True)
class CompilerSettings:
    """What, beside the sources, decides the bytecode; the same as in ``ape-config.yaml``.

    Attributes:
        solc_version: Exact version of solc.
        optimizer_runs: How often each opcode is expected to run: solc's trade-off between the
            price of deploying and of calling.
        evm_version: Hardfork whose opcodes may be used.
        remappings: Import prefixes, ``prefix=target``, sorted.
    """

    solc_version: str = SOLC_VERSION
    optimizer_runs: int = 200
    evm_version: str = "cancun"
    remappings: tuple[str, ...] = ("@openzeppelin/contracts=node_modules/@openzeppelin/contracts",)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def input_json(
        self, contents: Mapping[str, str], selected: Iterable[str], outputs: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Standard JSON input that compiles ``contents`` and answers about ``selected`` units."""
        return {
            "language": "Solidity",
            "sources": {unit: {"content": text} for unit, text in sorted(contents.items())},
            "settings": {
                "optimizer": {"enabled": True, "runs": self.optimizer_runs},
                "evmVersion": self.evm_version,
                "remappings": list(self.remappings),
                "outputSelection": {unit: {"*": list(outputs or _OUTPUTS)} for unit in selected},
            },
        }


@dataclass(frozen=True)
class SourceError:
    """One error or warning of solc. ``line`` and ``column`` count from 1; 0 for no place.

    Attributes:
        excerpt: The source line with the place marked.
        severity: error, warning or info.
        code: solc's number of it, such as ``6275``; empty where it has none.
        notes: Other places that have to do with it, such as each function without a body.
    """

    file: str
    line: int
    column: int
    message: str
    excerpt: str
    severity: str = "error"
    code: str = ""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """``file:line:column: message``, as far as there is a place, and the line marked."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        said = f"{place}: {self.message}" if place else self.message
        return f"{said}\n{self.excerpt}" if self.excerpt else said


class AtPlaces:
    """For errors that are somewhere in the sources: says where."""

    errors: tuple[SourceError, ...]

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """All errors with their places, as ``diagnostics``."""
        return {"diagnostics": [asdict(error) for error in self.errors]}


class CompilationFailed(AtPlaces, PlatformError):
    """solc refuses the sources.

    Attributes:
        errors: All errors, in solc's order; the first is the one in the sentence.
    """

    code = "compilation_failed"
    status = 422
    title = "The contracts do not compile"

    def __init__(self, errors: Sequence[SourceError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        self.file, self.line, self.column = first.file, first.line, first.column
        self.message = first.message
        more = f"\n({len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(
            "{report}",
            next_step="Use fewer local variables, or compile through the intermediate "
            "representation (via_ir)."
            if any("Stack too deep" in error.message for error in errors)
            else "Mend the source and compile again.",
            report=f"{first}{more}",
        )


class Compiler:
    """solc with the project's settings.

    Args:
        root: The project's folder; imports are read below it.
        settings: Version, optimizer, EVM version, remappings.
    """

    def __init__(self, root: Path, settings: CompilerSettings | None = None) -> None:
        self.root = root
        self.settings = settings or CompilerSettings()
        self._toolchain = Toolchain(root, self.settings.solc_version)
        self._solc: SolcBinary | None = None

    def locate(self) -> SolcBinary:
        """The solc in use; raises NodeMissing, NpmPartMissing or CompilerBroken."""
        if self._solc is None:
            self._solc = self._toolchain.locate()
        return self._solc

    def provision(self, timeout: float = 10.0) -> Provision:
        """Try to install the native solc within ``timeout`` seconds; never raises."""
        self._solc = None
        return self._toolchain.provision(timeout)

    def standard_json(self, input_json: Mapping[str, Any]) -> dict[str, Any]:
        """One run of solc.

        Raises:
            CompilationFailed: solc reports errors in the sources.
            CompilerBroken: solc does not run, or its answer is not JSON.
        """
        output = self._toolchain.run(self.locate(), json.dumps(input_json))
        errors = [e for e in output.get("errors", ()) if e.get("severity") == "error"]
        if errors:
            sources = input_json.get("sources", {})
            raise CompilationFailed([source_error(error, sources) for error in errors])
        return output


def compile_project(
    root: Path,
    cache_dir: Path,
    progress: Callable[[str], None] | None = None,
    *,
    include_tests: bool = False,
    settings: CompilerSettings | None = None,
) -> Artifacts:
    """All contracts below ``root``/contracts, from the cache where nothing changed.

    Args:
        root: The project's folder.
        cache_dir: Where compiled sources are kept; a damaged entry is compiled again.
        progress: Called with one plain sentence when solc has to run.
        include_tests: Also the harnesses in contracts/test.
        settings: Other than the project's own settings.

    Raises:
        CompilationFailed, NodeMissing, NpmPartMissing, CompilerBroken, DuplicateContractName.
    """
    settings = settings or CompilerSettings()
    graph = SourceGraph(root, settings.remappings)
    units = graph.project_units(include_tests=include_tests)
    cache = _Cache(cache_dir)
    keys = {unit: _key(settings, graph.digest(unit)) for unit in units}
    found: dict[str, list[Artifact]] = {}
    for unit in units:
        artifacts = cache.load(keys[unit])
        if artifacts is not None:
            found[unit] = artifacts
    stale = [unit for unit in units if unit not in found]
    if stale:
        found |= _compile(root, settings, graph, stale, len(units), progress)
        for unit in stale:
            cache.save(keys[unit], found[unit])
        cache.thin_out(keep=set(keys.values()))
    return Artifacts((a for unit in units for a in found[unit]), settings.digest)


def _compile(
    root: Path,
    settings: CompilerSettings,
    graph: SourceGraph,
    stale: Sequence[str],
    total: int,
    progress: Callable[[str], None] | None,
) -> dict[str, list[Artifact]]:
    compiler = Compiler(root, settings)
    for prefix, _, target in (remapping.partition("=") for remapping in settings.remappings):
        imported = any(unit.startswith(target) for k in stale for unit in graph.imports(k))
        if imported and not (root / target).is_dir():
            # solc would say "file not found" of a file that nobody here has written.
            raise NpmPartMissing.named(prefix)
    solc = compiler.locate()
    if progress:
        progress(
            f"compiling {len(stale)} of {total} sources with solc {solc.version} ({solc.kind})"
        )
    began = time.monotonic()
    contents = {unit: graph.content(unit) or "" for unit in graph.closure(stale)}
    output = compiler.standard_json(settings.input_json(contents, stale))
    contracts = output.get("contracts", {})
    if progress:
        progress(f"compiled in {time.monotonic() - began:.1f} s")
    return {
        unit: [
            _artifact(unit, name, compiled, graph.digest(unit))
            for name, compiled in sorted(contracts.get(unit, {}).items())
        ]
        for unit in stale
    }


def _artifact(unit: str, name: str, compiled: Mapping[str, Any], source_hash: str) -> Artifact:
    creation, runtime = compiled["evm"]["bytecode"], compiled["evm"]["deployedBytecode"]
    return Artifact(
        name=name,
        source_id=unit,
        abi=compiled["abi"],
        bytecode=bytes.fromhex(creation["object"]),
        deployed_bytecode=bytes.fromhex(runtime["object"]),
        immutable_references=runtime.get("immutableReferences") or {},
        devdoc=compiled.get("devdoc") or {},
        userdoc=compiled.get("userdoc") or {},
        source_hash=source_hash,
        metadata=compiled.get("metadata") or "",
        storage_layout=compiled.get("storageLayout") or {},
        source_map=creation.get("sourceMap") or "",
    )


def source_error(error: Mapping[str, Any], sources: Mapping[str, Any]) -> SourceError:
    """An entry of solc's ``errors``, with its place in the sources of the standard JSON input."""
    message = f"{error.get('type', 'Error')}: {error.get('message', '').strip()}"
    severity, code = str(error.get("severity", "error")), str(error.get("errorCode") or "")
    notes = tuple(_note(other, sources) for other in error.get("secondarySourceLocations") or ())
    location = error.get("sourceLocation") or {}
    place = _place(location, sources)
    if place is None:
        return SourceError(location.get("file", ""), 0, 0, message, "", severity, code, notes)
    gutter = f"{place.line} | "
    padding = "".join("\t" if c == "\t" else " " for c in place.before)
    marks = f"{' ' * (len(gutter) - 2)}| {padding}{'^' * place.width}"
    excerpt = f"{gutter}{place.text}\n{marks}"
    return SourceError(
        location["file"], place.line, len(place.before) + 1, message, excerpt, severity, code, notes
    )


class _Place(NamedTuple):
    """A line of a source, with what stands before the place on it; ``width`` in characters."""

    line: int
    text: str
    before: str
    width: int


def _place(location: Mapping[str, Any], sources: Mapping[str, Any]) -> _Place | None:
    start, end = location.get("start", -1), location.get("end", -1)
    text = sources.get(location.get("file", ""), {}).get("content")
    if text is None or start < 0:
        return None
    data = text.encode()  # solc counts bytes
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", start)
    line_end = len(data) if line_end < 0 else line_end
    return _Place(
        data.count(b"\n", 0, start) + 1,
        data[line_start:line_end].decode(errors="replace"),
        data[line_start:start].decode(errors="replace"),
        max(1, len(data[start : min(end, line_end)].decode(errors="replace"))),
    )


def _note(location: Mapping[str, Any], sources: Mapping[str, Any]) -> str:
    said, place = str(location.get("message") or "").strip(), _place(location, sources)
    if place is None:
        return said
    return f"{said} {location['file']}:{place.line}: {place.text.strip()}".strip()


def _key(settings: CompilerSettings, digest: str) -> str:
    return hashlib.sha256(f"{_CACHE_SCHEMA}\n{settings.digest}\n{digest}".encode()).hexdigest()


class _Cache:
    """One file a source: its content's hash on the first line, the artifacts on the second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> list[Artifact] | None:
        try:
            checksum, _, body = self._path(key).read_text(encoding="utf-8").partition("\n")
            if hashlib.sha256(body.encode()).hexdigest() != checksum:
                return None
            document = json.loads(body)
            if document["key"] != key:
                return None
            return [Artifact.from_json(entry) for entry in document["artifacts"]]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, key: str, artifacts: Iterable[Artifact]) -> None:
        body = json.dumps({"key": key, "artifacts": [a.to_json() for a in artifacts]})
        checksum = hashlib.sha256(body.encode()).hexdigest()
        write_atomically(self._path(key), f"{checksum}\n{body}")

    def thin_out(self, keep: set[str]) -> None:
        entries = [p for p in self._folder.glob("*.json") if p.stem not in keep]
        surplus = len(entries) + len(keep) - _CACHE_ENTRIES
        if surplus > 0:
            for path in sorted(entries, key=lambda p: p.stat().st_mtime)[:surplus]:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
