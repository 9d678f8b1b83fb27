"""JSON to the Solidity ABI and back, by a contract's own ABI: what people write and can read.

Numbers: whole numbers up to 2^53 - 1 or, for any size, decimal or 0x strings; what JSON programs
would round is refused. Results give integers of at most 48 bits as numbers and all larger ones as
decimal strings, by their type and not by their value, so that a field has one type. Bytes are
0x-hex, addresses have their EIP-55 checksum, structs are objects by member names.

Decoding is our own, since data comes from anybody's contract: a few hundred bytes whose offsets
all point to the same place stand for more values than fit in any memory, so values are counted.

    PlatformError
    └── InvalidInput            422
        ├── ArgumentInvalid     422  a value that does not fit its ABI type
        └── DataUnreadable      422  bytes that are not what the ABI says
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

from pocplatform.chain.codec import checksum, is_address
from pocplatform.chain.reverts import abi_type
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase

Parameter: TypeAlias = Mapping[str, Any]
"""A parameter of an ABI, as the compiler gives it: name, type, and components of a struct."""

SAFE_INTEGER = 2**53 - 1
"""The largest whole number that every JSON program keeps exact."""
NUMBER_BITS = 48
"""The widest integer type whose results are JSON numbers."""
MAX_VALUES = 100_000
"""Values that one answer of a contract may hold."""

_INTEGER = re.compile(r"(-?)(?:0x([0-9a-fA-F]{1,64})|([0-9]{1,78}))")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_ARRAY = re.compile(r"(.*)\[(\d*)\]")
_SHOWN = 60
_WORD = 32


class ArgumentInvalid(InvalidInput):
    """An argument does not fit its type in the contract's ABI."""

    code = "argument_invalid"
    title = "An argument does not fit the contract"


class DataUnreadable(InvalidInput):
    """What a contract answered, or wrote into a log, is not what its ABI says."""

    code = "data_unreadable"
    title = "The contract's data does not fit its ABI"


def names(parameters: Sequence[Parameter], prefix: str = "arg") -> list[str]:
    """The names of parameters; those without one, or with one that came before, get a number."""
    given = [str(parameter.get("name") or "") for parameter in parameters]
    result: list[str] = []
    for index, name in enumerate(given):
        if not name or name in result:
            name = prefix if prefix == "result" and len(given) == 1 else f"{prefix}{index}"
            while name in result or name in given:
                name += "_"
        result.append(name)
    return result


def encode(parameters: Sequence[Parameter], given: Any, path: str = "arguments") -> bytes:
    """The ABI encoding of JSON arguments: an object by name, or a list in the ABI's order.

    Raises:
        ArgumentInvalid: Wrong count, name, type or range; ``param`` says where.
    """
    values = from_json(parameters, given, path)
    return _encoded([(parameter, str(parameter["type"])) for parameter in parameters], values)


def from_json(
    parameters: Sequence[Parameter], given: Any, path: str = "arguments"
) -> tuple[Any, ...]:
    """JSON arguments as Python values: int, bytes, bool, str, list, and a tuple for a struct.

    Raises as :func:`encode`.
    """
    known = names(parameters)
    if isinstance(given, Mapping):
        for name in given:
            if name not in known:
                raise ArgumentInvalid(
                    "{param} is not known; expected are: {names}.",
                    param=f"{path}.{name}",
                    names=", ".join(known) or "-",
                )
        for name in known:
            if name not in given:
                raise ArgumentInvalid(
                    "{param} is missing; expected are: {names}.",
                    param=f"{path}.{name}",
                    names=", ".join(known),
                )
        given = [given[name] for name in known]
        paths = [f"{path}.{name}" for name in known]
    elif isinstance(given, list):
        if len(given) != len(parameters):
            raise ArgumentInvalid(
                "{param} has {count} values, but {expected} are expected: {names}.",
                param=path,
                count=len(given),
                expected=len(parameters),
                names=", ".join(known) or "-",
            )
        paths = [f"{path}[{index}]" for index in range(len(given))]
    else:
        _refuse(path, Phrase("an object by name, or a list"), given)
    return tuple(
        _value(parameter, str(parameter["type"]), value, place)
        for parameter, value, place in zip(parameters, given, paths, strict=True)
    )


def decode(parameters: Sequence[Parameter], data: bytes, prefix: str = "result") -> dict[str, Any]:
    """What bytes say, by the names of the parameters, as JSON.

    Raises:
        DataUnreadable: They are too short, hold a value out of its type's range, or too many.
    """
    try:
        values = _Decoder(data).named(parameters, 0, prefix)
    except (_Malformed, RecursionError) as error:
        raise DataUnreadable(
            "The {count} bytes {data} are no {types}.",
            next_step="See that the ABI is the one of the contract at this address, and that there "
            "is a contract at all.",
            count=len(data),
            data=_short("0x" + data[:_SHOWN].hex()),
            types="(" + ",".join(abi_type(p) for p in parameters) + ")",
        ) from error
    return dict(values)


