"""Static analysis of the contracts with slither: no finding of high or of medium impact may stand.

What is analysed is ``contracts/`` without its harnesses; findings that lie in dependencies alone
are left out. A finding that is none is silenced on its line, with the reason in words above it:

    // Any other amount is owed, whoever sent it: equality is all that is asked.
    // slither-disable-next-line incorrect-equality

A comment that silences nothing is reported as well. slither cannot use npm's solc by itself: it
is handed the syntax trees that our compiler makes. Nothing is analysed twice: a clean result is
remembered by the sources, the settings, the tools' versions and this file.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.compilation_unit import CompilationUnit
from crytic_compile.compiler.compiler import CompilerVersion
from crytic_compile.platform.solc_standard_json import (
    SolcStandardJson,
    parse_standard_json_output,
)
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

from pocplatform.chain.compiler import Compiler, CompilerSettings
from pocplatform.chain.files import write_atomically
from pocplatform.chain.sources import SourceGraph
from pocplatform.kit.errors import PlatformError

ROOT = Path(__file__).resolve().parent.parent
REFUSED = (DetectorClassification.HIGH, DetectorClassification.MEDIUM)
NO_CODE = {"bytecode": {"object": "", "sourceMap": ""}}
"""slither reads syntax trees and interfaces; making code as well would take three times as long."""


@dataclass(frozen=True, order=True)
class Finding:
    """What slither has to say of one place, or an analysis that could not be made."""

    file: str
    line: int
    detector: str
    impact: str
    text: str

    def __str__(self) -> str:
        """``file:line: detector (impact)`` and slither's explanation below it."""
        head = f"{self.file}:{self.line}: {self.detector} ({self.impact})"
        return "\n    ".join([head, *self.text.strip().splitlines()])


class SyntaxTrees(SolcStandardJson):
    """The sources below ``root``/contracts, compiled as far as slither needs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._settings = CompilerSettings()
        graph = SourceGraph(root, self._settings.remappings)
        units = graph.closure(graph.project_units(include_tests=False))
        contents = {unit: graph.content(unit) or "" for unit in units}
        super().__init__(self._settings.input_json(contents, ()))
        self._json["settings"]["outputSelection"] = {"*": {"": ["ast"], "*": ["abi"]}}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that decides the result."""
        tools = [version("slither-analyzer"), version("crytic-compile"), Path(__file__).read_text()]
        known = [self._settings.solc_version, self._json, tools]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()

    def compile(self, crytic_compile: CryticCompile, **_options: Any) -> None:
        """Called by ``CryticCompile``; raises CompilationFailed and the compiler's other errors."""
        output = Compiler(self._root, self._settings).standard_json(self._json)
        for contracts in output["contracts"].values():
            for contract in contracts.values():
                contract["evm"] = {**NO_CODE, "deployedBytecode": NO_CODE["bytecode"]}
        unit = CompilationUnit(crytic_compile, "contracts")
        unit.compiler_version = CompilerVersion("solc", self._settings.solc_version, True)
        parse_standard_json_output(output, unit, solc_working_dir=str(self._root))


def analyse(sources: SyntaxTrees, root: Path) -> list[Finding]:
    """All findings, in the order of their places."""
    unread = _Unread()
    reader = logging.getLogger("ContractSolcParsing")
    reader.addHandler(unread)
    reader.propagate = False
    slither = Slither(
        CryticCompile(sources, solc_working_dir=str(root)), filter_paths=["node_modules"]
    )
    for detector in _detectors():
        slither.register_detector(detector)
    found = [_finding(result) for results in slither.run_detectors() for result in results]
    return sorted({*found, *_needless(slither, root), *unread.findings})


def _detectors() -> list[type[AbstractDetector]]:
    return [d for d in vars(all_detectors).values() if getattr(d, "IMPACT", None) in REFUSED]


def _finding(result: dict[str, Any]) -> Finding:
    places = [element["source_mapping"] for element in result["elements"]]
    # The narrowest place is the statement at fault; the others are the function around it.
    place = min(places, key=lambda mapping: len(mapping["lines"]))
    return Finding(
        place["filename_relative"],
        min(place["lines"]),
        result["check"],
        result["impact"].lower(),
        result["description"],
    )


def _needless(slither: Slither, root: Path) -> Iterator[Finding]:
    for comment in slither.get_unused_ignore_comments():
        path = Path(comment["file"])
        if path.is_relative_to(root / "contracts"):
            yield Finding(
                path.relative_to(root).as_posix(),
                comment["line"],
                "unused-comment",
                "silences nothing",
                f"No {', '.join(comment['unused_detectors'])} is found here: delete the comment.",
            )


class _Unread(logging.Handler):
    """Functions of ours that slither could not read: without this they would count as clean."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        # Some helpers of OpenZeppelin are too much for slither; they are not ours to analyse.
        if "(node_modules/" not in text:
            self.findings.append(Finding("contracts", 0, "not-analysed", "slither's limit", text))


def main() -> int:
    """Command line: answers 0 where nothing is found, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    root = parser.parse_args().root.resolve()
    logging.disable(logging.WARNING)
    sources = SyntaxTrees(root)
    remembered = root / ".build" / "analysis.clean"
    if remembered.is_file() and remembered.read_text() == sources.digest:
        print("slither: the contracts are as they were when nothing was found")
        return 0
    gc.disable()  # hundreds of thousands of nodes, all in use to the end
    try:
        findings = analyse(sources, root)
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    for finding in findings:
        print(finding)
    if findings:
        print(
            f"\n{len(findings)} findings. Mend each; or, where it is none, write the reason and "
            "`// slither-disable-next-line DETECTOR` above its line (docs: the detector's name at "
            "github.com/crytic/slither/wiki)."
        )
        return 1
    write_atomically(remembered, sources.digest)
    print("slither: no finding of high or medium impact")
    return 0


if __name__ == "__main__":
    sys.exit(main())
