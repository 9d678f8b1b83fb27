"""The faults: each operator looks at one node of solc's syntax tree and says what to write instead.

Ranges are solc's: bytes of the source. A replacement that does not compile, or that compiles to
the code of the original, is sorted out later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Node = dict[str, Any]

BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "<<": ">>"}
CHECKS = ("require", "assert")


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        unit: The source, from the project's root.
        operator: What kind of fault.
        function: Where: the function's name, `constructor` or `-`.
        line: Counted from 1.
        start, end: The bytes that are replaced.
        original, replacement: Both texts.
        repeat: How many equal faults come before it in the source.
    """

    unit: str
    operator: str
    function: str
    line: int
    start: int
    end: int
    original: str
    replacement: str
    repeat: int = 0

    @property
    def id(self) -> str:
        """A short name that survives changes elsewhere in the source."""
        known = [self.unit, self.operator, self.function, self.original, self.replacement]
        return hashlib.sha256("\0".join([*known, str(self.repeat)]).encode()).hexdigest()[:10]

    def apply(self, source: str) -> str:
        """The source with the fault in it."""
        data = source.encode()
        return (data[: self.start] + self.replacement.encode() + data[self.end :]).decode()


def mutants_of(unit: str, source: str, tree: Node) -> list[Mutant]:
    """All faults that the operators know for one source."""
    data = source.encode()
    seen: Counter[tuple[str, str, str, str]] = Counter()
    found = []
    for function, node in _walk(tree, "-"):
        for operator, start, end, replacement in _faults(node, data):
            original = data[start:end].decode()
            key = (operator, function, original, replacement)
            line = data.count(b"\n", 0, start) + 1
            found.append(
                Mutant(unit, operator, function, line, start, end, original, replacement, seen[key])
            )
            seen[key] += 1
    return found


def sample(mutants: list[Mutant], limit: int) -> list[Mutant]:
    """At most `limit` of them, the same each time: every operator in turn, by the mutants' ids."""
    queues: dict[str, list[Mutant]] = {}
    for mutant in sorted(mutants, key=lambda m: m.id):
        queues.setdefault(mutant.operator, []).append(mutant)
    chosen: list[Mutant] = []
    while len(chosen) < limit and any(queues.values()):
        for operator in sorted(queues):
            if queues[operator] and len(chosen) < limit:
                chosen.append(queues[operator].pop(0))
    return chosen


Fault = tuple[str, int, int, str]


def _walk(node: Any, function: str) -> Iterator[tuple[str, Node]]:
    """Every node that may be changed, with the function that it is in."""
    if isinstance(node, list):
        for entry in node:
            yield from _walk(entry, function)
    elif isinstance(node, dict):
        kind = node.get("nodeType")
        if kind in (
            "InlineAssembly",
            "PragmaDirective",
            "ImportDirective",
            "StructuredDocumentation",
        ):
            return
        if kind in ("FunctionDefinition", "ModifierDefinition"):
            function = node.get("name") or node.get("kind", "-")
        if kind:
            yield function, node
        for name, entry in node.items():
            if name != "loopExpression":  # without its step a loop never ends
                yield from _walk(entry, function)


def _faults(node: Node, data: bytes) -> Iterator[Fault]:
    match node["nodeType"]:
        case "BinaryOperation":
            yield from _binary(node, data)
        case "Assignment" if node["operator"] in ("+=", "-="):
            left, right = _end(node["leftHandSide"]), _start(node["rightHandSide"])
            other = "-=" if node["operator"] == "+=" else "+="
            yield "arithmetic", left, right, f" {other} "
        case "UnaryOperation" if node["operator"] == "!":
            yield "negation", _start(node), _end(node), _text(node["subExpression"], data)
        case "Conditional":
            one, other = node["trueExpression"], node["falseExpression"]
            swapped = f"{_text(other, data)} : {_text(one, data)}"
            yield "branch", _start(one), _end(other), swapped
        case "IfStatement":
            yield from _if(node, data)
        case "ExpressionStatement":
            yield from _statement(node, data)
        case "EmitStatement":
            yield "dropped event", _start(node), _past_semicolon(node, data), "{}"
        case "FunctionDefinition":
            for modifier in node["modifiers"]:
                if modifier.get("kind") == "modifierInvocation":
                    yield "dropped modifier", _start(modifier), _end(modifier), ""
        case "FunctionCall":
            yield from _call(node, data)
        case "Literal" if node["kind"] == "number":
            yield "constant", _start(node), _end(node), f"({_text(node, data)} + 1)"
        case "Literal" if node["kind"] == "bool":
            flipped = "false" if node["value"] == "true" else "true"
            yield "constant", _start(node), _end(node), flipped


def _binary(node: Node, data: bytes) -> Iterator[Fault]:
    left, right, operator = node["leftExpression"], node["rightExpression"], node["operator"]
    tables = {"boundary": BOUNDARY, "flipped comparison": FLIPPED}
    tables |= {"logic": LOGIC, "arithmetic": ARITHMETIC}
    for name, table in tables.items():
        if operator in table:
            # Only the operator: brackets around the operands lie outside their ranges.
            between = data[_end(left) : _start(right)].decode()
            yield name, _end(left), _start(right), between.replace(operator, table[operator], 1)


def _if(node: Node, data: bytes) -> Iterator[Fault]:
    condition, body = node["condition"], node["trueBody"]
    statements = body.get("statements", [body])
    if len(statements) == 1 and statements[0]["nodeType"] == "RevertStatement":
        yield "dropped check", _start(condition), _end(condition), "false"
        return
    for value in ("true", "false"):
        yield "branch", _start(condition), _end(condition), value


def _statement(node: Node, data: bytes) -> Iterator[Fault]:
    expression = node["expression"]
    called = expression.get("expression", {}).get("name", "")
    name = "dropped check" if called in CHECKS or called.startswith("_check") else "dropped effect"
    yield name, _start(node), _past_semicolon(node, data), "{}"


def _call(node: Node, data: bytes) -> Iterator[Fault]:
    arguments = node["arguments"]
    if node["names"]:
        return
    for one, other in pairwise(arguments):
        if _type(one) == _type(other) and _text(one, data) != _text(other, data):
            between = data[_end(one) : _start(other)].decode()
            swapped = _text(other, data) + between + _text(one, data)
            yield "swapped arguments", _start(one), _end(other), swapped


def _type(node: Node) -> str:
    return str(node["typeDescriptions"].get("typeString"))


def _start(node: Node) -> int:
    return int(node["src"].split(":")[0])


def _end(node: Node) -> int:
    start, length, _ = node["src"].split(":")
    return int(start) + int(length)


def _past_semicolon(node: Node, data: bytes) -> int:
    return data.index(b";", _end(node) - 1) + 1


def _text(node: Node, data: bytes) -> str:
    return data[_start(node) : _end(node)].decode()
