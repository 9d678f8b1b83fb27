"""Documents as plain text with a little structure, and their rendering from templates.

A document is text that reads well as it is, in a small part of Markdown: ``#`` the title, ``##`` a
section, ``- `` an entry of a list, ``**strong**``, and ``---`` between two parts. Templates write
``+ `` for a clause; sections and clauses are numbered when they are rendered (``## 3. Prices``,
``3.1 The price …``), so that no template counts by hand.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pocplatform.kit.money import format_euros

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class ExpressionFailed(Exception):
    """An expression of a template gives nothing with these parameters."""


class Prose:
    """Renders texts and expressions in one language.

    Templates come with the package, parameters from callers: what a parameter says is never read as
    a template, and what a template says can reach nothing but its parameters.

    Args:
        folder: Where the templates are.
        language: ``fi`` or ``en``.
    """

    def __init__(self, folder: str, language: str) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,  # plain text
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {
            "money": lambda cents: format_euros(cents, language),
            "day": lambda day: written(day, language),
            "line": one_line,
            "number": lambda number: f"{number:g}".replace(".", "," if language == "fi" else "."),
        }
        self._environment.globals |= {
            "date": date.fromisoformat,
            "add_days": lambda day, days: day + timedelta(days=days),
            "add_months": add_months,
        }

    def document(self, name: str, values: dict[str, Any]) -> str:
        """A whole document, numbered."""
        return numbered(self._environment.get_template(name).render(values))

    def line(self, template: str, values: dict[str, Any]) -> str:
        """A text of one line."""
        return one_line(self._environment.from_string(template).render(values))

    def value(self, expression: str, values: dict[str, Any]) -> Any:
        """The value of an expression. Raises :class:`ExpressionFailed`."""
        evaluate: Callable[..., Any] = self._environment.compile_expression(
            expression, undefined_to_none=False
        )
        try:
            found = evaluate(**values)
        except (TemplateError, ArithmeticError, ValueError, TypeError) as error:
            raise ExpressionFailed(str(error)) from error
        if isinstance(found, Undefined):
            raise ExpressionFailed(expression)
        return found


def one_line(text: Any) -> str:
    """A caller's text as part of a paragraph: it cannot begin a section of its own."""
    return " ".join(str(text).split())


def written(day: date, language: str) -> str:
    """A date as people write it: ``31.1.2027`` or ``31 January 2027``, never broken over lines."""
    if language == "fi":
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day.day}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(
        first_of_next - timedelta(days=1), date(year, month, 1) + timedelta(days=day.day - 1)
    )


def numbered(text: str) -> str:
    """Put each paragraph on one line, and number sections and clauses."""
    section = clause = 0
    lines = []
    for block in re.split(r"\n\s*\n", text):
        # Not split(): amounts and dates hold no-break spaces.
        paragraph = " ".join(line.strip(" \t\r") for line in block.split("\n")).strip(" ")
        if not paragraph:
            continue
        if paragraph.startswith("## "):
            section, clause = section + 1, 0
            paragraph = f"## {section}. {paragraph[3:]}"
        elif paragraph.startswith("+ "):
            clause += 1
            paragraph = f"{section}.{clause} {paragraph[2:]}"
        lines.append(paragraph)
    return "\n\n".join(lines) + "\n"
