"""Write docs/contracts.md from the compiled contracts and the catalogues, and docs/api.md.

    scripts/docs           write them
    scripts/docs --check   change nothing; exit 1 where it is out of step

Everything in the first is taken from what the platform itself uses: signatures and NatSpec from the
artifacts, the meaning of errors from the sentences that the API answers with, gas from the table
that `scripts/bench gas --write` puts into docs/performance.md. What a contract inherits from a
standard is named by the standard. The second is :mod:`docs_api`'s, from the router.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from pocplatform.chain.artifacts import Artifact, foreign_artifact
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.reverts import abi_type
from pocplatform.kit.i18n import translate
from pocplatform.outbox.known_errors import EXPLANATIONS, Explanation

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "contracts.md"
FIGURES = ROOT / "docs" / "performance.md"
GAS_BEGIN = "<!-- gas: written by `scripts/bench gas --write` -->\n"
LIBRARY = ROOT / "node_modules" / "@openzeppelin" / "contracts" / "build" / "contracts"

STANDARDS = {
    "IERC20": "ERC-20",
    "IERC20Metadata": "ERC-20",
    "IERC20Permit": "EIP-2612",
    "IERC3009": "EIP-3009",
    "IERC3009Cancel": "EIP-3009",
    "IERC721": "ERC-721",
    "IERC721Metadata": "ERC-721",
    "IERC1155": "ERC-1155",
    "IERC1155MetadataURI": "ERC-1155",
    "IERC2981": "ERC-2981",
    "IERC165": "ERC-165",
    "IERC5267": "EIP-5267",
    "IAccessControl": "OpenZeppelin AccessControl",
    "AccessControl": "OpenZeppelin AccessControl",
    "Ownable": "OpenZeppelin Ownable",
    "Pausable": "OpenZeppelin Pausable",
}
"""Where a signature that is not explained by our own NatSpec comes from: the first that has it."""

INTRODUCTION = """\
# Contracts

Written by `scripts/docs` from the compiled contracts; change the NatSpec in `contracts/` instead.

