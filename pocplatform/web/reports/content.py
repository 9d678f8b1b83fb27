"""What a report is made of: sections of blocks, which a page and a PDF both can show."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    soft: bool = False
    kind: str = "words"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    items: list[str]
    kind: str = "items"


@dataclass(frozen=True)
class Facts:
    """Labels with their values."""

    rows: list[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """Rows below a head; the first column says what a row is about.

    Attributes:
        numbers: The columns that hold numbers, and stand at the right.
        hashes: The columns that hold hashes, which may be broken anywhere.
    """

    caption: str
    head: list[str]
    rows: list[list[str]]
    numbers: list[int] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    kind: str = "table"


@dataclass(frozen=True)
class Check:
    """Something that was to hold, and whether it does."""

    ok: bool
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Checks:
    """A list of what was to hold."""

    rows: list[Check]
    kind: str = "checks"


@dataclass(frozen=True)
class Chart:
    """Bars with their values.

    Attributes:
        rows: For each bar its name, its value as people write it, and its length in hundredths of
            the longest.
        paper: The whole as SVG in fixed colours; a page draws the bars below their names, since a
            phone has no room beside them.
    """

    caption: str
    rows: list[tuple[str, str, float]]
    paper: str
    kind: str = "chart"


Block = Words | Items | Facts | Table | Checks | Chart


@dataclass(frozen=True)
class Section:
    """A part under a heading."""

    title: str
    blocks: list[Block]


@dataclass(frozen=True)
class Verdict:
    """The whole in a sentence; ``ok`` is None where nothing is judged."""

    text: str
    ok: bool | None


@dataclass(frozen=True)
class Report:
    """A report in one language.

    Attributes:
        kind: What it is a report of, in words.
        code: By which it is named below its pages.
        stamp: The time that stands in the PDF, seconds since 1970.
    """

    language: str
    kind: str
    title: str
    lead: str
    verdict: Verdict | None
    facts: list[tuple[str, str]]
    sections: list[Section]
    code: str
    stamp: int
    test: str

    def for_paper(self) -> dict[str, Any]:
        """As the layout of the PDF takes it."""
        return asdict(self)
