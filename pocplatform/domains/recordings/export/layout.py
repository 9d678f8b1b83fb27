"""Python expressions over as many lines as they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Group:
    """Something in brackets: a call with its arguments, a list, a dict.

    Attributes:
        opening: Up to and with the bracket.
        items: Each with what stands before it, such as its name.
        closing: The other bracket.
    """

    opening: str
    items: Sequence[tuple[str, "Node"]]
    closing: str


Node: TypeAlias = str | Group


def laid_out(node: Node, before: str = "", after: str = "", indent: int = 0) -> list[str]:
    """An expression on one line if it fits, else with each item on a line of its own."""
    line = f"{' ' * indent}{before}{flat(node)}{after}"
    if isinstance(node, str) or len(line) <= _WIDTH or not node.items:
        return [line]
    lines = [f"{' ' * indent}{before}{node.opening}"]
    for name, item in node.items:
        lines += laid_out(item, name, ",", indent + 4)
    return [*lines, f"{' ' * indent}{node.closing}{after}"]


def flat(node: Node) -> str:
    """An expression on one line."""
    if isinstance(node, str):
        return node
    inside = ", ".join(f"{name}{flat(item)}" for name, item in node.items)
    return f"{node.opening}{inside}{node.closing}"


def quoted(text: str) -> str:
    """A text as Python has it, in double quotes where that takes no more."""
    plain = repr(text)
    if plain.startswith("'") and '"' not in plain:
        return f'"{plain[1:-1]}"'
    return plain
