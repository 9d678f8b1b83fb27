"""Whether code on the chain is what a compiler made of sources.

Not compared is what cannot be the same: immutables, which the constructor writes into the code,
addresses of libraries, and the address that a library's code carries of itself. At its end, and of
each contract that it creates within, code has metadata in CBOR (Solidity documentation, "Contract
Metadata"), among them a hash of sources and settings. With it, as without, the grades are those of
Sourcify: ``exact_match``, byte for byte, and ``match``, all but metadata.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, NamedTuple

from pocplatform.chain.codec import checksum

_HASH: Final = rb"(?:\x64ipfs\x58\x22.{34}|\x65bzzr[01]\x58\x20.{32})"
_OTHER: Final = (
    rb"(?:\x6cexperimental\xf5|\x64solc(?:\x43.{3}|[\x60-\x77][ -~]{1,23}|\x78.[ -~]+?))"
)
_METADATA: Final = re.compile(
    rb"[\xa1-\xa4]" + rb"(?:" + _HASH + rb"|" + _OTHER + rb"){1,4}" + rb"(..)", re.DOTALL
)
_HASHED: Final = re.compile(_HASH, re.DOTALL)
_SHOWN: Final = 32
"""Bytes of a difference that are shown."""


class Match(StrEnum):
    """How far code is the same (Sourcify's words)."""

    EXACT = "exact_match"
    MATCH = "match"


class Area(NamedTuple):
    """A part of code: its first byte and its length."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Where code is first another; lengths in bytes, metadata at the end not counted.

    Attributes:
        expected: Of what was compiled, 0x-hex, from the place on.
        found: Of what is on the chain.
    """

    offset: int
    expected: str
    found: str
    expected_length: int
    found_length: int


@dataclass(frozen=True)
class Comparison:
    """What came of comparing.

    Attributes:
        match: None where the code is another.
        difference: Where it is first another.
        libraries: Addresses in the code, by the libraries' full names (``file:Name``).
        immutables: Their values as 0x-hex, by solc's number of the variable.
    """

    match: Match | None
    difference: Difference | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)
    immutables: Mapping[str, str] = field(default_factory=dict)


def compare_runtime(compiled: Mapping[str, Any], found: bytes) -> Comparison:
    """Code at an address, against an entry of :mod:`pocplatform.chain.closed_compiler`."""
    links = _links(compiled["deployed_link_references"])
    expected = _plain(compiled["deployed_bytecode"], links)
    immutables = {
        str(id_): [Area(int(place["start"]), int(place["length"])) for place in places]
        for id_, places in compiled["immutable_references"].items()
    }
    ignored = [area for areas in (*links.values(), *immutables.values()) for area in areas]
    if compiled["kind"] == "library" and expected[:21] == b"\x73" + bytes(20):
        ignored.append(Area(1, 20))  # its own address, against calls that are no delegatecall
    expected_end, found_end = metadata_start(expected), metadata_start(found)
    body = found[:found_end]
    difference = _difference(expected[:expected_end], body, ignored)
    if difference is not None:
        return Comparison(None, difference)
    values = {}
    for named in (links, immutables):
        for name, areas in named.items():
            parts = {body[area.start : area.start + area.length] for area in areas}
            if len(parts) > 1:  # one variable, or library, has one value
                second = areas[1].start
                return Comparison(None, _told(second, expected[:expected_end], body))
            values[name] = parts.pop()
    own = expected[expected_end:]
    exact = (
        own == found[found_end:]
        and _HASHED.search(own) is not None
        and _difference(expected, found, ignored, strictly=True) is None
    )
    return Comparison(
        Match.EXACT if exact else Match.MATCH,
        None,
        {name: checksum("0x" + values[name].hex()) for name in links},
        {name: "0x" + values[name].hex() for name in immutables},
    )


def compare_creation(compiled: Mapping[str, Any], found: bytes) -> tuple[Comparison, bytes]:
    """What created a contract, against an entry of the compiler; and what follows the code.

    That is the constructor's arguments, where the code is the same.
    """
    links = _links(compiled["link_references"])
    expected = _plain(compiled["bytecode"], links)
    ignored = [area for areas in links.values() for area in areas]
    code = found[: len(expected)]
    difference = _difference(expected, code, ignored)
    if difference is not None:
        return Comparison(None, difference), b""
    exact = (
        _difference(expected, code, ignored, strictly=True) is None
        and _HASHED.search(expected) is not None
    )
    return Comparison(Match.EXACT if exact else Match.MATCH), found[len(expected) :]


def metadata_start(code: bytes) -> int:
    """Where the metadata at the end of code begins; its length where there is none."""
    if len(code) < 2:
        return len(code)
    start = len(code) - 2 - int.from_bytes(code[-2:])
    match = _METADATA.match(code, max(start, 0)) if start >= 0 else None
    return start if match is not None and match.end() == len(code) else len(code)


def metadata_areas(code: bytes) -> list[Area]:
    """All metadata in code: its own, and those of contracts that it creates."""
    return [
        Area(match.start(), match.end() - match.start())
        for match in _METADATA.finditer(code)
        if int.from_bytes(match.group(1)) == match.end() - match.start() - 2
    ]


def _links(references: Mapping[str, Any]) -> dict[str, list[Area]]:
    return {
        f"{file}:{name}": [Area(int(place["start"]), int(place["length"])) for place in places]
        for file, libraries in references.items()
        for name, places in libraries.items()
    }


def _plain(code: str, links: Mapping[str, Sequence[Area]]) -> bytes:
    """Code in hex with zeros where libraries' addresses go."""
    for area in (area for areas in links.values() for area in areas):
        start, end = 2 * area.start, 2 * (area.start + area.length)
        code = code[:start] + "0" * (end - start) + code[end:]
    return bytes.fromhex(code)


def _difference(
    expected: bytes, found: bytes, ignored: Sequence[Area], *, strictly: bool = False
) -> Difference | None:
    """Where two codes are first different, but for what is ignored; ``strictly`` with metadata."""
    areas = [*ignored, *(() if strictly else metadata_areas(expected))]
    ends = sorted({(0, 0), *((a.start, a.start + a.length) for a in areas), (len(expected),) * 2})
    for (_, start), (end, _) in pairwise(ends):
        if expected[start:end] != found[start:end]:
            pairs = zip(expected[start:end], found[start:end], strict=False)
            same = next((n for n, (a, b) in enumerate(pairs) if a != b), None)
            offset = start + same if same is not None else min(len(expected), len(found))
            return _told(offset, expected, found)
    return None if len(expected) == len(found) else _told(len(expected), expected, found)


def _told(offset: int, expected: bytes, found: bytes) -> Difference:
    shown = slice(offset, offset + _SHOWN)
    return Difference(
        offset, "0x" + expected[shown].hex(), "0x" + found[shown].hex(), len(expected), len(found)
    )
