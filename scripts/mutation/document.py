"""docs/mutation.md: written from results, and read where only some contracts are run anew."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .targets import ROOT, TARGETS

PATH = ROOT / "docs" / "mutation.md"
LEAST = 0.9
"""The share of faults that the tests have to find, of all contracts together."""

_INTRODUCTION = """\
# Mutation runs

Do the tests notice when a contract is wrong? `scripts/mutate` puts one small fault at a time into
each contract that holds money or decides on it, and runs the contract's tests: its state machine
on a devnet first (`tests/properties`), then its behaviour on the embedded EVM (`tests/contracts`,
without the tests marked slow). A fault that makes a test fail is killed; at least {least} % of all
have to be.

The faults: shifted boundaries, flipped comparisons, exchanged `&&` and `||`, changed arithmetic,
dropped `!`, dropped checks, dropped effects, dropped events, dropped modifiers, forced or
exchanged branches, swapped arguments, changed constants. Each contract gets a sample of them,
spread over the kinds of fault, and always the same. Faults that do not compile, and those that
make the same bytecode as the original or as another fault, are not counted.

This page is written by `scripts/mutate`; the reasons are in `scripts/mutation/survivors.toml`.

## Results

| contract | mutants | killed | survivors | killed % | sources |
|---|---:|---:|---:|---:|---|
"""

_ROW = re.compile(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| [\d.]+ \| `(\w+)` \|$", re.MULTILINE)
_SURVIVOR = re.compile(r"^\| (\w+) \| `(\w{10})` \| (.+?) \| (.+?) \| (.*?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Survivor:
    """A fault that no test found.

    Attributes:
        id: The mutant's.
        place: Source, line and function.
        fault: What was written instead of what.
        reason: Why it is no matter; empty where nobody has said so yet.
    """

    id: str
    place: str
    fault: str
    reason: str


@dataclass(frozen=True)
class Row:
    """The result of one contract; `sources` is a digest of what the faults were put into."""

    contract: str
    mutants: int
    sources: str
    survivors: tuple[Survivor, ...]

    @property
    def killed(self) -> int:
        """How many faults the tests found."""
        return self.mutants - len(self.survivors)


def read(text: str) -> dict[str, Row]:
    """The results by contract; raises ValueError where the page contradicts itself."""
    survivors: dict[str, list[Survivor]] = {}
    for contract, *cells in _SURVIVOR.findall(text):
        survivors.setdefault(contract, []).append(Survivor(*map(_unescaped, cells)))
    rows = {}
    for contract, mutants, killed, left, sources in _ROW.findall(text):
        row = Row(contract, int(mutants), sources, tuple(survivors.pop(contract, ())))
        if (row.killed, len(row.survivors)) != (int(killed), int(left)):
            raise ValueError(f"{contract}: {left} survivors counted, {len(row.survivors)} listed")
        rows[contract] = row
    if survivors:
        raise ValueError(f"survivors of contracts without a result: {', '.join(survivors)}")
    return rows


def write(rows: dict[str, Row]) -> str:
    """The page."""
    ordered = [rows[target.contract] for target in TARGETS if target.contract in rows]
    text = _INTRODUCTION.format(least=round(100 * LEAST))
    for row in ordered:
        share = percent(row.killed, row.mutants)
        text += f"| {row.contract} | {row.mutants} | {row.killed} | {len(row.survivors)} | "
        text += f"{share} | `{row.sources}` |\n"
    killed, mutants = sum(r.killed for r in ordered), sum(r.mutants for r in ordered)
    text += f"\nTogether {killed} of {mutants} killed: {percent(killed, mutants)} %.\n"
    text += (
        "\n## Survivors\n\n| contract | mutant | place | fault | reason |\n|---|---|---|---|---|\n"
    )
    for row in ordered:
        for s in row.survivors:
            cells = [f"`{s.id}`", *map(_escaped, (s.place, s.fault, s.reason))]
            text += f"| {row.contract} | {' | '.join(cells)} |\n"
    return text


def percent(part: int, whole: int) -> float:
    """With one digit; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _unescaped(text: str) -> str:
    return text.replace("\\|", "|")
