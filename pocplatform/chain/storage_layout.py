"""Names and values of variables in storage, by solc's ``storageLayout`` (Solidity documentation).

What mappings and lists hold stands at hashes: of a key and the mapping's place, or of the list's
place. A hash cannot be turned back, so keys are tried: whatever the transaction has handed around.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pocplatform.chain.abi_json import NUMBER_BITS
from pocplatform.chain.codec import checksum, keccak256

_WORD: Final = 32
_FAR: Final = 1 << 64
"""Slots behind a hash that can belong to it: no list or struct is longer."""
_DEEPEST: Final = 12
"""Types within types, and mappings within mappings."""
_CONSTANT_SLOTS: Final = 100
"""Slots of one variable that are looked through for mappings, lists and texts."""
_ELEMENTS: Final = 8
"""Elements of a list that are looked through for the same."""
_HASHES: Final = 20_000
"""Hashes that are tried: some tenth of a second."""
_KEYS: Final = 300
_LONGEST_KEY: Final = 256
"""Bytes of a text that is tried as a key."""
_MOST: Final = 40
"""Variables of one slot; it holds at most 32, but other types may be laid over it."""


class Keys:
    """What may be keys of mappings: words and texts that a transaction has handed around."""

    def __init__(self) -> None:
        self._words: dict[bytes, None] = {bytes(_WORD): None}
        self._texts: dict[bytes, None] = {}

    def add_number(self, number: int) -> None:
        """An account, or a number."""
        if len(self._words) < _KEYS and 0 <= number < 1 << (8 * _WORD):
            self._words[number.to_bytes(_WORD)] = None

    def add_data(self, data: bytes) -> None:
        """The words of ABI-encoded data, and the texts in it."""
        for place in range(0, min(len(data), _KEYS * _WORD), _WORD):
            number = int.from_bytes(data[place : place + _WORD])
            self.add_number(number)
            text = data[place + _WORD : place + _WORD + number] if number <= _LONGEST_KEY else b""
            if len(text) == number > 0 and len(self._texts) < _KEYS:
                self._texts[text] = None

    def of(self, kind: Mapping[str, Any]) -> list[bytes]:
        """Those that can be keys of a type, as they are hashed."""
        if kind.get("encoding") == "bytes":
            return list(self._texts)
        size = int(kind.get("numberOfBytes", _WORD))
        if str(kind.get("label", "")).startswith("bytes"):
            return [word for word in self._words if not any(word[size:])]
        signed = str(kind.get("label", "")).startswith("int")
        return [word for word in self._words if _fits(word, size, signed=signed)]


def _fits(word: bytes, size: int, *, signed: bool) -> bool:
    above = word[: _WORD - size]
    return not any(above) or (signed and all(byte == 0xFF for byte in above))


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, or a part of one, that stands in one slot.

    Attributes:
        name: As Solidity would write it, such as ``balances[0x…].amount``.
        type: solc's name of its type, such as ``uint256``.
        offset: Bytes from the right end of the word.
        size: Bytes that it takes.
        encoding: solc's: inplace, mapping, dynamic_array or bytes.
    """

    name: str
    type: str
    offset: int
    size: int
    encoding: str
    type_id: str

    def value(self, word: int) -> Any:
        """Its value in a storage word, as JSON; of texts and lists what this word says of them."""
        if self.encoding == "bytes":
            return _text(word, self.type)
        if self.encoding != "inplace":
            return str(word)
        number = (word >> (8 * self.offset)) & ((1 << (8 * self.size)) - 1)
        return _elementary(self.type, number, self.size)