@lru_cache(maxsize=1024)
def split_array(kind: str) -> tuple[str, int | None] | None:
    """Element type and length (None where it is open) of an array type; None for other types."""
    match = _ARRAY.fullmatch(kind)
    if match is None:
        return None
    return match.group(1), int(match.group(2)) if match.group(2) else None


def _encoded(items: Sequence[tuple[Parameter, str]], values: Sequence[Any]) -> bytes:
    """The members of a tuple, what is dynamic behind all the rest (ABI specification)."""
    head: list[bytes] = []
    tail: list[bytes] = []
    dynamic = [is_dynamic(parameter, kind) for parameter, kind in items]
    end = 0
    for (parameter, kind), behind in zip(items, dynamic, strict=True):
        end += _WORD if behind else _WORD * static_words(parameter, kind)
    for (parameter, kind), value, behind in zip(items, values, dynamic, strict=True):
        content = _encoded_one(parameter, kind, value)
        if behind:
            head.append(end.to_bytes(_WORD))
            tail.append(content)
            end += len(content)
        else:
            head.append(content)
    return b"".join((*head, *tail))


def _encoded_one(parameter: Parameter, kind: str, value: Any) -> bytes:
    array = split_array(kind)
    if array is not None:
        inner, length = array
        content = _encoded([(parameter, inner)] * len(value), value)
        return content if length is not None else len(value).to_bytes(_WORD) + content
    if kind == "tuple":
        components = parameter["components"]
        return _encoded([(part, str(part["type"])) for part in components], value)
    if kind == "address":
        return bytes(12) + bytes.fromhex(value[2:])
    if kind in ("bytes", "string"):
        data: bytes = value.encode() if kind == "string" else value
        return len(data).to_bytes(_WORD) + data + bytes(-len(data) % _WORD)
    if isinstance(value, bytes):
        return value.ljust(_WORD, b"\0")
    return int(value).to_bytes(_WORD, signed=kind.startswith("int"))


def check_elementary(kind: str, value: Any, path: str) -> None:
    """Raises :class:`ArgumentInvalid` unless JSON is a value of an elementary type."""
    _scalar(kind)(value, path)


def _value(parameter: Parameter, kind: str, value: Any, path: str) -> Any:
    array = split_array(kind)
    if array is not None:
        inner, length = array
        if not isinstance(value, list):
            _refuse(path, Phrase("a list"), value)
        if length is not None and len(value) != length:
            raise ArgumentInvalid(
                "{param} has {count} values, but {kind} has {expected}.",
                param=path,
                count=len(value),
                kind=kind,
                expected=length,
            )
        return [_value(parameter, inner, v, f"{path}[{i}]") for i, v in enumerate(value)]
    if kind == "tuple":
        return from_json(parameter["components"], value, path)
    return _scalar(kind)(value, path)


@lru_cache(maxsize=256)
def _scalar(kind: str) -> Callable[[Any, str], Any]:
    """What turns JSON into a value of an elementary type."""
    if kind.startswith(("uint", "int")):
        low, high = bounds(kind)
        return lambda value, path: _integer(kind, low, high, value, path)
    if kind == "function":
        kind = "bytes24"
    if kind.startswith("bytes"):
        size = int(kind[5:]) if kind != "bytes" else None
        return lambda value, path: _bytes(size, value, path)
    return {"address": _address, "bool": _boolean, "string": _text}[kind]


def bounds(kind: str) -> tuple[int, int]:
    """The least and the greatest value of an integer type."""
    if kind.startswith("uint"):
        return 0, (1 << int(kind[4:])) - 1
    half = 1 << (int(kind[3:]) - 1)
    return -half, half - 1


def _integer(kind: str, low: int, high: int, value: Any, path: str) -> int:
    if isinstance(value, str) and (match := _INTEGER.fullmatch(value)) is not None:
        sign, digits, decimal = match.groups()
        number = int(digits, 16) if digits else int(decimal)
        number = -number if sign else number
    elif (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()  # 1.0 is a whole number (JSON Schema)
    ):
        if abs(value) > SAFE_INTEGER:
            raise ArgumentInvalid(
                "{param} is a number above 2^53, which many programs round.",
                next_step="Send it as a string of decimal digits, in quotation marks.",
                param=path,
            )
        number = int(value)
    else:
        _refuse(path, Phrase("a whole number, or a string of its decimal digits"), value)
    if not low <= number <= high:
        _refuse(path, Phrase("from {low} to {high} ({kind})", low=low, high=high, kind=kind), value)
    return number


