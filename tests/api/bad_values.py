"""Values that an operation's document forbids, made of the schema of its body and its example."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.api.operations import Operation, body_schema, document

Place = tuple["str | int", ...]

_OTHER_TYPES = (True, "§", [], {}, 7.5, None)


@dataclass(frozen=True)
class Bad:
    """Something wrong about a request.

    Attributes:
        what: In words.
        field: The field of the body, or the parameter, that is to be named.
        value: The whole body, or the parameter's value.
    """

    what: str
    field: str
    value: Any


def bad_bodies(operation: Operation) -> Iterator[Bad]:
    """Its example with one thing wrong: missing, unknown, wrong type, out of bounds."""
    _, schema = body_schema(operation.entry)
    example = operation.example
    if schema.get("additionalProperties") is False:
        yield Bad("unknown field", "surprise", {**example, "surprise": 1})
    for place in _objects(schema, example):
        inside = _with(example, (*place, "surprise"), 1)
        yield Bad(f"unknown field in {place}", str(place[0]), inside)
    for place, field, required in _fields(schema, example):
        known = _at(example, place[:-1])
        if required and place[-1] in known:
            yield Bad(f"{place} is missing", str(place[0]), _without(example, place))
        for what, value in _bad_values(field):
            yield Bad(f"{place} is {what}", str(place[0]), _with(example, place, value))


def bad_parameters(operation: Operation) -> Iterator[Bad]:
    """Values that its query's parameters forbid. (Those of lists have tests of their own.)"""
    for parameter in operation.entry.get("parameters", ()):
        if parameter["in"] != "query" or parameter["name"] in (
            "limit", "starting_after", "ending_before",
        ):  # fmt: skip
            continue
        kinds = {option.get("type") for option in _options(parameter["schema"])}
        for text in ("", "§", "-1", "1.5", "9" * 30, "x" * 5_000):
            given: Any = text
            if kinds & {"integer", "number"}:
                given = _number(text)
            if not isinstance(given, str) or "string" in kinds:
                if not _allows(parameter["schema"], given):
                    yield Bad(f"{parameter['name']}={text[:20]}", parameter["name"], text)
            else:
                yield Bad(f"{parameter['name']}={text[:20]}", parameter["name"], text)


def boundless(operation: Operation) -> Iterator[str]:
    """Fields of its body of which the document does not say how large they may be."""
    _, schema = body_schema(operation.entry)
    for place, field, _ in _fields(schema, operation.example):
        for option in _options(field):
            kind, named = option.get("type"), ".".join(map(str, place))
            if "enum" in option or "const" in option:
                continue
            if kind in ("integer", "number") and not (
                {"minimum", "exclusiveMinimum"} & set(option)
                and {"maximum", "exclusiveMaximum"} & set(option)
            ):
                yield f"{named}: a number without bounds"
            if kind == "string" and not {"maxLength", "pattern", "format"} & set(option):
                yield f"{named}: a text of any length"
            if kind == "array" and "maxItems" not in option:
                yield f"{named}: a list of any length"


def open_objects(operation: Operation) -> Iterator[str]:
    """Objects of its body that have fields, and take others too."""
    content = operation.entry["requestBody"]["content"]["application/json"]
    yield from _open(content["schema"], "body", ())


def _open(schema: dict[str, Any], place: str, around: tuple[int, ...]) -> Iterator[str]:
    for option in _options(schema):
        if id(option) in around:
            continue
        if "properties" in option and option.get("additionalProperties") is not False:
            yield place
        within = dict(option.get("properties", {}))
        for several in ("items", "additionalProperties"):
            if isinstance(option.get(several), dict):
                within[several] = option[several]
        for step, field in within.items():
            yield from _open(field, f"{place}.{step}", (*around, id(option)))


def _objects(schema: dict[str, Any], example: Any) -> Iterator[Place]:
    """Where the example has an object, within it, that takes no other fields."""
    for place, field, _ in _fields(schema, example):
        try:
            value = _at(example, place)
        except KeyError:
            continue
        if isinstance(value, list) and value:
            place, value = (*place, 0), value[0]
            inner = [one for option in _options(field) for one in _options(option.get("items", {}))]
        else:
            inner = _options(field)
        if isinstance(value, dict) and any(
            "properties" in one and one.get("additionalProperties") is False for one in inner
        ):
            yield place


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _fields(
    schema: dict[str, Any], value: Any, place: Place = ()
) -> Iterator[tuple[Place, dict[str, Any], bool]]:
    """Every field that the document knows where the example is, with its schema."""
    for option in _options(schema):
        if isinstance(value, dict) and "properties" in option and _allows(option, value):
            for name, field in option["properties"].items():
                yield (*place, name), field, name in option.get("required", ())
                if name in value:
                    yield from _fields(field, value[name], (*place, name))
            return
        if isinstance(value, list) and value and "items" in option:
            yield from _fields(option["items"], value[0], (*place, 0))
            return


def _bad_values(field: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    other = next((one for one in _OTHER_TYPES if not _allows(field, one)), _OTHER_TYPES)
    if other is not _OTHER_TYPES:
        yield f"{other!r}", other
    for option in _options(field):
        kind = option.get("type")
        candidates: list[tuple[str, Any]] = []
        if kind in ("integer", "number"):
            candidates = [("negative", -1), ("zero", 0), ("too large", 10**30)]
        elif kind == "string":
            most = option.get("maxLength", 100_000)
            candidates = [
                ("empty", ""),
                ("blank", " "),
                ("too long", "x" * (most + 1)),
                ("too long by its blanks", "x" + " " * most),
            ]
        elif kind == "array" and "maxItems" in option:
            candidates = [("too many", [None] * (option["maxItems"] + 1))]
        yield from ((what, value) for what, value in candidates if not _allows(field, value))


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of which one holds, without references."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _options(document()["components"]["schemas"][name])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return [one for option in schema[several] for one in _options(option)]
    return [schema]


@cache
def _components() -> dict[str, Any]:
    return {"components": document()["components"]}


def _allows(schema: dict[str, Any], value: Any) -> bool:
    return Draft202012Validator({**schema, **_components()}).is_valid(value)


def _at(body: Any, place: Place) -> Any:
    for step in place:
        body = body[step]
    return body


def _with(body: Any, place: Place, value: Any) -> Any:
    changed = deepcopy(body)
    _at(changed, place[:-1])[place[-1]] = value
    return changed


def _without(body: Any, place: Place) -> Any:
    changed = deepcopy(body)
    del _at(changed, place[:-1])[place[-1]]
    return changed
