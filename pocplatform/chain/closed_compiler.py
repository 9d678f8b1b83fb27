"""solc for strangers' sources: in a process of its own, with limits, and without any file.

The compiler gets a closed standard JSON input and no way to import (``--no-import-callback``); it
runs in an empty folder, in a session of its own, under limits of time, memory and output. What it
costs when it goes wrong is one process, which is ended.

    PlatformError
    ├── CompilationFailed           422  solc refuses the sources
    ├── ImportMissing               422  an import that is nowhere; names the nearest
    ├── CompilerVersionMissing      422  a pragma that no installed solc satisfies
    ├── NoContract                  422  the sources define none
    └── CompilationTooExpensive     422  over the limits of time, memory or output
"""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pocplatform.chain.compiler import CompilationFailed, SourceError, source_error
from pocplatform.chain.submitted import Submitted, nearest_source
from pocplatform.chain.toolchain import SOLC_VERSION, SolcBinary, Toolchain, launcher_variables
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE

_SOURCE_NOT_FOUND: Final = "6275"
_WRONG_VERSION: Final = "5333"
_NOT_FOUND = re.compile(r'Source "([^"]*)" not found')
_PRAGMA = re.compile(r"pragma\s+solidity\s+([^;]+);")
_NATIVE_MEMORY_KIB: Final = 2 * 1024 * 1024
_LAUNCHER_MEMORY_KIB: Final = 16 * 1024 * 1024
"""WebAssembly reserves some ten GiB of addresses and uses few; its heaps have limits of their own,
512 MiB of JavaScript and 1 GiB of the compiler (see ``solc/launcher.js``)."""

_LIMITED: Final = (
    "ulimit -v $1 2>/dev/null; ulimit -f $2 2>/dev/null; ulimit -t $3 2>/dev/null; "
    'ulimit -c 0; shift 3; exec nice -n 5 "$@"'
)
"""Shell: limits that the process cannot raise again. Before ``exec``, since a process of many
threads, such as the gateway, must run nothing of Python between fork and exec."""


