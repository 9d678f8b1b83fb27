"""JSON Schemas of claims (2020-12): which ones are taken, and checking claims by them.

A schema comes from strangers and is applied to what others send, so whatever could fetch, loop or
take exponential time is refused: references elsewhere, references inside what is referred to, and
regular expressions that may have to try many ways.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match

from pocplatform.domains.credential_types.errors import SchemaInvalid
from pocplatform.kit.i18n import Phrase

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_BYTES = 16_384
MAX_DEPTH = 12
MAX_PATTERN = 200

_REFERENCE = re.compile(r"#/\$defs/[A-Za-z0-9_-]+")
_ELSEWHERE = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary")
# Characters, classes and escapes one after the other, none of them in a group, so that there is one
# way to match only; at most one of them repeated without a fixed count.
_ATOM = r"(?:[A-Za-z0-9 _@/:;,#&%=!~'\"<>-]|[^\x00-\x7f]|\\[dws.+*?()\[\]{}|^$/\\-]|\[[^\[\]\\]+\])"
_PATTERN = re.compile(rf"\^(?:{_ATOM}(?:\{{\d{{1,3}}\}})?)*(?:{_ATOM}[*+?])?"
                      rf"(?:{_ATOM}(?:\{{\d{{1,3}}\}})?)*\$")  # fmt: skip


def check(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, if it can be taken. Raises :class:`SchemaInvalid`."""
    length = len(json.dumps(schema, ensure_ascii=False).encode())
    if length > MAX_BYTES:
        raise SchemaInvalid(
            "The schema is {length} bytes long; at most {limit} are possible.",
            param="claims_schema",
            length=length,
            limit=MAX_BYTES,
        )
    if schema.get("type") != "object":
        raise SchemaInvalid(
            'Claims are a JSON object, so the schema must have "type": "object".',
            param="claims_schema.type",
        )
    if schema.get("$schema", DIALECT) != DIALECT:
        raise SchemaInvalid(
            "Only JSON Schema of the edition 2020-12 is understood ({dialect}).",
            param="claims_schema.$schema",
            dialect=DIALECT,
        )
    _check_part(schema, ("claims_schema",), MAX_DEPTH)
    for name, definition in _definitions(schema).items():
        for path, key, _ in _members(definition, ("claims_schema", "$defs", name)):
            if key == "$ref":
                raise SchemaInvalid(
                    "A definition in $defs must not refer to another one.", param=_path(path)
                )
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaInvalid(
            "This is not a valid JSON Schema at {place}.",
            param=_path(("claims_schema", *error.absolute_path)),
            place=_path(("claims_schema", *error.absolute_path)),
        ) from None
    return schema


def breach(schema: dict[str, Any], claims: dict[str, Any]) -> tuple[str, Phrase] | None:
    """The claim at fault and what is wrong with it; None if the claims fit the schema."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    try:
        error = best_match(validator.iter_errors(claims))
    except (ArithmeticError, RecursionError):
        # Numbers beyond what can be calculated with, such as 10⁴⁰⁰ as a multiple of 0.1.
        return "claims", Phrase("a number in it is too large to be checked")
    return None if error is None else _explained(error)


def _explained(error: ValidationError) -> tuple[str, Phrase]:
    path = ("claims", *error.absolute_path)
    rule: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            missing = next(name for name in rule if name not in instance)
            return _path((*path, missing)), Phrase("it is missing")
        case "additionalProperties" | "unevaluatedProperties":
            schema: Any = error.schema
            known = schema.get("properties", {})
            extra = next((name for name in instance if name not in known), "")
            return _path((*path, extra)), Phrase("the type has no such claim")
        case "type":
            expected = " | ".join(rule) if isinstance(rule, list) else rule
            return _path(path), Phrase("{expected} is expected", expected=expected)
        case "enum":
            expected = ", ".join(json.dumps(one, ensure_ascii=False) for one in rule)
            return _path(path), Phrase("one of {expected} is expected", expected=expected[:300])
        case "minLength" | "maxLength" | "minimum" | "maximum" | "exclusiveMinimum" \
            | "exclusiveMaximum" | "minItems" | "maxItems":  # fmt: skip
            phrase = Phrase("it is outside the limit {rule} {limit}", rule=error.validator,
                            limit=rule)  # fmt: skip
            return _path(path), phrase
        case "format":
            return _path(path), Phrase("it does not have the format {format}", format=rule)
        case "pattern":
            return _path(path), Phrase("it does not have the form {pattern}", pattern=rule)
        case rule_name:
            return _path(path), Phrase("it breaks the rule {rule}", rule=rule_name)


def _check_part(value: Any, path: tuple[str | int, ...], depth: int) -> None:
    if depth == 0:
        raise SchemaInvalid(
            "The schema is nested more than {limit} levels deep.",
            param="claims_schema",
            limit=MAX_DEPTH,
        )
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_part(item, (*path, index), depth - 1)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        # The names of claims are no keywords, though they may look like them.
        named = path[-1] in ("properties", "$defs", "dependentSchemas")
        if not named:
            _check_keyword(key, item, (*path, key))
        _check_part(item, (*path, key), depth - 1)


def _check_keyword(key: str, item: Any, path: tuple[str | int, ...]) -> None:
    if key in _ELSEWHERE or (
        key == "$ref" and not (isinstance(item, str) and _REFERENCE.fullmatch(item))
    ):
        raise SchemaInvalid(
            'A schema may refer to its own definitions only: "$ref": "#/$defs/name".',
            param=_path(path),
        )
    if key == "patternProperties":
        raise SchemaInvalid("Names of claims cannot be given by patterns.", param=_path(path))
    if key == "pattern" and not (
        isinstance(item, str) and len(item) <= MAX_PATTERN and _PATTERN.fullmatch(item)
    ):
        raise SchemaInvalid(
            "A pattern must begin with ^, end with $, have no groups and no alternatives, and "
            "repeat without a fixed count at most once, as ^[0-9]{{7}}-[0-9]$ has it (at most "
            "{limit} characters).",
            param=_path(path),
            limit=MAX_PATTERN,
        )


def _definitions(schema: dict[str, Any]) -> dict[str, Any]:
    found = schema.get("$defs", {})
    return found if isinstance(found, dict) else {}


def _members(
    value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), key, item
            yield from _members(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _members(item, (*path, index))


def _path(parts: Sequence[str | int]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text[:200]
