"""A story in Python: a script by the SDK, or a test for pytest."""

import keyword
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from pocplatform.domains.recordings.export.layout import Group, Node, laid_out, quoted
from pocplatform.domains.recordings.export.story import (
    Call,
    Fresh,
    Later,
    Ref,
    Story,
    Text,
    Value,
    has_later,
    identifier,
    plain,
    refs,
)
from pocplatform.domains.recordings.export.typed import (
    Build,
    Moment,
    TypedCall,
    attribute,
    typed,
)

_WIDTH = 96
_LONG = 60
"""Characters from which on a text of several lines gets a name of its own."""


def python_script(story: Story) -> str:
    """A program: ``python story.py [ADDRESS]``."""
    return _Python(story, test=False).script()


def python_test(story: Story) -> str:
    """A test, for pytest with ``pocplatform.testing``."""
    return _Python(story, test=True).test()


class _Python:
    def __init__(self, story: Story, *, test: bool) -> None:
        self._story = story
        self._test = test
        self._typed: dict[int, TypedCall | None] = {
            call.number: typed(call) for call in story.calls
        }
        self._texts: dict[str, str] = {}
        self._parses = False
        self._imports: set[str] = {"Sandbox"}

    def script(self) -> str:
        body = [*self._lines()]
        helpers = self._helpers()
        refusing = any(call.code for call in self._story.calls)
        standard = ["import sys"]
        if refusing:
            standard += [
                "from collections.abc import Iterator",
                "from contextlib import contextmanager",
            ]
            self._imports.add("Problem")
        standard += self._standard()
        title = _comment(self._story.name)
        return "\n".join([
            f'"""{title}: a recording of what was done in the sandbox, to be done again.',
            "",
            f"Run: python {identifier(self._story.name, 'story')}.py http://127.0.0.1:8000",
            '"""',
            "",
            *_sorted_imports(standard),
            "",
            self._import_line(),
            "",
            *self._constants(),
            *helpers,
            *(_REFUSED if refusing else ()),
            "",
            "def replay(sandbox: Sandbox) -> None:",
            '    """Do it all again, with new organizations."""',
            *_indented(body),
            "",
            "",
            'if __name__ == "__main__":',
            '    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"',
            "    with Sandbox(address) as sandbox:",
            "        replay(sandbox)",
            '    print("Done again.")',
            "",
        ])  # fmt: skip

    def test(self) -> str:
        body = [*self._lines()]
        helpers = self._helpers()
        refusing = any(call.code for call in self._story.calls)
        if refusing:
            self._imports.add("Problem")
        name = identifier(self._story.name, "story")
        return "\n".join([
            f'"""{_comment(self._story.name)}: a recording, as a test.',
            "",
            f"Run: pytest test_{name}.py (with --sandbox-url ADDRESS for a sandbox that runs).",
            '"""',
            "",
            *([*_sorted_imports(self._standard()), ""] if self._standard() else ()),
            *(["import pytest"] if refusing else ()),
            self._import_line(),
            "",
            *self._constants(),
            *helpers,
            "",
            f"def test_{name}(sandbox: Sandbox) -> None:",
            *_indented(body),
            "",
        ])  # fmt: skip

    def _import_line(self) -> str:
        names = sorted(self._imports)
        line = f"from pocplatform.client import {', '.join(names)}"
        if len(line) <= _WIDTH:
            return line
        return "\n".join(
            ["from pocplatform.client import (", *(f"    {name}," for name in names), ")"]
        )

    def _standard(self) -> list[str]:
        """Imports from the standard library of what stands in the calls."""
        return [*(["import secrets"] if self._story.fresh else ()), *self._datetime()]

    def _datetime(self) -> list[str]:
        if self._needs_later():
            return ["from datetime import UTC, datetime, timedelta"]
        return ["from datetime import datetime"] if self._parses else []

    def _needs_later(self) -> bool:
        return any(has_later(call.body) for call in self._story.calls)

    def _helpers(self) -> list[str]:
        return _LATER if self._needs_later() else []

    def _constants(self) -> Iterator[str]:
        for text, name in self._texts.items():
            yield f'{name} = """\\'
            yield f'{text}"""'
            yield ""

    def _lines(self) -> Iterator[str]:
        for note in self._story.notes:
            yield from textwrap.wrap(
                f"Left out or to be seen to: {plain(note)}", 90, initial_indent="# ",
                subsequent_indent="# ", break_long_words=False,
            )  # fmt: skip
        for fresh in self._story.fresh:
            yield f'{fresh.name} = "0x" + secrets.token_hex(32)'
        for call in self._story.calls:
            yield from self._call(call)

    def _call(self, call: Call) -> Iterator[str]:
        written = self._written(call)
        checks = [*self._checks(call)] if self._test else []
        if call.code is not None:
            code = quoted(call.code)
            refusal = "pytest.raises(Problem) as refused" if self._test else f"refused({code})"
            yield f"with {refusal}:"
            yield from _indented(laid_out(written))
            if self._test:
                yield f"assert refused.value.code == {code}"
            return
        named = f"{_safe(call.name)} = " if call.used or checks else ""
        yield from laid_out(written, named)
        yield from checks
        if ("secret_key",) in call.used:
            for actor in {c.actor.name: c.actor for c in self._story.calls if c.actor}.values():
                if actor.secret.call == call.number:
                    yield f"{_safe(actor.name)} = sandbox.with_key({self._ref(actor.secret)})"

    def _written(self, call: Call) -> Node:
        """What is called, with its arguments."""
        caller = _safe(call.actor.name) if call.actor is not None else "sandbox"
        if call.simulate is not None:
            caller += f".simulating({quoted(call.simulate)})"
        found = self._typed[call.number]
        if found is not None:
            arguments = [("", self._argument(one)) for one in found.positional]
            arguments += [(f"{name}=", self._argument(one)) for name, one in found.named.items()]
            return Group(f"{caller}.{found.name}(", arguments, ")")
        arguments = [("", quoted(call.method)), ("", self._value(call.path))]
        if call.body is not None:
            arguments.append(("", self._value(call.body)))
        if call.query:
            arguments.append(("params=", self._value(call.query)))
        return Group(f"{caller}.request(", arguments, ")")

    def _argument(self, value: Any) -> Node:
        if isinstance(value, Build):
            self._imports.add(value.model.__name__)
            inside = [(f"{name}=", self._argument(one)) for name, one in value.values.items()]
            return Group(f"{value.model.__name__}(", inside, ")")
        if isinstance(value, Moment):
            if isinstance(value.value, Later):
                return f"moment({_span(value.value)})"
            self._parses = True
            return f"datetime.fromisoformat({quoted(str(value.value))})"
        if isinstance(value, list):
            return Group("[", [("", self._argument(one)) for one in value], "]")
        return self._value(value)

    def _value(self, value: Value) -> Node:
        if isinstance(value, Ref):
            return self._ref(value)
        if isinstance(value, Later):
            return f"moment({_span(value)}).isoformat()"
        if isinstance(value, Fresh):
            return value.name
        if isinstance(value, Text):
            return self._joined(value)
        if isinstance(value, dict):
            inside = [(f"{quoted(name)}: ", self._value(item)) for name, item in value.items()]
            return Group("{", inside, "}")
        if isinstance(value, list):
            return Group("[", [("", self._value(one)) for one in value], "]")
        return self._text(value) if isinstance(value, str) else repr(value)

    def _joined(self, text: Text) -> str:
        """A text with values in it: as f"…", unless what stands between would not bear it."""
        between = "".join(part for part in text.parts if isinstance(part, str))
        places = [str(step) for part in text.parts if isinstance(part, Ref) for step in part.place]
        if (
            not between.isprintable()
            or any(character in between for character in "\\'\"{}")
            or not all(re.fullmatch(r"\w+", place) for place in places)
        ):
            pieces = [quoted(p) if isinstance(p, str) else self._ref(p) for p in text.parts]
            return " + ".join(pieces)
        pieces = [
            part if isinstance(part, str) else "{" + self._ref(part).replace('"', "'") + "}"
            for part in text.parts
        ]
        return f'f"{"".join(pieces)}"'

    def _text(self, text: str) -> str:
        if "\n" not in text or len(text) < _LONG or not _plain_block(text):
            return quoted(text)
        if text not in self._texts:
            self._texts[text] = f"TEXT_{len(self._texts) + 1}"
        return self._texts[text]

    def _ref(self, ref: Ref) -> str:
        call = self._story.calls[ref.call]
        found = self._typed[ref.call]
        if found is not None:
            return f"{_safe(call.name)}{attribute(found.answer, ref.place)}"
        return _safe(call.name) + "".join(
            f"[{quoted(part) if isinstance(part, str) else part}]" for part in ref.place
        )

    def _checks(self, call: Call) -> Iterator[str]:
        found = self._typed[call.number]
        for place, value in call.checks:
            if any(call.number == ref.call and place == ref.place for ref in refs(value)):
                continue
            if found is not None:
                path = attribute(found.answer, place)
                if path is None:
                    continue
            else:
                path = "".join(
                    f"[{quoted(part) if isinstance(part, str) else part}]" for part in place
                )
            operator = "is" if isinstance(value, bool) else "=="
            yield from laid_out(self._value(value), f"assert {_safe(call.name)}{path} {operator} ")