class StorageLayout:
    """Where the variables of a contract stand.

    Args:
        layout: solc's ``storageLayout``.
        keys: What may be keys of mappings.
    """

    def __init__(self, layout: Mapping[str, Any], keys: "Keys") -> None:
        self._variables: Sequence[Mapping[str, Any]] = layout.get("storage") or ()
        self._types: Mapping[str, Mapping[str, Any]] = layout.get("types") or {}
        self._keys = keys

    @cached_property
    def _preimages(self) -> dict[int, bytes]:
        """Where mappings, lists and texts keep what they hold: what was hashed, by the hash."""
        found: dict[int, bytes] = {}
        waiting = deque(
            (variable.type_id, slot)
            for slot in self._constant_slots()
            for variable in self._static(slot)
            if variable.encoding != "inplace"
        )
        while waiting and len(found) < _HASHES:
            type_id, slot = waiting.popleft()
            kind, place = self._types[type_id], slot.to_bytes(_WORD)
            inner, keys = kind.get("value") or kind.get("base"), [b""]
            if kind["encoding"] == "mapping":
                keys = self._keys.of(self._types.get(kind["key"], {}))
            for key in keys:
                begin = int.from_bytes(keccak256(key + place))
                found[begin] = key + place
                if inner is not None:
                    waiting.extend(self._containers(inner, begin, kind["encoding"]))
        return found

    def _containers(self, type_id: str, begin: int, encoding: str) -> Iterator[tuple[str, int]]:
        """The mappings, lists and texts in what a mapping holds, or in a list's first elements."""
        count = 1 if encoding == "mapping" else _ELEMENTS
        size = -(-int(self._types[type_id]["numberOfBytes"]) // _WORD)
        for slot in range(begin, begin + min(size * count, _CONSTANT_SLOTS)):
            start = begin + (slot - begin) // size * size
            for variable in self._within("", type_id, start, 0, slot, 0):
                if variable.encoding != "inplace":
                    yield variable.type_id, slot

    @cached_property
    def _hashes(self) -> list[int]:
        return sorted(self._preimages)

    def at(self, slot: int) -> list[Variable]:
        """The variables in a slot; none where that is not known."""
        found = []
        for variable in self._at(slot, 0):
            found.append(variable)
            if len(found) >= _MOST:
                break
        return found

    def _constant_slots(self) -> Iterator[int]:
        for entry in self._variables:
            size = -(-int(self._types[entry["type"]]["numberOfBytes"]) // _WORD)
            first = int(entry["slot"])
            yield from range(first, first + min(size, _CONSTANT_SLOTS))

    def _static(self, slot: int) -> Iterator[Variable]:
        for entry in self._variables:
            place = int(entry["slot"]), int(entry["offset"])
            yield from self._within(str(entry["label"]), entry["type"], *place, slot, 0)

    def _at(self, slot: int, depth: int) -> Iterator[Variable]:
        yield from self._static(slot)
        if slot < _FAR:
            return
        behind = bisect_right(self._hashes, slot)
        if not behind or depth > _DEEPEST:
            return
        hashed = self._hashes[behind - 1]
        if slot - hashed >= _FAR:
            return
        content = self._preimages[hashed]
        holder = int.from_bytes(content[-_WORD:])
        for outer in self._at(holder, depth + 1):
            yield from self._behind(outer, content[:-_WORD], hashed, slot)

    def _behind(self, outer: Variable, key: bytes, hashed: int, slot: int) -> Iterator[Variable]:
        """What a mapping, list or text keeps at the hash of its place."""
        known = self._types[outer.type_id]
        if outer.encoding == "mapping" and key:
            name = f"{outer.name}[{_key(self._types.get(known['key'], {}), key)}]"
            yield from self._within(name, known["value"], hashed, 0, slot, 0)
        elif outer.encoding == "dynamic_array" and not key:
            yield from self._element(outer.name, known["base"], hashed, slot, 0)
        elif outer.encoding == "bytes" and not key:
            first = _WORD * (slot - hashed)
            name = f"{outer.name}[{first}:{first + _WORD}]"
            yield Variable(name, "bytes32", 0, _WORD, "inplace", "t_bytes32")

    def _within(
        self, name: str, type_id: str, start: int, offset: int, slot: int, depth: int
    ) -> Iterator[Variable]:
        """What of a variable that begins at ``start`` stands in ``slot``."""
        kind = self._types.get(type_id)
        if kind is None or depth > _DEEPEST:
            return
        size = int(kind["numberOfBytes"])
        if not start <= slot < start + max(1, -(-size // _WORD)):
            return
        if "members" in kind:
            for member in kind["members"]:
                yield from self._within(
                    f"{name}.{member['label']}",
                    member["type"],
                    start + int(member["slot"]),
                    int(member["offset"]),
                    slot,
                    depth + 1,
                )
        elif kind["encoding"] == "inplace" and "base" in kind:
            length = int(kind["label"].rpartition("[")[2].rstrip("]"))
            yield from self._element(name, kind["base"], start, slot, depth + 1, length)
        else:
            label = str(kind["label"])
            yield Variable(name, label, offset, size, kind["encoding"], type_id)

    def _element(
        self, name: str, base: str, start: int, slot: int, depth: int, length: int = _FAR
    ) -> Iterator[Variable]:
        """The elements of a list that stand in a slot: several where they are small."""
        size = int(self._types.get(base, {}).get("numberOfBytes", _WORD))
        if size > _WORD // 2:
            words = -(-size // _WORD)
            index = (slot - start) // words
            begin = start + index * words
            yield from self._within(f"{name}[{index}]", base, begin, 0, slot, depth + 1)
            return
        in_word = _WORD // size
        for place in range(in_word):
            index = (slot - start) * in_word + place
            if index < length:
                inner = f"{name}[{index}]"
                yield from self._within(inner, base, slot, place * size, slot, depth + 1)


def _key(kind: Mapping[str, Any], key: bytes) -> str:
    """A mapping's key as Solidity would write it."""
    label = str(kind.get("label", "bytes32"))
    if label == "string":
        return '"' + key.decode(errors="replace") + '"'
    if label == "bytes" or len(key) != _WORD:
        return "0x" + key.hex()
    size = int(kind.get("numberOfBytes", _WORD))
    if re.fullmatch(r"bytes\d+", label):
        return "0x" + key[:size].hex()
    value = _elementary(label, int.from_bytes(key) & ((1 << (8 * size)) - 1), size)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _elementary(label: str, number: int, size: int) -> Any:
    if label.startswith(("address", "contract ")):
        return checksum(f"0x{number:040x}")
    if label == "bool":
        return bool(number)
    if label.startswith("int"):
        bits = 8 * size
        number -= (number >> (bits - 1)) << bits
    elif not label.startswith(("uint", "enum ")):
        return f"0x{number:0{2 * size}x}"  # bytes…, functions, types of the author's own
    return number if 8 * size <= NUMBER_BITS else str(number)


def _text(word: int, label: str) -> str:
    """A text or bytes: itself where it is short, else its length."""
    if word & 1:
        return f"({(word - 1) // 2} bytes)"
    content = word.to_bytes(_WORD)[: (word & 0xFF) // 2]
    return content.decode(errors="replace") if label == "string" else "0x" + content.hex()
