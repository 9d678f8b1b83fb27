"""Measuring all operations, and showing the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.gas import agreements, assets, identity, money
from bench.gas.lab import Lab, open_lab
from bench.gas.operation import REGISTERED, Operation
from pocplatform.chain.compiler import CompilerSettings
from pocplatform.kit.settings import PROJECT_ROOT

_MODULES = [module.__name__ for module in (identity, agreements, money, assets)]

OPERATIONS = sorted(REGISTERED, key=lambda made: _MODULES.index(made.ours.__module__))
"""All operations, in the order of the table."""

DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"
BEGIN = "<!-- gas: written by `scripts/bench gas --write` -->\n"
END = "<!-- end of gas -->\n"


@dataclass(frozen=True)
class Row:
    """An operation and what it took, in gas."""

    operation: Operation
    ours: int
    reference: int | None

    @property
    def within_target(self) -> bool:
        """Whether the design's target is reached."""
        return self.operation.target is None or self.ours <= self.operation.target

    @property
    def within_limit(self) -> bool:
        """Whether the target or its documented exception is kept."""
        return self.operation.limit is None or self.ours <= self.operation.limit

    @property
    def ratio(self) -> float | None:
        """Ours to the reference's."""
        return None if self.reference is None else self.ours / self.reference


def measure(
    settings: CompilerSettings | None = None, operations: Sequence[Operation] = OPERATIONS
) -> list[Row]:
    """Every operation from the same starting point."""
    with open_lab(settings) as lab:
        return [_measure(lab, operation) for operation in operations]


def _measure(lab: Lab, operation: Operation) -> Row:
    with lab.undone():
        ours = operation.ours(lab)
    if operation.reference is None:
        return Row(operation, ours, None)
    with lab.undone():
        return Row(operation, ours, operation.reference(lab))


def as_json(rows: Iterable[Row]) -> dict[str, Any]:
    """The figures for other programs."""
    return {
        "rows": [
            {
                "operation": row.operation.name,
                "ours": row.ours,
                "reference": row.reference,
                "target": row.operation.target,
                "conditions": row.operation.conditions,
            }
            for row in rows
        ]
    }


def as_markdown(rows: Sequence[Row]) -> str:
    """The part of docs/performance.md: the table, and why some targets are missed."""
    lines = ["| operation | conditions | ours | reference | target |", "|---|---|---|---|---|"]
    for row in rows:
        ours = f"{row.ours:,}" if row.within_target else f"**{row.ours:,}**"
        reference = "" if row.reference is None else f"{row.reference:,} ({row.operation.against})"
        target = "" if row.operation.target is None else f"{row.operation.target:,}"
        cells = (row.operation.name, row.operation.conditions, ours, reference, target)
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "Figures in bold miss their target:", ""]
    lines += [f"- {row.operation.name}: {row.operation.why}" for row in rows if row.operation.why]
    return "\n".join(lines) + "\n"


def write(rows: Sequence[Row], document: Path = DOCUMENT) -> None:
    """Put the figures into the document, between its two marks."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(f"{before}{BEGIN}{as_markdown(rows)}{END}{after}", encoding="utf-8")


def written(document: Path = DOCUMENT) -> str:
    """What the document has between its marks."""
    text = document.read_text(encoding="utf-8")
    return text.partition(BEGIN)[2].partition(END)[0]


def show(rows: Iterable[Row], console: Console) -> None:
    """The table for people: one line an operation, plain where no terminal is."""
    if not console.is_terminal:
        console = Console(file=console.file, width=250)
    table = Table(title="Gas", title_justify="left", box=None, pad_edge=False)
    table.add_column("operation")
    for name in ("ours", "reference", "target", "ratio"):
        table.add_column(name, justify="right")
    table.add_column("reference is")
    table.add_column("conditions")
    for row in rows:
        color = "green" if row.within_target else "yellow" if row.within_limit else "red"
        table.add_row(
            row.operation.name,
            f"[{color}]{row.ours:,}[/{color}]",
            "" if row.reference is None else f"{row.reference:,}",
            "" if row.operation.target is None else f"{row.operation.target:,}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.operation.against,
            row.operation.conditions,
        )
    console.print(table)