def _span(later: Later) -> str:
    seconds = later.seconds
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds and seconds % size == 0:
            return f"{unit}={seconds // size}"
    return f"seconds={seconds}"


def _plain_block(text: str) -> bool:
    """Whether a text can stand as it is between three quotes."""
    printable = all(character.isprintable() or character == "\n" for character in text)
    return printable and '"""' not in text and "\\" not in text and not text.endswith('"')


def _comment(text: str) -> str:
    """A text for a docstring or a comment."""
    return plain(text).replace("\\", "/").replace('"', "'") or "A story"


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def _sorted_imports(lines: Sequence[str]) -> list[str]:
    return sorted(lines, key=lambda line: (line.startswith("from"), line))


_LATER = [
    "",
    "def moment(**away: int) -> datetime:",
    '    """A moment so far from now."""',
    "    return datetime.now(UTC).replace(microsecond=0) + timedelta(**away)",
    "",
]
_REFUSED = [
    "",
    "@contextmanager",
    "def refused(code: str) -> Iterator[None]:",
    '    """Expects that the sandbox refuses, for this reason."""',
    "    try:",
    "        yield",
    "    except Problem as problem:",
    "        if problem.code == code:",
    "            return",
    "        raise",
    '    raise AssertionError(f"this was refused before: {code}")',
    "",
]
