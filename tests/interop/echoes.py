"""Solidity contracts whose functions give back what they get, for types nested four deep."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

_VALUES = [
    *(f"{kind}{8 * size}" for kind in ("uint", "int") for size in range(1, 33)),
    *(f"bytes{size}" for size in range(1, 33)),
    "address",
    "bool",
]
_LEAVES = ["string", "uint256", "bytes", "int24", "address", "bytes5", "bool", "uint64"]
_SHAPES = list(itertools.product(("list", "fixed", "struct"), repeat=4))[::4]
"""Ways to nest: with this step every two that can follow one another do."""
_A_CONTRACT = 8
"""Functions in one contract, which has to stay below the limit of code."""


def contracts() -> dict[str, str]:
    """Sources by contract name."""
    return dict(_contracts())


def _contracts() -> Iterator[tuple[str, str]]:
    yield "Echo0", _contract("Echo0", list(_words()))
    leaves = itertools.cycle(_LEAVES)
    nested = [_nested(n, shape, next(leaves)) for n, shape in enumerate(_SHAPES)]
    for number, start in enumerate(range(0, len(nested), _A_CONTRACT), 1):
        name = f"Echo{number}"
        yield name, _contract(name, nested[start : start + _A_CONTRACT])


def _words() -> Iterator[tuple[str, str, str]]:
    """Every elementary type: structs, the function's name and its type."""
    for start in range(0, len(_VALUES), 33):
        name = f"Words{start}"
        members = "".join(f"{kind} m{n}; " for n, kind in enumerate(_VALUES[start : start + 33]))
        yield f"struct {name} {{ {members}}}", f"words{start}", name
    for kind in ("bytes", "string"):
        yield "", f"{kind}_", kind


def _nested(number: int, shape: tuple[str, ...], leaf: str) -> tuple[str, str, str]:
    structs, kind = [], leaf
    for level, wrapper in enumerate(shape):
        if wrapper == "struct":
            name = f"S{number}x{level}"
            structs.append(f"struct {name} {{ {kind} inner; uint16 beside; }}")
            kind = name
        else:
            kind += "[]" if wrapper == "list" else "[2]"
    return "\n".join(structs), f"f{number}", kind


def _contract(name: str, functions: list[tuple[str, str, str]]) -> str:
    body = "\n".join(
        f"{structs}\nfunction {function}({kind} memory given) external pure "
        f"returns ({kind} memory same) {{ return given; }}"
        for structs, function, kind in functions
    )
    return f"pragma solidity ^0.8.20;\ncontract {name} {{\n{body}\n}}\n"
