"""Files of teams: CSV as spreadsheets write it (RFC 4180), in whatever encoding they use."""

import codecs
import csv
import io
import unicodedata
from typing import NamedTuple

from pocplatform.domains.hackathons.errors import LineProblem, TeamsFileInvalid
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.names import code_point, looks_like, unseen

MOST = 500
"""Teams of one file."""
LONGEST = 100
_TOLD = 50
_HEADERS = ("team", "team name", "name", "joukkue", "tiimi", "ryhmä", "nimi", "joukkueen nimi")
_DELIMITERS = (";", "\t", ",")


class TeamsFile(NamedTuple):
    """What a file holds.

    Attributes:
        names: Of teams, in the file's order.
        lines: The line of each name, from 1.
        encoding: What its bytes were read as.
        delimiter: What stands between its columns.
    """

    names: list[str]
    lines: list[int]
    encoding: str
    delimiter: str


def read(data: bytes) -> TeamsFile:
    """The teams of a file: the column under a header such as ``team``, else the first one.

    UTF-8 with or without a byte order mark, UTF-16 with one; bytes that are none of these are read
    as Windows-1252, which holds Latin-1. Raises :class:`TeamsFileInvalid` with every line that is
    no team; nothing is taken of such a file.
    """
    text, encoding = _decoded(data)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    lines: list[int] = []
    problems: list[LineProblem] = []
    seen: dict[str, int] = {}
    column, before, first = 0, 0, True
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row) and len(row) < 2:
                continue  # an empty line is no row (RFC 4180 has none; spreadsheets do)
            if first:
                first = False
                found = _header(row)
                if found is not None:
                    column = found
                    continue
            name = tidy(row[column]) if column < len(row) else ""
            problem = wrong_name(name)
            if problem is None and (earlier := seen.get(looks_like(name))) is not None:
                problem = Phrase("the team {name!r} is there already, on line {earlier}.")
                problem = problem.with_values(name=name, earlier=earlier)
            if problem is not None:
                problems.append(LineProblem(line, problem))
                continue
            seen[looks_like(name)] = line
            names.append(name)
            lines.append(line)
    except csv.Error:
        problems.append(LineProblem(before + 1, Phrase("this is no CSV.")))
    if not problems and len(names) > MOST:
        said = Phrase("A file may hold {most} teams; this one holds {count}.")
        problems.append(LineProblem(0, said.with_values(most=MOST, count=len(names))))
    if not problems and not names:
        problems.append(LineProblem(0, Phrase("The file holds no team.")))
    if problems:
        raise TeamsFileInvalid(problems[:_TOLD])
    return TeamsFile(names, lines, encoding, delimiter)


def tidy(name: str) -> str:
    """A name without needless blanks, with one way to write each letter (NFC)."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def wrong_name(name: str) -> Phrase | None:
    """What is wrong with the name of a team, if anything."""
    if not name:
        return Phrase("the team has no name.")
    if len(name) > LONGEST:
        return Phrase("the name has more than {most} characters.").with_values(most=LONGEST)
    letter = unseen(name)
    if letter is not None:
        said = Phrase("the name holds {character}, which cannot be seen or turns the text around.")
        return said.with_values(character=code_point(letter))
    return None


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise TeamsFileInvalid([LineProblem(0, Phrase("The file is no text."))]) from None
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8 (BOM)" if marked else "utf-8"
    except UnicodeDecodeError:
        try:
            text, encoding = data.decode("cp1252"), "windows-1252"
        except UnicodeDecodeError:  # five of its bytes stand for nothing
            text, encoding = data.decode("latin-1"), "latin-1"
    if "\0" in text:
        raise TeamsFileInvalid([LineProblem(0, Phrase("The file is no text."))])
    return text, encoding


def _delimiter(text: str) -> str:
    """The one that the first line with something in it has most of, outside of quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _header(row: list[str]) -> int | None:
    titles = [tidy(cell).casefold() for cell in row]
    return next((titles.index(one) for one in _HEADERS if one in titles), None)
