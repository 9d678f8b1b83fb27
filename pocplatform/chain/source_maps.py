"""From a place in bytecode to a line of Solidity, by solc's source maps (Solidity documentation).

A source map has an entry for each instruction; instructions are told apart by walking over the
bytecode, since those that push carry their data with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

_PUSH1, _PUSH32 = 0x60, 0x7F
_MSTORE, _JUMPI, _JUMPDEST, _REVERT = 0x52, 0x57, 0x5B, 0xFD


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A place in a source; lines and columns count from 1.

    Attributes:
        code: The source's text at the place, as far as it is on its line.
    """

    file: str
    line: int
    column: int
    code: str


class SourceMap:
    """The source map of one contract's creation code or runtime code.

    Args:
        code: The code in hex without 0x, libraries' places included.
        compressed: solc's ``sourceMap``.
        files: Name and text of each source by its number; other numbers are of what solc has
            generated, which nobody has written.
    """

    def __init__(self, code: str, compressed: str, files: Mapping[int, tuple[str, str]]) -> None:
        self._instructions, self._operations = _instructions(code)
        self._entries = _entries(compressed)
        self._files = files

    def place(self, steps: Sequence[int]) -> SourcePlace | None:
        """What was executed last, of steps whose newest is the last; None where that is unknown.

        Goes back over what stands for no single place: what solc has generated, what belongs to a
        whole contract or function, such as its dispatcher or the end of a modifier, and the end
        that the optimizer lets several reverts have in common.
        """
        return self._last(steps[: self._common_end(steps)]) or self._last(steps)

    def _common_end(self, steps: Sequence[int]) -> int:
        """Where the block begins that only reverts, with what was written to memory before.

        A revert that is come to by not jumping is that of the condition before it alone.
        """
        operations = [self._operations.get(step) for step in steps]
        if not operations or operations[-1] != _REVERT:
            return len(steps)
        for place in range(len(steps) - 1, -1, -1):
            if operations[place] in (_MSTORE, _JUMPI):
                break
            if operations[place] == _JUMPDEST:
                return place
        return len(steps)

    def _last(self, steps: Sequence[int]) -> SourcePlace | None:
        wide: SourcePlace | None = None
        for step in reversed(steps):
            index = self._instructions.get(step)
            if index is None or index >= len(self._entries):
                continue
            start, length, number = self._entries[index]
            if number not in self._files or start < 0:
                continue
            name, text = self._files[number]
            data = text.encode()  # solc counts bytes
            found = _place(name, data, start, length)
            if b"{" not in data[start : start + length]:
                return found
            wide = wide or found
        return wide


def _place(name: str, data: bytes, start: int, length: int) -> SourcePlace:
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", start)
    end = min(start + length, line_end if line_end >= 0 else len(data))
    return SourcePlace(
        name,
        data.count(b"\n", 0, start) + 1,
        len(data[line_start:start].decode(errors="replace")) + 1,
        data[start:end].decode(errors="replace").strip(),
    )


@lru_cache(maxsize=64)
def _instructions(code: str) -> tuple[dict[int, int], dict[int, int]]:
    """The number of each instruction, and its operation, by its place in the code."""
    found: dict[int, int] = {}
    operations: dict[int, int] = {}
    place = 0
    while 2 * place < len(code):
        found[place] = len(found)
        digits = code[2 * place : 2 * place + 2]
        try:
            operation = int(digits, 16)
        except ValueError:  # within a library's mark, which only what is pushed holds
            break
        operations[place] = operation
        place += 1 + (operation - _PUSH1 + 1 if _PUSH1 <= operation <= _PUSH32 else 0)
    return found, operations


@lru_cache(maxsize=64)
def _entries(compressed: str) -> list[tuple[int, int, int]]:
    """Start, length and source of each instruction; what an entry leaves out is as before it."""

    def unpacked(last: tuple[int, int, int], entry: str) -> tuple[int, int, int]:
        given = ([*entry.split(":"), "", "", ""])[:3]
        start, length, number = (
            int(text) if text else before for text, before in zip(given, last, strict=True)
        )
        return start, length, number

    first = (-1, -1, -1)
    return list(accumulate(compressed.split(";"), unpacked, initial=first))[1:]
