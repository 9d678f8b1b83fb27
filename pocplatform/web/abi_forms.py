"""Forms from ABIs: fields for the parameters of any function, and their values as JSON.

A form is a flat set of texts, as a browser sends it. A field is named by its place: ``f-0`` is the
first parameter, ``f-0-2`` the third member of the struct, or element of the list, that it is; how
many elements a list has stands in ``f-0-n``. What is missing is empty. From these texts and the ABI
the tree of fields is built anew for each page, so that a form needs no script: adding an element is
a button that sends the form, and the page comes back with one field more.

Texts become the JSON that :mod:`pocplatform.chain.abi_json` takes. Whole numbers up to 2^53 - 1 are
numbers and larger ones texts of their digits; blanks and underscores between digits are left out,
since people write ``1 000 000``. Line breaks of texts are ``\\n``: browsers send others.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from pocplatform.chain.abi_json import (
    SAFE_INTEGER,
    ArgumentInvalid,
    Parameter,
    check_elementary,
    names,
    split_array,
)
from pocplatform.kit.errors import InvalidInput

MAX_FIELDS = 500
"""Fields, lists and structs of a form; what is longer is written as JSON."""

_COUNT = re.compile(r"[0-9]{1,4}")
_DIGITS = re.compile(r"[+-]?[0-9]{1,78}")
_BLANKS = re.compile(r"[\s_\u00a0\u202f]+")
_SHOWN = 100
_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

Texts: TypeAlias = Mapping[str, str]


class FormTooLong(InvalidInput):
    """A function takes, or was given, more values than a page can have fields for."""

    code = "form_too_long"
    title = "There are too many values for a form"


@dataclass
class Leaf:
    """A field for one elementary value.

    Attributes:
        name: Of the field.
        label: What the ABI calls it; the number of an element.
        path: How sentences and programs name it, such as ``orders[0].price``.
        type: Of the ABI.
        about: What its author calls the type, where that is something else.
        text: What is written in it.
        error: What is wrong with that, once it was checked.
    """

    name: str
    label: str
    path: str
    type: str
    about: str
    text: str
    error: ArgumentInvalid | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is for a whole number."""
        return self.type.startswith(("uint", "int"))

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it, where there has to be something."""
        return not self.text and self.type not in ("string", "bytes")

    @property
    def value(self) -> Any:
        """What is written in it as JSON, whether it fits or not."""
        if self.type == "string":
            return self.text
        if self.type == "bool":
            return {"true": True, "false": False}.get(self.text, self.text)
        if self.type == "bytes":
            return self.text or "0x"
        if not self.is_number:
            return self.text
        compact = _BLANKS.sub("", self.text)
        if not _DIGITS.fullmatch(compact):
            return compact
        number = int(compact)
        return number if abs(number) <= SAFE_INTEGER else str(number)

    @property
    def example(self) -> Any:
        """The value, or one that fits where there is none."""
        if not self.blank:
            return self.value
        if self.is_number:
            return 1
        if self.type == "address":
            return _ADDRESS
        size = 24 if self.type == "function" else int(self.type.removeprefix("bytes"))
        return "0x" + "00" * size

    def check(self) -> bool:
        """Whether the value fits its type; else :attr:`error` says why not."""
        try:
            check_elementary(self.type, self.value, self.path)
        except ArgumentInvalid as error:
            self.error = error
        return self.error is None


@dataclass
class Struct:
    """Fields that belong together."""

    name: str
    label: str
    path: str
    type: str
    about: str
    members: list["Field"]
    keys: list[str]
    """What the ABI calls the members."""


@dataclass
class Array:
    """Fields for the elements of a list; ``grows`` says whether there may be any number of them."""

    name: str
    label: str
    path: str
    type: str
    about: str
    members: list["Field"]
    grows: bool


Field: TypeAlias = Leaf | Struct | Array


@dataclass
class AbiForm:
    """The form of some parameters.

    Args:
        parameters: As the ABI has them.
        texts: What was written, by the names of the fields.

    Raises :class:`FormTooLong`.
    """

    parameters: Sequence[Parameter]
    texts: Texts = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._room = MAX_FIELDS
        self.keys = names(self.parameters)
        self.fields = [
            self._field(parameter, str(parameter["type"]), f"f-{index}", key, key)
            for index, (parameter, key) in enumerate(zip(self.parameters, self.keys, strict=True))
        ]

    @cached_property
    def leaves(self) -> list[Leaf]:
        """All fields that something is written in, in their order."""
        return [leaf for one in self.fields for leaf in _leaves(one)]

    @property
    def has_blanks(self) -> bool:
        """Whether something is still to be filled in."""
        return any(leaf.blank for leaf in self.leaves)

    def arguments(self) -> dict[str, Any]:
        """The values by the names of the parameters, as JSON."""
        pairs = zip(self.keys, self.fields, strict=True)
        return {key: _value(one, blanks=True) for key, one in pairs}

    def example(self) -> dict[str, Any]:
        """The same, with values that fit wherever nothing is filled in."""
        pairs = zip(self.keys, self.fields, strict=True)
        return {key: _value(one, blanks=False) for key, one in pairs}

    def check(self) -> bool:
        """Whether every value fits its type; the others say what is wrong with them."""
        return all([leaf.check() for leaf in self.leaves])

    def _field(self, parameter: Parameter, kind: str, name: str, label: str, path: str) -> Field:
        self._room -= 1
        if self._room < 0:
            raise FormTooLong(
                "These are more than {limit} values.",
                next_step="Write the arguments as JSON.",
                limit=MAX_FIELDS,
            )
        about = _about(parameter, kind)
        array = split_array(kind)
        if array is not None:
            inner, length = array
            count = _count(self.texts, name) if length is None else length
            elements = [
                self._field(parameter, inner, f"{name}-{n}", str(n + 1), f"{path}[{n}]")
                for n in range(count)
            ]
            return Array(name, label, path, _shown(kind), about, elements, length is None)
        if kind == "tuple":
            parts: Sequence[Parameter] = parameter["components"]
            keys = names(parts)
            members = [
                self._field(part, str(part["type"]), f"{name}-{n}", key, f"{path}.{key}")
                for n, (part, key) in enumerate(zip(parts, keys, strict=True))
            ]
            return Struct(name, label, path, _shown(kind), about, members, keys)
        text = self.texts.get(name, "false" if kind == "bool" else "")
        return Leaf(name, label, path, kind, about, _tidied(kind, text))


def texts_of(parameters: Sequence[Parameter], arguments: Any) -> dict[str, str]:
    """The texts of a form that is filled with JSON arguments, by name or in the ABI's order.

    What does not fit is left out.
    """
    texts: dict[str, str] = {}
    for index, (parameter, value) in enumerate(_members(parameters, arguments)):
        _write(texts, parameter, str(parameter["type"]), f"f-{index}", value)
    return texts


def change(texts: MutableMapping[str, str], what: str) -> str:
    """Add an element to a list or take one away, as a button of the form says.

    Args:
        texts: What was written; changed in place.
        what: ``add f-0`` or ``remove f-0-2``.

    Returns the name of the field that one looks at next; what makes no sense changes nothing.
    """
    match = re.fullmatch(r"(add|remove) (f(?:-[0-9]{1,4})+)", what)
    if match is None:
        return ""
    verb, name = match.groups()
    if verb == "add":
        count = _count(texts, name)
        texts[f"{name}-n"] = str(count + 1)
        return f"{name}-{count}"
    name, _, gone = name.rpartition("-")
    count, place = _count(texts, name), int(gone)
    if place >= count:
        return name
    moved = re.compile(rf"{re.escape(name)}-([0-9]+)((?:-.*)?)")
    for key in sorted(texts, key=lambda key: _number(moved, key)):
        found = moved.fullmatch(key)
        if found is None or int(found[1]) < place:
            continue
        text = texts.pop(key)
        if int(found[1]) > place:
            texts[f"{name}-{int(found[1]) - 1}{found[2]}"] = text
    texts[f"{name}-n"] = str(count - 1)
    return name


def _number(pattern: re.Pattern[str], key: str) -> int:
    found = pattern.fullmatch(key)
    return int(found[1]) if found is not None else -1


def _write(texts: dict[str, str], parameter: Parameter, kind: str, name: str, value: Any) -> None:
    array = split_array(kind)
    if array is not None:
        elements = value if isinstance(value, list) else []
        texts[f"{name}-n"] = str(len(elements))
        for n, element in enumerate(elements):
            _write(texts, parameter, array[0], f"{name}-{n}", element)
    elif kind == "tuple":
        for n, (part, member) in enumerate(_members(parameter["components"], value)):
            _write(texts, part, str(part["type"]), f"{name}-{n}", member)
    elif isinstance(value, bool):
        texts[name] = "true" if value else "false"
    elif isinstance(value, str | int):
        texts[name] = str(value)


def _members(parameters: Sequence[Parameter], value: Any) -> Iterator[tuple[Parameter, Any]]:
    if isinstance(value, Mapping):
        value = [value.get(key) for key in names(parameters)]
    if isinstance(value, list):
        yield from zip(parameters, value, strict=False)


def _leaves(one: Field) -> Iterator[Leaf]:
    if isinstance(one, Leaf):
        yield one
        return
    for member in one.members:
        yield from _leaves(member)


def _value(one: Field, *, blanks: bool) -> Any:
    if isinstance(one, Leaf):
        return one.value if blanks else one.example
    values = [_value(member, blanks=blanks) for member in one.members]
    return values if isinstance(one, Array) else dict(zip(one.keys, values, strict=True))


def _count(texts: Texts, name: str) -> int:
    text = texts.get(f"{name}-n", "")
    return int(text) if _COUNT.fullmatch(text) else 0


def _tidied(kind: str, text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if kind == "string" else text.strip()


def _shown(kind: str) -> str:
    return kind.replace("tuple", "struct", 1)


def _about(parameter: Parameter, kind: str) -> str:
    """What the author calls the type of a whole parameter: an enum, a contract, a struct."""
    given = parameter.get("internalType")
    if not isinstance(given, str) or kind != parameter["type"] or given == kind:
        return ""
    return given[:_SHOWN]


def ether(texts: Texts) -> Leaf:
    """The field for the ether that is sent along with a payable function; empty is none."""
    # 96 bits are more ether than there will ever be, and fewer digits than the API takes.
    text = _tidied("uint96", texts.get("value", "")) or "0"
    return Leaf("value", "value", "value", "uint96", "", text)