class ImportMissing(PlatformError):
    """A source imports what is neither among the sources nor in a package of the sandbox."""

    code = "import_missing"
    status = 422
    title = "An import was not found"

    def __init__(self, error: SourceError, name: str, nearest: str | None) -> None:
        self.errors = (error,)
        super().__init__(
            "{file}, line {line}, imports {name}, which is neither among the sources nor in a "
            "package of the sandbox.",
            next_step="Did you mean {near}?"
            if nearest
            else "Send it along; without sending, @openzeppelin/contracts can be imported.",
            file=error.file,
            line=error.line,
            name=name,
            near=nearest,
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The import's place, as ``diagnostics``."""
        return {"diagnostics": [asdict(error) for error in self.errors]}


class CompilerVersionMissing(PlatformError):
    """A pragma asks for a version of solc that is not installed."""

    code = "compiler_version_missing"
    status = 422
    title = "This version of the compiler is not here"

    def __init__(self, error: SourceError, pragma: str) -> None:
        self.errors = (error,)
        super().__init__(
            "{file}, line {line}, asks for solc {pragma}; installed is: {installed}.",
            next_step="Change the pragma so that it takes an installed version, such as "
            "`pragma solidity ^{installed};`, or deploy an artifact that was compiled elsewhere.",
            file=error.file,
            line=error.line,
            pragma=pragma,
            installed=SOLC_VERSION,
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The pragma's place, as ``diagnostics``."""
        return {"diagnostics": [asdict(error) for error in self.errors]}


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
class Limits:
    """What one compilation may take.

    Attributes:
        cpu_seconds: Of one processor.
        seconds: By the clock, should the machine be busy.
        output_bytes: Of its answer.
    """

    cpu_seconds: int = 20
    seconds: float = 60.0
    output_bytes: int = 40 * 1024 * 1024


@dataclass(frozen=True)
class Compiled:
    """What solc made of sources.

    Attributes:
        solc: Version with commit.
        contracts: One entry a contract of the submitted sources; see :func:`_contract`.
        warnings: With their places.
    """

    solc: str
    contracts: list[dict[str, Any]]
    warnings: list[SourceError]


class ClosedCompiler:
    """Compiles what strangers hand in.

    Args:
        root: The project's folder, where solc and the packages are.
        limits: Of each compilation.
    """

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self._root = root
        self._limits = limits or Limits()
        self._toolchain = Toolchain(root)
        self._solc: SolcBinary | None = None

    def compile(self, submitted: Submitted) -> Compiled:
        """What solc makes of the sources.

        Raises:
            CompilationFailed, ImportMissing, CompilerVersionMissing, NoContract,
            CompilationTooExpensive: See there.
            NodeMissing, NpmPartMissing, CompilerBroken: There is no compiler.
        """
        if self._solc is None:
            self._solc = self._toolchain.locate()
        input_json = submitted.input_json(self._root)
        output = self._run(self._solc, json.dumps(input_json).encode())
        places = [source_error(error, input_json["sources"]) for error in output.get("errors", ())]
        errors = [place for place in places if place.severity == "error"]
        if errors:
            raise self._failure(errors, submitted)
        kinds = _kinds(output.get("sources", {}))
        contracts = [
            _contract(source, name, compiled, kinds.get((source, name), "contract"))
            for source, by_name in sorted(output.get("contracts", {}).items())
            for name, compiled in sorted(by_name.items())
        ]
        if not contracts:
            raise NoContract(
                "None of the sources defines a contract, a library or an interface.",
                next_step="Send the file with the contract too.",
            )
        return Compiled(self._solc.version, contracts, places)

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
                return CompilerVersionMissing(error, pragma.group(1).strip() if pragma else "?")
        return CompilationFailed(errors)

    def _run(self, solc: SolcBinary, input_json: bytes) -> dict[str, Any]:
        limits = self._limits
        memory = _NATIVE_MEMORY_KIB if solc.kind == "native" else _LAUNCHER_MEMORY_KIB
        with tempfile.TemporaryDirectory(prefix="solc-") as folder:
            paths = [Path(folder, name) for name in ("input", "output", "errors", "empty")]
            paths[0].write_bytes(input_json)
            paths[3].mkdir()
            command = [
                "sh", "-c", _LIMITED, "sh",
                str(memory), str(limits.output_bytes // 512), str(limits.cpu_seconds),
                str(solc.path), "--no-import-callback", "--standard-json",
            ]  # fmt: skip
            environment = {
                **launcher_variables(self._root),
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(paths[3]),
                "NODE_OPTIONS": "--max-old-space-size=512",
            }
            with paths[0].open("rb") as stdin, paths[1].open("wb") as stdout, \
                    paths[2].open("wb") as stderr:  # fmt: skip
                process = subprocess.Popen(
                    command,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    cwd=paths[3],
                    env=environment,
                    start_new_session=True,
                )
                try:
                    status = process.wait(limits.seconds)
                except BaseException as error:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    if isinstance(error, subprocess.TimeoutExpired):
                        raise self._too_expensive() from error
                    raise
            output = paths[1].read_bytes() if status == 0 else b""
        try:
            answer: dict[str, Any] = json.loads(output)
        except (ValueError, RecursionError):  # nested deeper than a parser goes, too
            raise self._too_expensive() from None
        return answer

    def _too_expensive(self) -> CompilationTooExpensive:
        return CompilationTooExpensive(
            "The compiler was stopped: it took more than {seconds} seconds, or too much memory.",
            next_step="Send fewer or simpler contracts at a time.",
            seconds=self._limits.cpu_seconds,
        )


def _kinds(sources: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """contract, abstract, interface or library, by source and name."""
    return {
        (source, node["name"]): "abstract" if node.get("abstract") else node["contractKind"]
        for source, entry in sources.items()
        for node in entry.get("ast", {}).get("nodes", ())
        if node.get("nodeType") == "ContractDefinition"
    }


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
