"""``console.log`` of Hardhat and Foundry: what contracts import for it, and what they said by it.

A contract logs by calling an address at which there is no code, with the values ABI-encoded as the
arguments of a function ``log``. The chain does nothing with it, and a trace tells the call. The
library that makes these calls is written out here, in both tools' names for it.
"""

import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.codec import checksum, keccak256

ADDRESS: Final = checksum("0x000000000000000000636F6e736F6c652e6c6f67")
"""Where both tools listen: the letters of ``console.log``."""

_TYPES: Final = ("uint256", "string", "bool", "address")
_MOST: Final = 4
"""Values of one ``log``, of the four types in any order."""
_OTHERS: Final = {
    "logInt": "int256",
    "logUint": "uint256",
    "logString": "string",
    "logBool": "bool",
    "logAddress": "address",
    "logBytes": "bytes",
    **{f"logBytes{size}": f"bytes{size}" for size in range(1, 33)},
}
"""Functions for one value, by their names; what they call is ``log`` of that type."""
_REFERENCES: Final = ("string", "bytes")
_OLD_SPELLINGS: Final = {"uint256": "uint", "int256": "int"}
"""Of types in the calls of old releases of the two libraries, though no ABI writes them so."""

_HEAD: Final = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.13;

/// @title Logs values for who develops a contract: they are shown in its traces and simulations.
library console {
    function _call(bytes memory said) private view {
        address listener = 0x000000000000000000636F6e736F6c652e6c6f67;
        assembly ("memory-safe") {
            pop(staticcall(gas(), listener, add(said, 32), mload(said), 0, 0))
        }
    }

    // Taken for pure, so that pure functions can log too.
    function _say(bytes memory said) private pure {
        function(bytes memory) internal view seen = _call;
        function(bytes memory) internal pure unseen;
        assembly ("memory-safe") {
            unseen := seen
        }
        unseen(said);
    }
"""
_ALIAS: Final = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.13;

import {console as console2} from "./console.sol";
"""

_CONSOLES: Final = ("hardhat/console.sol", "forge-std/console.sol", "forge-std/src/console.sol")
_ALIASES: Final = ("forge-std/console2.sol", "forge-std/src/console2.sol")
SOURCES: Final = (*_CONSOLES, *_ALIASES)
"""What can be imported."""


class Said(NamedTuple):
    """What one call of ``console.log`` said.

    Attributes:
        signature: As it was called.
        arguments: As JSON (:mod:`pocplatform.chain.abi_json`), in their order.
        text: The line that the tools would show: the values with blanks between them, the first put
            around the others where it is a text with places for them.
    """

    signature: str
    arguments: dict[str, Any]
    text: str


@cache
def source(name: str) -> str:
    """The text of one of :data:`SOURCES`."""
    return _ALIAS if name in _ALIASES else _HEAD + "\n".join(_functions()) + "\n}\n"


def said(to: str | None, calldata: bytes) -> Said | None:
    """What a call said; None if it is none to the console, or in no way that is known."""
    if to != ADDRESS:
        return None
    types = _signatures().get(calldata[:4])
    if types is None:
        return None
    parameters = [{"name": "", "type": kind} for kind in types]
    try:
        arguments = abi_json.decode(parameters, calldata[4:], "arg")
    except DataUnreadable:
        return None
    return Said(f"log({','.join(types)})", arguments, _line(list(arguments.values())))


def _functions() -> Iterator[str]:
    for types in _overloads():
        yield _function("log", types)
    for name, kind in _OTHERS.items():
        yield _function(name, (kind,))


def _overloads() -> Iterator[tuple[str, ...]]:
    for count in range(_MOST + 1):
        yield from itertools.product(_TYPES, repeat=count)


def _function(name: str, types: tuple[str, ...]) -> str:
    given = ", ".join(
        f"{kind}{' memory' if kind in _REFERENCES else ''} {letter}"
        for letter, kind in zip("abcd", types, strict=False)
    )
    values = ", ".join([f'"log({",".join(types)})"', *"abcd"[: len(types)]])
    return (
        f"    function {name}({given}) internal pure {{ _say(abi.encodeWithSignature({values})); }}"
    )


@cache
def _signatures() -> dict[bytes, tuple[str, ...]]:
    """Types by selector."""
    found = {}
    # Which no library here has, for then a plain 5 would be two things.
    signed = ("string", "int256")
    for types in (*_overloads(), *((kind,) for kind in _OTHERS.values()), signed):
        for spelled in (types, tuple(_OLD_SPELLINGS.get(kind, kind) for kind in types)):
            found[keccak256(f"log({','.join(spelled)})".encode())[:4]] = types
    return found


def _line(left: list[Any]) -> str:
    words = [_filled(left.pop(0), left)] if left and isinstance(left[0], str) else []
    return " ".join([*words, *map(_word, left)])


def _filled(text: str, values: list[Any]) -> str:
    """A text with values in the places for them, which are taken from the list."""

    def filled(place: re.Match[str]) -> str:
        kind = place.group(1)
        if kind == "%":
            return "%"
        return _SHOWN[kind](values.pop(0)) if values else place.group()

    return _PLACE.sub(filled, text)


def _word(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _hex(value: Any) -> str:
    text = _word(value)
    return hex(int(text)) if text.removeprefix("-").isdecimal() else text


_SHOWN: Final = {"s": _word, "d": _word, "i": _word, "o": _word, "x": _hex}
"""How a value is shown by the letter after the percent sign."""
_PLACE: Final = re.compile(f"%([%{''.join(_SHOWN)}])")
