"""solc for strangers' sources: in a process of its own, with limits, and without any file.

The compiler gets a closed standard JSON input and no way to import (``--no-import-callback``); it
runs in an empty folder, in a session of its own, under limits of time, memory and output (see
:mod:`pocplatform.chain.solc_process`). What it costs when it goes wrong is one process, which is
ended.

    PlatformError
    ├── CompilationFailed           422  solc refuses the sources
    ├── ImportMissing               422  an import that is nowhere; names the nearest
    ├── CompilerVersionMissing      422  a pragma that no installed solc satisfies
    ├── NoContract                  422  the sources define none
    └── CompilationTooExpensive     422  over the limits of time, memory or output
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pocplatform.chain import console, solc_ast
from pocplatform.chain.compiler import AtPlaces, CompilationFailed, SourceError, source_error
from pocplatform.chain.solc_process import Limits, OverLimits, SolcProcesses
from pocplatform.chain.submitted import PACKAGES, Submitted, nearest_source
from pocplatform.chain.toolchain import SOLC_VERSION, SolcBinary, Toolchain, installed_versions
from pocplatform.kit.errors import PlatformError

_SOURCE_NOT_FOUND: Final = "6275"
_WRONG_VERSION: Final = "5333"
_NOT_FOUND = re.compile(r'Source "([^"]*)" not found')
_TEST_LIBRARIES: Final = ("forge-std/Test.sol", "forge-std/Script.sol", "ds-test/test.sol")
_PRAGMA = re.compile(r"pragma\s+solidity\s+([^;]+);")


class ImportMissing(AtPlaces, PlatformError):
    """A source imports what is neither among the sources nor in a package of the sandbox."""

    code = "import_missing"
    status = 422
    title = "An import was not found"

    def __init__(self, error: SourceError, name: str, nearest: str | None) -> None:
        self.errors = (error,)
        super().__init__(
            "{file}, line {line}, imports {name}, which is neither among the sources nor in a "
            "package of the sandbox.",
            next_step="Leave the tests and scripts of Foundry out: nothing is deployed of them."
            if name.endswith(_TEST_LIBRARIES)
            else "Did you mean {near}?"
            if nearest
            else "Send it along; without sending, these can be imported: {packages}.",
            packages=", ".join((*PACKAGES, *console.SOURCES[:2])),
            file=error.file,
            line=error.line,
            name=name,
            near=nearest,
        )


class CompilerVersionMissing(AtPlaces, PlatformError):
    """A pragma asks for a version of solc that is not installed."""

    code = "compiler_version_missing"
    status = 422
    title = "This version of the compiler is not here"

    def __init__(self, error: SourceError, pragma: str, installed: Sequence[str]) -> None:
        self.errors = (error,)
        super().__init__(
            "{file}, line {line}, asks for solc {pragma}; installed is: {installed}.",
            next_step="Change the pragma so that it takes an installed version, such as "
            "`pragma solidity ^{version};`, or deploy an artifact that was compiled elsewhere.",
            file=error.file,
            line=error.line,
            pragma=pragma,
            installed=", ".join(installed),
            version=SOLC_VERSION,
        )


class NoContract(PlatformError):
    """The sources compile, but define nothing that could be deployed or called."""

    code = "no_contract"
    status = 422
    title = "There is no contract in the sources"


class CompilationTooExpensive(PlatformError):
    """The compiler went over its limits."""

    code = "compilation_too_expensive"
    status = 422
    title = "The compilation takes too much"


@dataclass(frozen=True)
class Compiled:
    """What solc made of sources.

    Attributes:
        solc: Version with commit.
        contracts: One entry a contract of the submitted sources, then those with code of what they
            import of packages; see :func:`_contract`.
        warnings: With their places.
        source_ids: The number of each source in source maps, imported ones too.
        immutables: Names of immutable variables by solc's numbers.
    """

    solc: str
    contracts: list[dict[str, Any]]
    warnings: list[SourceError]
    source_ids: dict[str, int]
    immutables: dict[str, str]


class ClosedCompiler:
    """Compiles what strangers hand in.

    Args:
        root: The project's folder, where solc and the packages are.
        limits: Of each compilation.
        ahead: Whether to start the next compiler ahead, for who compiles again and again.
    """

    def __init__(self, root: Path, limits: Limits | None = None, *, ahead: bool = False) -> None:
        self._root = root
        self._limits = limits or Limits()
        self._ahead = ahead
        self._located: dict[str, tuple[SolcBinary, SolcProcesses]] = {}

    def compile(self, submitted: Submitted) -> Compiled:
        """What solc makes of the sources.

        Raises:
            CompilationFailed, ImportMissing, CompilerVersionMissing, NoContract,
            CompilationTooExpensive: See there.
            NodeMissing, NpmPartMissing, CompilerBroken: There is no compiler.
        """
        solc, processes = self._of_version(submitted.solc_version(self._root))
        input_json = submitted.input_json(self._root)
        output = self._run(processes, input_json)
        places = [source_error(error, input_json["sources"]) for error in output.get("errors", ())]
        errors = [place for place in places if place.severity == "error"]
        if errors:
            raise self._failure(errors, submitted)
        trees = output.get("sources", {})
        kinds, missing = solc_ast.kinds(trees), solc_ast.unimplemented(trees)
        found = [
            _contract(source, name, compiled, kinds.get((source, name), "contract"))
            | {
                "unimplemented": missing.get((source, name), []),
                "imported": source not in submitted.sources,
            }
            for source, by_name in sorted(output.get("contracts", {}).items())
            for name, compiled in sorted(by_name.items())
        ]
        own = [one for one in found if not one["imported"]]
        ready = [
            one for one in found
            if one["imported"] and one["kind"] == "contract" and one["bytecode"]
        ]  # fmt: skip
        contracts = [*own, *ready]
        if not contracts:
            raise NoContract(
                "None of the sources defines a contract, a library or an interface.",
                next_step="Send the file with the contract too.",
            )
        return Compiled(
            solc.version,
            contracts,
            places,
            {name: int(entry["id"]) for name, entry in trees.items()},
            solc_ast.immutables(trees),
        )

    def _of_version(self, version: str) -> tuple[SolcBinary, SolcProcesses]:
        if version not in self._located:
            found = Toolchain(self._root, version).locate()
            ahead = self._ahead and version == SOLC_VERSION
            processes = SolcProcesses(found, self._root, self._limits, ahead=ahead)
            self._located[version] = found, processes
        return self._located[version]

    def _failure(self, errors: list[SourceError], submitted: Submitted) -> PlatformError:
        for error in errors:
            if error.code == _SOURCE_NOT_FOUND and (found := _NOT_FOUND.search(error.message)):
                name = found.group(1)
                return ImportMissing(
                    error, name, nearest_source(name, error.file, submitted.sources, self._root)
                )
        for error in errors:
            if error.code == _WRONG_VERSION:
                pragma = _PRAGMA.search(submitted.sources.get(error.file, "") or error.excerpt)
                return CompilerVersionMissing(
                    error,
                    pragma.group(1).strip() if pragma else "?",
                    installed_versions(self._root),
                )
        return CompilationFailed(errors)

    def _run(self, processes: SolcProcesses, input_json: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(processes.answer(json.dumps(input_json).encode()))
        except (OverLimits, ValueError, RecursionError):  # nested deeper than a parser goes, too
            raise self._too_expensive() from None
        return answer

    def _too_expensive(self) -> CompilationTooExpensive:
        return CompilationTooExpensive(
            "The compiler was stopped: it took more than {seconds} seconds, or too much memory.",
            next_step="Send fewer or simpler contracts at a time.",
            seconds=self._limits.cpu_seconds,
        )


def _contract(source: str, name: str, compiled: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What is kept of a contract; bytecode is hex without 0x, with solc's marks for libraries."""
    creation, runtime = compiled["evm"]["bytecode"], compiled["evm"]["deployedBytecode"]
    return {
        "name": name,
        "source": source,
        "kind": kind,
        "abi": compiled["abi"],
        "bytecode": creation["object"],
        "link_references": creation.get("linkReferences") or {},
        "source_map": creation.get("sourceMap") or "",
        "deployed_bytecode": runtime["object"],
        "deployed_link_references": runtime.get("linkReferences") or {},
        "immutable_references": runtime.get("immutableReferences") or {},
        "deployed_source_map": runtime.get("sourceMap") or "",
        "devdoc": compiled.get("devdoc") or {},
        "userdoc": compiled.get("userdoc") or {},
        "metadata": compiled.get("metadata") or "",
        "storage_layout": compiled.get("storageLayout") or {},
    }
