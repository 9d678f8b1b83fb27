"""YAML that knows on which line of its file each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""The way to a value: keys and numbers."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, where it is there: ten times as fast."""


class NotYaml(Exception):
    """A text that is no YAML, or says a key twice.

    Attributes:
        line: From 1.
        what: In a sentence.
    """

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        self.what = what
        super().__init__(f"line {line}: {what}")


@dataclass(frozen=True, slots=True)
class Tree:
    """What a file says.

    Attributes:
        value: As plain Python.
        lines: The line of each value, from 1.
    """

    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(path: Path) -> Tree:
    """What a YAML file says. Raises :class:`NotYaml` and :class:`OSError`."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise NotYaml(line, "is not written in UTF-8; save it so.") from error
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        value = None if node is None else _value(loader, node, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(mark.line + 1 if mark else 0, f"is no YAML: {error.problem}.") from error
    except RecursionError:
        raise NotYaml(0, "is no YAML that can be read: it stands within itself.") from None
    except yaml.YAMLError as error:
        raise NotYaml(0, f"is no YAML: {error}.") from error
    finally:
        loader.dispose()
    return Tree(value, lines)


def _value(loader: Any, node: Any, place: Place, lines: dict[Place, int]) -> Any:
    """A node as plain Python; notes the lines of what is in it."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, one, (*place, at), lines) for at, one in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node) if key_node.id == "scalar" else None
        if not isinstance(key, str):
            raise NotYaml(line, "has a key that is no text; keys are words.")
        if key in found:
            raise NotYaml(line, f"has the key {key!r} twice.")
        lines[(*place, key)] = line
        found[key] = _value(loader, value_node, (*place, key), lines)
    return found
