"""From mutants to bytecode: many mutants in one run of solc, each in a tree of its own."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocplatform.chain.compiler import CompilationFailed, Compiler, CompilerSettings
from pocplatform.chain.sources import SourceGraph

from .operators import Mutant, Node, mutants_of

BATCH = 24
"""Trees in one run of solc: it reads the dependencies once, and grows faster the longer it runs."""


@dataclass(frozen=True)
class Code:
    """What is deployed: creation and runtime bytecode, hex without 0x, without metadata."""

    creation: str
    runtime: str


class MutantCompiler:
    """Compiles one contract with faults in it.

    Args:
        root: The project's folder.
        unit: The contract's source.
        contract: Its name.
    """

    def __init__(self, root: Path, unit: str, contract: str) -> None:
        self._unit, self._contract = unit, contract
        self._settings = CompilerSettings()
        self._compiler = Compiler(root, self._settings)
        self._graph = SourceGraph(root, self._settings.remappings)
        closure = self._graph.closure([unit])
        self._own = [name for name in closure if name.startswith("contracts/")]
        self._libraries = [name for name in closure if not name.startswith("contracts/")]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the sources and the settings."""
        known = self._graph.digest(self._unit) + self._settings.digest
        return hashlib.sha256(known.encode()).hexdigest()

    def source(self, unit: str) -> str:
        """The text of a source."""
        return self._graph.content(unit) or ""

    def mutants(self, units: Iterable[str]) -> list[Mutant]:
        """All faults of these sources, compiling or not."""
        contents = {name: self.source(name) for name in [*self._own, *self._libraries]}
        request = self._settings.input_json(contents, ())
        request["settings"]["outputSelection"] = {"*": {"": ["ast"]}}
        trees: dict[str, Node] = self._compiler.standard_json(request)["sources"]
        return [
            m for unit in units for m in mutants_of(unit, self.source(unit), trees[unit]["ast"])
        ]

    def original(self) -> Code:
        """The contract without a fault."""
        return self._run({"original": {}})["original"]

    def compile(self, mutants: list[Mutant]) -> dict[str, Code]:
        """The code of each by its id; those that do not compile are left out."""
        found: dict[str, Code] = {}
        for first in range(0, len(mutants), BATCH):
            found |= self._run(
                {
                    mutant.id: {mutant.unit: mutant.apply(self.source(mutant.unit))}
                    for mutant in mutants[first : first + BATCH]
                }
            )
        return found

    def _run(self, trees: dict[str, dict[str, str]]) -> dict[str, Code]:
        while trees:
            try:
                return self._attempt(trees)
            except CompilationFailed as error:
                # One error keeps solc from making any code: again, without the trees at fault.
                faulty = {e.file.partition("/")[0] for e in error.errors} & set(trees)
                if not faulty:
                    raise
                trees = {name: tree for name, tree in trees.items() if name not in faulty}
        return {}

    def _attempt(self, trees: dict[str, dict[str, str]]) -> dict[str, Code]:
        contents = {name: self.source(name) for name in self._libraries}
        selection = {}
        for name, changed in trees.items():
            for unit in self._own:
                contents[posixpath.join(name, unit)] = changed.get(unit, self.source(unit))
            selection[posixpath.join(name, self._unit)] = {
                self._contract: ["evm.bytecode.object", "evm.deployedBytecode.object"]
            }
        request = self._settings.input_json(contents, ())
        request["settings"]["outputSelection"] = selection
        # Without the hash of the sources, equal code means an equal contract.
        request["settings"]["metadata"] = {"appendCBOR": False, "bytecodeHash": "none"}
        contracts = self._compiler.standard_json(request)["contracts"]
        return {name: _code(contracts[f"{name}/{self._unit}"][self._contract]) for name in trees}


def _code(compiled: dict[str, dict[str, dict[str, str]]]) -> Code:
    evm = compiled["evm"]
    return Code(evm["bytecode"]["object"], evm["deployedBytecode"]["object"])
