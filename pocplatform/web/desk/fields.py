"""Parameters of a template (JSON Schema) as fields of a form, and what was typed as parameters."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocplatform.web import typed
from pocplatform.web.desk.acts import Sent

ROWS, MOST_ROWS = 3, 32
"""Rows of a list that are shown at first, and at most."""
_LONG = 300
"""A text that may be longer than this gets a field of several lines."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        name: In the form.
        kind: text, long, cents, number, integer, day, yes_no, choice, lines or rows.
        title: As the template calls it; empty where it does not.
        hint: What else it says.
        required: Whether it must be filled in.
        default: What stands in it at first.
        options: Of a choice.
        columns: Of rows: the fields of each; their names are those within the row.
        most: How many characters, lines or rows at most.
    """

    name: str
    kind: str
    title: str
    hint: str
    required: bool
    default: str
    options: tuple[str, ...] = ()
    columns: "tuple[Field, ...]" = ()
    most: int = 200


def of(schema: Mapping[str, Any], language: str) -> list[Field]:
    """The fields of a template; those that must be filled in come first."""
    required = schema.get("required", ())
    found = [
        _field(name, one, name in required, language) for name, one in schema["properties"].items()
    ]
    return sorted(found, key=lambda field: not field.required)


def _field(name: str, schema: Mapping[str, Any], required: bool, language: str) -> Field:
    kind = _kind(schema)
    default = schema.get("default", "")
    if kind == "yes_no":
        shown = "yes" if default else ""
    elif kind == "number" and language == "fi":
        shown = str(default).replace(".", ",")
    else:
        shown = str(default)
    columns: tuple[Field, ...] = ()
    if kind == "rows":
        inner = schema["items"]
        columns = tuple(
            _field(key, one, key in inner.get("required", ()), language)
            for key, one in inner["properties"].items()
        )
    return Field(
        name=name,
        kind=kind,
        title=schema.get("title", ""),
        hint=schema.get("description", "") if kind != "choice" else "",
        required=required,
        default=shown,
        options=tuple(map(str, schema.get("enum", ()))),
        columns=columns,
        most=schema.get("maxLength") or schema.get("maxItems") or 200,
    )


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "choice"
    if schema["type"] == "array":
        return "rows" if schema["items"]["type"] == "object" else "lines"
    if schema["type"] == "string":
        if schema.get("format") == "date":
            return "day"
        return "long" if schema.get("maxLength", 0) > _LONG else "text"
    if schema["type"] == "integer" and schema.get("unit") == "cents":
        return "cents"
    return {"boolean": "yes_no", "number": "number", "integer": "integer"}[schema["type"]]


def parameters(sent: Sent, fields: list[Field]) -> dict[str, Any]:
    """What was typed, as the template takes it; what cannot be read is noted as wrong.

    Whether it fits, the API says.
    """
    found: dict[str, Any] = {}
    for field in fields:
        if field.kind == "rows":
            rows: list[dict[str, Any]] = []
            found[field.name] = rows
            for number in range(MOST_ROWS):
                if row := _row(sent, field, number):
                    for column in field.columns:
                        name = cell(field, len(rows), column)
                        sent.names[name] = cell(field, number, column)
                    rows.append(row)
            if not found[field.name]:
                sent.needs(*(cell(field, 0, column) for column in field.columns))
        elif field.kind == "yes_no":
            found[field.name] = sent.text(field.name) == "yes"
        elif sent.text(field.name):
            found[field.name] = _value(sent, field, field.name)
        elif field.required:
            sent.needs(field.name)
    return found


def cell(field: Field, number: int, column: Field) -> str:
    """The name of a field of a row; as the API names it where no row before is empty."""
    return f"parameters.{field.name}[{number}].{column.name}"


def _row(sent: Sent, field: Field, number: int) -> dict[str, Any]:
    names = {column.name: cell(field, number, column) for column in field.columns}
    if not any(sent.text(name) for name in names.values()):
        return {}
    sent.needs(*names.values())
    return {
        column.name: _value(sent, column, names[column.name])
        for column in field.columns
        if sent.text(names[column.name])
    }


def _value(sent: Sent, field: Field, name: str) -> Any:
    text = sent.text(name)
    if field.kind == "cents":
        return sent.cents(name)
    if field.kind == "day":
        found = sent.read(name, typed.day, None)
        return found.isoformat() if found else ""
    if field.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.kind in ("integer", "number"):
        written = typed.decimal(text)
        with contextlib.suppress(ValueError):
            return int(written)
        with contextlib.suppress(ValueError):
            return float(written) if field.kind == "number" else written
        return written  # the API says that it is no number
    return text
