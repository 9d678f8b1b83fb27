"""Which solc a source asks for: npm's ranges of versions, as pragmas have them."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

Version: TypeAlias = tuple[int, int, int]

# Of strangers' texts: none of these looks at the same characters again and again.
_PRAGMA = re.compile(r"\bpragma\s+solidity\s+([^;]{1,200});")
_COMMENT = re.compile(r"//[^\n]*|/\*(?s:.*?\*/|.*)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_COMPARATOR = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?")
_LATEST = (1 << 30, 0, 0)


def pragmas(sources: Mapping[str, str]) -> list[str]:
    """The ranges of versions that sources ask for."""
    found = []
    for text in sources.values():
        found += _PRAGMA.findall(_COMMENT.sub(" ", text))
    return found


def chosen(ranges: Iterable[str], versions: Iterable[str], preferred: str) -> str | None:
    """The version that satisfies all ranges: the preferred one, else the newest; None if none."""
    wanted = [_alternatives(text) for text in ranges]
    fitting = [
        version
        for version in versions
        if all(any(low <= parsed(version) < high for low, high in one) for one in wanted)
    ]
    if preferred in fitting:
        return preferred
    return max(fitting, key=parsed, default=None)


def parsed(version: str) -> Version:
    """A version such as 0.8.30, to be compared."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def _alternatives(text: str) -> list[tuple[Version, Version]]:
    """What a range takes: from the first version, up to before the second."""
    return [_intersection(_HYPHEN.sub(r">=\1 <=\2", one)) for one in text.split("||")]


def _intersection(text: str) -> tuple[Version, Version]:
    low, high = (0, 0, 0), _LATEST
    for operator, *parts in _COMPARATOR.findall(text):
        known = [int(part) for part in parts if part.isdigit()]
        first = (*known, 0, 0, 0)[0], (*known, 0, 0, 0)[1], (*known, 0, 0, 0)[2]
        begins, ends = _bounds(operator, first, len(known))
        low, high = max(low, begins), min(high, ends)
    return low, high


def _bounds(operator: str, version: Version, parts: int) -> tuple[Version, Version]:
    major, minor, _ = version
    after = _after(version, parts)
    match operator:
        case "^":
            # Up to the next change of the leftmost number that is not 0.
            leftmost = next((n for n, part in enumerate(version[:parts], 1) if part), parts)
            return version, _after(version, leftmost)
        case "~":
            return version, (major, minor + 1, 0) if parts > 1 else after
        case ">=":
            return version, _LATEST
        case ">":
            return after, _LATEST
        case "<":
            return (0, 0, 0), version
        case "<=":
            return (0, 0, 0), after
    return version, after


def _after(version: Version, parts: int) -> Version:
    """The first version whose first so many parts are larger."""
    major, minor, patch = version
    return {1: (major + 1, 0, 0), 2: (major, minor + 1, 0)}.get(parts, (major, minor, patch + 1))