def _bytes(size: int | None, value: Any, path: str) -> bytes:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        _refuse(path, Phrase("bytes in hex: 0x and an even number of digits"), value)
    data = bytes.fromhex(value[2:])
    if size is not None and len(data) != size:
        raise ArgumentInvalid(
            "{param} has {count} bytes, but {kind} has {expected}.",
            param=path,
            count=len(data),
            kind=f"bytes{size}",
            expected=size,
        )
    return data


def _address(value: Any, path: str) -> str:
    if not isinstance(value, str) or not is_address(value):
        _refuse(path, Phrase("an address: 0x and 40 hex digits, with its checksum if any"), value)
    return value


def _boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        _refuse(path, Phrase("true or false"), value)
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        _refuse(path, Phrase("a text"), value)
    return value


def _refuse(path: str, expected: Phrase, value: Any) -> NoReturn:
    raise ArgumentInvalid(
        "{param} must be {expected}, not {value}.",
        param=path,
        expected=expected,
        value=_short(json.dumps(value, ensure_ascii=False, default=str)),
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


class _Malformed(ValueError):
    """Bytes that are no encoding of the types."""


class _Decoder:
    """Reads values of the ABI from bytes, as JSON; no more than :data:`MAX_VALUES` of them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAX_VALUES

    def named(
        self, parameters: Sequence[Parameter], base: int, prefix: str = "arg"
    ) -> list[tuple[str, Any]]:
        """The members of a tuple whose head begins at ``base``, with their names."""
        items = [(parameter, str(parameter["type"])) for parameter in parameters]
        return list(zip(names(parameters, prefix), self._members(items, base), strict=True))

    def _members(self, items: Sequence[tuple[Parameter, str]], base: int) -> list[Any]:
        self._left -= len(items)
        if self._left < 0:
            raise _Malformed
        values, place = [], base
        for parameter, kind in items:
            if is_dynamic(parameter, kind):
                values.append(self._one(parameter, kind, base + self._number(place)))
                place += _WORD
            else:
                values.append(self._one(parameter, kind, place))
                place += _WORD * static_words(parameter, kind)
        return values

    def _one(self, parameter: Parameter, kind: str, place: int) -> Any:
        array = split_array(kind)
        if array is not None:
            inner, length = array
            if length is None:
                length, place = self._number(place), place + _WORD
            if length > self._left:
                raise _Malformed
            return self._members([(parameter, inner)] * length, place)
        if kind == "tuple":
            return dict(self.named(parameter["components"], place))
        if kind in ("bytes", "string"):
            size = self._number(place)
            content = self._take(place + _WORD, size)
            # What is no UTF-8 is shown, not refused: contracts need not keep to it.
            return content.decode(errors="replace") if kind == "string" else "0x" + content.hex()
        return _read(kind, self._take(place, _WORD))

    def _number(self, place: int) -> int:
        return int.from_bytes(self._take(place, _WORD))

    def _take(self, place: int, size: int) -> bytes:
        if place + size > len(self._data):
            raise _Malformed
        return self._data[place : place + size]


def _read(kind: str, word: bytes) -> Any:
    """An elementary value from its word."""
    if kind == "function":
        kind = "bytes24"
    if kind.startswith("bytes"):
        size = int(kind[5:])
        if any(word[size:]):
            raise _Malformed
        return "0x" + word[:size].hex()
    if kind.startswith(("uint", "int")):
        number = int.from_bytes(word, signed=kind.startswith("int"))
        low, high = bounds(kind)
        if not low <= number <= high:
            raise _Malformed
        return number if int(kind.lstrip("uint")) <= NUMBER_BITS else str(number)
    number = int.from_bytes(word)
    if number >= (2 if kind == "bool" else 1 << 160):
        raise _Malformed
    return bool(number) if kind == "bool" else checksum("0x" + word[12:].hex())


def is_dynamic(parameter: Parameter, kind: str) -> bool:
    """Whether a value of the type stands behind an offset (ABI specification)."""
    array = split_array(kind)
    if array is not None:
        return array[1] is None or is_dynamic(parameter, array[0])
    if kind == "tuple":
        return any(is_dynamic(part, str(part["type"])) for part in parameter["components"])
    return kind in ("bytes", "string")


def static_words(parameter: Parameter, kind: str) -> int:
    """Words of a type that is not dynamic."""
    array = split_array(kind)
    if array is not None:
        return (array[1] or 0) * static_words(parameter, array[0])
    if kind == "tuple":
        return sum(static_words(part, str(part["type"])) for part in parameter["components"])
    return 1
