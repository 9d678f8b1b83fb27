"""A recording as something that can be told in any language: who does what, with which values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands in an answer, such as ``("wallet", "address")``."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A value from an earlier answer.

    Attributes:
        call: The call's number.
        place: Where it stands in the call's answer.
    """

    call: int
    place: Place


@dataclass(frozen=True, slots=True)
class Later:
    """A moment, so many seconds after it is told."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text with values from earlier answers in it."""

    parts: tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Fresh:
    """32 bytes that are others each time it is told, and the same all through it.

    Attributes:
        name: As a variable.
    """

    name: str


Value: TypeAlias = Any
"""JSON, in which a :class:`Ref`, :class:`Later`, :class:`Fresh` or :class:`Text` may stand for a
text."""


@dataclass(slots=True)
class Actor:
    """Who calls: a key of an organization.

    Attributes:
        name: As a variable, in ASCII.
        secret: Where its key comes from.
    """

    name: str
    secret: Ref


@dataclass(slots=True)
class Call:
    """A request.

    Attributes:
        number: Its place in the story, from 0.
        actor: Who calls; None for what needs no key.
        method: In capitals.
        segments: The path's parts between slashes, each a :data:`Value` that is a text.
        query: Of a GET.
        body: What is sent; None for nothing.
        name: What its answer is about, as a variable.
        answer: Of what was answered.
        code: Code of the error that is expected; None where it succeeds.
        simulate: How it goes wrong on purpose.
        raw_path: The path as it was.
        raw_body: The body as it was.
        used: Which values of its answer later calls need.
        checks: What its answer must say, for tests.
        recorded: Whether somebody did it; otherwise it is what has to be there before.
    """

    number: int
    actor: Actor | None
    method: str
    segments: list[Value]
    query: dict[str, Value]
    body: Value
    name: str
    answer: Any
    code: str | None = None
    simulate: str | None = None
    raw_path: str = ""
    raw_body: Any = None
    used: set[Place] = field(default_factory=set)
    checks: list[tuple[Place, Value]] = field(default_factory=list)
    recorded: bool = True

    @property
    def path(self) -> Value:
        """The path as one text."""
        return joined([piece for part in self.segments for piece in ("/", part)][1:])


@dataclass(slots=True)
class Story:
    """All of it, in its order."""

    name: str
    calls: list[Call] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be told, in words."""
    fresh: list[Fresh] = field(default_factory=list)
    """All that stand in the calls, in their order."""


def refs(value: Value) -> Iterator[Ref]:
    """The values from earlier answers in a value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Ref))
    elif isinstance(value, dict):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def joined(parts: Sequence[Value]) -> Value:
    """Texts and values one after another, as one text."""
    whole: list[str | Ref] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            if isinstance(piece, str) and whole and isinstance(whole[-1], str):
                whole[-1] += piece
            elif piece != "":
                whole.append(piece)
    if not whole:
        return ""
    return whole[0] if len(whole) == 1 else Text(tuple(whole))


def has_later(value: Value) -> bool:
    """Whether a moment stands in a value."""
    if isinstance(value, dict):
        return any(map(has_later, value.values()))
    if isinstance(value, list):
        return any(map(has_later, value))
    return isinstance(value, Later)


def plain(text: str) -> str:
    """A text as it can stand in a comment: on one line, without what no printer knows."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def identifier(text: str, fallback: str) -> str:
    """A text as the name of a variable: small ASCII letters, digits and underscores."""
    small = text.lower().translate(str.maketrans("äöå", "aoa"))
    name = re.sub(r"[^a-z0-9]+", "_", small.encode("ascii", "ignore").decode()).strip("_")
    return name if re.match(r"[a-z]", name) else fallback
