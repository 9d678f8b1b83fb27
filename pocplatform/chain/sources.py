"""The Solidity sources of the project and what each of them imports.

A source's *unit name* is what solc knows it by: its path from the project's root, with remappings
applied, such as ``contracts/payments/PilotEuro.sol``. Unit names go into the metadata hash at the
end of the bytecode, so they have to be the ones that ape uses.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

CONTRACTS_FOLDER = "contracts"
TEST_FOLDER = "contracts/test"
"""Hostile harnesses and mocks for the tests; never deployed."""

_IMPORT = re.compile(r"""(?:^|;)[^\S\n]*import\b[^;"']*(?:["']([^"'\n]+)["'])?""", re.MULTILINE)
"""Matches what is no import in the end as well, so that no text is looked through twice: of a
stranger's, each line may begin with the word."""


class SourceGraph:
    """The sources below ``root``/contracts, read once, with their transitive imports.

    Args:
        root: The project's folder.
        remappings: ``prefix=target`` pairs, the longest prefix wins.
    """

    def __init__(self, root: Path, remappings: Sequence[str]) -> None:
        self._root = root
        pairs = [remapping.partition("=") for remapping in remappings]
        self._remappings = sorted(
            ((prefix, target) for prefix, _, target in pairs), key=lambda p: -len(p[0])
        )
        self._contents: dict[str, str | None] = {}
        self._digests: dict[str, str] = {}
        self._imports: dict[str, tuple[str, ...]] = {}

    def project_units(self, *, include_tests: bool) -> list[str]:
        """The unit names of the project's own sources, sorted."""
        units = (
            path.relative_to(self._root).as_posix()
            for path in (self._root / CONTRACTS_FOLDER).rglob("*.sol")
        )
        return sorted(u for u in units if include_tests or not u.startswith(TEST_FOLDER + "/"))

    def content(self, unit: str) -> str | None:
        """The text of a unit; None where there is no such file (solc then says so)."""
        if unit not in self._contents:
            try:
                # Universal newlines, as ape reads them: the hash must not depend on the checkout.
                self._contents[unit] = (self._root / unit).read_text(encoding="utf-8")
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                self._contents[unit] = None
        return self._contents[unit]

    def closure(self, units: Iterable[str]) -> list[str]:
        """``units`` and all they import, directly or not, that exist; sorted."""
        seen: set[str] = set()
        waiting = list(units)
        while waiting:
            unit = waiting.pop()
            if unit not in seen and self.content(unit) is not None:
                seen.add(unit)
                waiting.extend(self.imports(unit))
        return sorted(seen)

    def imports(self, unit: str) -> tuple[str, ...]:
        """The unit names that a unit imports itself."""
        if unit not in self._imports:
            text = self.content(unit) or ""
            self._imports[unit] = tuple(self._resolve(unit, name) for name in imported(text))
        return self._imports[unit]

    def digest(self, unit: str) -> str:
        """SHA-256 (hex) over the unit and everything it imports."""
        total = hashlib.sha256()
        for name in self.closure([unit]):
            if name not in self._digests:
                text = self.content(name) or ""
                self._digests[name] = hashlib.sha256(text.encode()).hexdigest()
            total.update(f"{name}\0{self._digests[name]}\n".encode())
        return total.hexdigest()

    def _resolve(self, importer: str, name: str) -> str:
        if name.startswith(("./", "../")):
            return posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
        for prefix, target in self._remappings:
            if name.startswith(prefix):
                return target + name[len(prefix) :]
        return name


def imported(text: str) -> Iterator[str]:
    """What a source imports, as it is written there."""
    # An import quoted in a comment is one dependency too many, which does no harm.
    return (match.group(1) for match in _IMPORT.finditer(text) if match.group(1))
