"""What contracts log by the console of Hardhat and Foundry."""

from __future__ import annotations

import re

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from pocplatform.chain import console

SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
EXAMPLES = {"uint256": 7, "string": "text", "bool": True, "address": SOMEBODY}


def calldata(types, values, spelled=None):
    signature = f"log({','.join(spelled or types)})"
    return keccak(text=signature)[:4] + encode(types, values)


def said(types, *values, spelled=None):
    found = console.said(console.ADDRESS, calldata(types, values, spelled))
    assert found is not None
    return found


def declared():
    """The parameters of every function of the library, and what each of them calls."""
    found = re.findall(
        r"function (\w+)\(([^)]*)\) internal pure \{ _say\(abi.encodeWithSignature\(\"([^\"]+)\"",
        console.source("hardhat/console.sol"),
    )
    for name, parameters, called in found:
        yield name, [one.split()[0] for one in parameters.split(", ") if one], called


def test_library_has_log_for_up_to_four_values_and_one_function_for_each_other_type():
    functions = list(declared())
    assert sum(name == "log" for name, _, _ in functions) == 1 + 4 + 16 + 64 + 256
    assert sum(name != "log" for name, _, _ in functions) == 6 + 32
    assert len({(name, *types) for name, types, _ in functions}) == len(functions)
    assert all(called == f"log({','.join(types)})" for _, types, called in functions)


def test_whatever_the_library_logs_is_read():
    for name, types, called in declared():
        if name == "log":
            found = said(types, *(EXAMPLES[kind] for kind in types))
            assert found.signature == called
            assert len(found.arguments) == len(types)


@pytest.mark.parametrize(
    ("types", "spelled"),
    [(["string", "uint256"], ["string", "uint"]), (["int256"], ["int"])],
)  # fmt: skip
def test_calls_of_old_releases_are_read_though_they_spell_types_otherwise(types, spelled):
    values = ["a", 5][-len(types) :]
    assert said(types, *values, spelled=spelled) == said(types, *values)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (["plain", 5, True], "plain 5 true"),
        ([5, "%d", 6], "5 %d 6"),
        (["%s and %d", "a", 6], "a and 6"),
        (["%s and %s", "a"], "a and %s"),
        (["%x", 255], "0xff"),
        (["%x", SOMEBODY], SOMEBODY),
        (["%s", "%s", "a"], "%s a"),
        (["100% of %%", 5], "100% of % 5"),
        (["%q at the end %", 1], "%q at the end % 1"),
        (["%i%o", False, SOMEBODY], f"false{SOMEBODY}"),
        (["line\nbreak"], "line\nbreak"),
    ],
)
def test_line_is_what_the_tools_would_show(values, line):
    kinds = {int: "uint256", bool: "bool", str: "string"}
    types = ["address" if value == SOMEBODY else kinds[type(value)] for value in values]
    assert said(types, *values).text == line


@pytest.mark.parametrize(
    ("to", "data"),
    [
        (SOMEBODY, calldata(["string"], ["a"])),
        (None, b""),
        (console.ADDRESS, b""),
        (console.ADDRESS, b"\x01\x02\x03\x04"),
        (console.ADDRESS, keccak(text="log(string)")[:4] + b"\xff" * 32),
    ],
)
def test_what_is_no_call_to_the_console_or_a_broken_one_says_nothing(to, data):
    assert console.said(to, data) is None