All amounts of tEUR are in its smallest unit, 0.000001 tEUR; times are seconds since 1970 (UTC).
Functions marked *read* cost nothing to call. A refused call changes nothing and answers with one
of the contract's errors; the API answers with the sentence given here, in the caller's language.
"""


def page(contracts: Iterable[Artifact], gas: Mapping[str, list[Mapping[str, str]]]) -> str:
    """The whole document."""
    known = sorted(contracts, key=lambda artifact: artifact.source_id)
    parts = [INTRODUCTION, "\n".join(_contents(known))]
    parts += ["\n".join(_contract(artifact, gas.get(artifact.name, []))) for artifact in known]
    return "\n".join(parts)


def has_functions(artifact: Artifact) -> bool:
    """Whether it can be called: a library of internal functions cannot."""
    return any(entry["type"] == "function" for entry in artifact.abi)


def _contents(contracts: list[Artifact]) -> Iterator[str]:
    yield "| contract | what it is for |"
    yield "|---|---|"
    for artifact in contracts:
        purpose = _cell(artifact.userdoc.get("notice", ""))
        yield f"| [{artifact.name}](#{artifact.name.lower()}) | {purpose} |"
    yield ""


def _contract(artifact: Artifact, gas: list[Mapping[str, str]]) -> Iterator[str]:
    yield f"## {artifact.name}"
    yield ""
    yield f"`{artifact.source_id}`. {_text(artifact.userdoc.get('notice', ''))}"
    if details := _text(artifact.devdoc.get("details", "")):
        yield ""
        yield details
    yield ""
    yield from _table("function", "kind", "what it does", _functions(artifact))
    yield from _table("struct", "", "its members", _structs(artifact))
    yield from _table("event", "", "when", _events(artifact))
    yield from _table("error", "in English", "in Finnish", _errors(artifact))
    rows = [(row["operation"], row["conditions"], row["ours"]) for row in gas]
    yield from _table("gas of", "conditions", "gas", rows)


def _functions(artifact: Artifact) -> Iterator[tuple[str, str, str]]:
    notices = artifact.userdoc.get("methods", {})
    for entry in _entries(artifact, "function"):
        kind = "read" if entry["stateMutability"] in ("view", "pure") else "write"
        notice = notices.get(_signature(entry), {}).get("notice")
        yield f"`{_shown(entry)}`", kind, notice or _standard(entry)


def _structs(artifact: Artifact) -> Iterator[tuple[str, str, str]]:
    """The structs that functions take or give, and those inside them."""
    found: dict[str, str] = {}

    def look_at(parameters: Iterable[Mapping[str, Any]]) -> None:
        for parameter in parameters:
            components = parameter.get("components", ())
            if components:
                name = _type(parameter).split("[")[0]
                found[name] = ", ".join(f"`{member}`" for member in _parameters(components))
                look_at(components)

    for entry in _entries(artifact, "function"):
        look_at(entry["inputs"])
        look_at(entry["outputs"])
    for name, members in sorted(found.items()):
        yield f"`{name}`", "", members


def _events(artifact: Artifact) -> Iterator[tuple[str, str, str]]:
    notices = artifact.userdoc.get("events", {})
    for entry in _entries(artifact, "event"):
        notice = notices.get(_signature(entry), {}).get("notice")
        yield f"`{_shown(entry)}`", "", notice or _standard(entry)


def _errors(artifact: Artifact) -> Iterator[tuple[str, str, str]]:
    notices = artifact.userdoc.get("errors", {})
    for entry in _entries(artifact, "error"):
        signature = _signature(entry)
        notice = (notices.get(signature) or [{}])[0].get("notice", "")
        said = EXPLANATIONS.get(signature, Explanation(notice))
        yield f"`{_shown(entry)}`", _filled(said.sentence), _filled(translate(said.sentence, "fi"))


def _entries(artifact: Artifact, kind: str) -> list[dict[str, Any]]:
    return sorted((e for e in artifact.abi if e["type"] == kind), key=_signature)


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(abi_type(p) for p in entry['inputs'])})"


def _shown(entry: Mapping[str, Any]) -> str:
    """The signature with parameter names, and what is returned."""
    returned = ", ".join(_parameters(entry.get("outputs", ())))
    given = ", ".join(_parameters(entry["inputs"]))
    return f"{entry['name']}({given})" + (f" → {returned}" if returned else "")


def _parameters(parameters: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for parameter in parameters:
        yield " ".join(filter(None, (_type(parameter), parameter.get("name", ""))))


def _type(parameter: Mapping[str, Any]) -> str:
    """The type; a struct by its own name."""
    internal = str(parameter.get("internalType", ""))
    if internal.startswith("struct "):
        return internal.removeprefix("struct ").split(".")[-1]
    return str(parameter["type"])


@cache
def _library() -> list[tuple[str, frozenset[str]]]:
    found = []
    for name, standard in STANDARDS.items():
        abi = foreign_artifact(LIBRARY / f"{name}.json").abi
        kinds = ("function", "event")
        found.append((standard, frozenset(_signature(e) for e in abi if e["type"] in kinds)))
    return found


def _standard(entry: Mapping[str, Any]) -> str:
    """The standard that has it; raises ValueError where none does: its NatSpec is missing."""
    for standard, signatures in _library():
        if _signature(entry) in signatures:
            return f"as in {standard}"
    raise ValueError(f"{_signature(entry)} has no NatSpec notice and is of no standard we know")


def _filled(template: str) -> str:
    """The sentence with the names of its values in place of them."""
    pieces = []
    for text, name, _spec, _conversion in Formatter().parse(template):
        pieces.append(text + (f"‹{name}›" if name else ""))
    return "".join(pieces)


def _table(
    first: str, second: str, third: str, rows: Iterable[tuple[str, str, str]]
) -> Iterator[str]:
    """A table, without its second column where that is empty; nothing where there are no rows."""
    cells = list(rows)
    if not cells:
        return
    wide = any(second_cell for _, second_cell, _ in cells)
    for row in [(first, second, third), ("---", "---", "---"), *cells]:
        chosen = row if wide else (row[0], row[2])
        yield "| " + " | ".join(_cell(cell) for cell in chosen) + " |"
    yield ""


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _text(text: str) -> str:
    return " ".join(text.split())


def gas_figures() -> dict[str, list[Mapping[str, str]]]:
    """Rows of the gas table of docs/performance.md by contract, the operation's first word."""
    found: dict[str, list[Mapping[str, str]]] = {}
    table = FIGURES.read_text(encoding="utf-8").partition(GAS_BEGIN)[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        operation, conditions, ours, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        contract, _, function = operation.partition(" ")
        row = {"operation": function, "conditions": conditions, "ours": ours.strip("*")}
        found.setdefault(contract, []).append(row)
    return found


def main() -> int:
    """Command line: see the module's description. Answers the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description="Write the documents.")
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of step")
    options = parser.parse_args()
    import docs_api

    artifacts = compile_project(ROOT, ROOT / ".build" / "artifacts")
    contracts = page(filter(has_functions, artifacts.deployable().values()), gas_figures())
    status = 0
    for path, text in ((PAGE, contracts), (docs_api.PAGE, docs_api.text())):
        name = path.relative_to(ROOT)
        if options.check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            print(f"{name} is out of step: run scripts/docs")
            status = 1
        if not options.check:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
