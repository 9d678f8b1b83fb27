"""The JSON Schema of ABI types says what is taken and what is given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from pocplatform.chain import abi_json
from pocplatform.chain.abi_schema import arguments_schema, example, schema
from tests.abi_values import ABIS, CALLS, canonical_arguments


def fits(schema_, value):
    return Draft202012Validator(schema_).is_valid(value)


def allowed(kind, value):
    """Whether a value is, by the schema and by what encodes it, which must agree."""
    parameter = {"name": "x", "type": kind}
    try:
        abi_json.encode([parameter], [value])
        taken = True
    except abi_json.ArgumentInvalid:
        taken = False
    assert fits(schema(parameter), value) == taken, value
    return taken


@given(call=CALLS)
@settings(max_examples=40)
def test_results_are_as_the_schema_says_and_can_be_sent_back(call):
    parameters, arguments = call
    data = abi_json.encode(parameters, arguments)
    found = abi_json.decode(parameters, data, "arg")
    assert found == canonical_arguments(parameters, arguments)
    assert fits(arguments_schema(parameters), found)
    assert fits(arguments_schema(parameters, "result"), abi_json.decode(parameters, data))


@given(abi=ABIS)
@settings(max_examples=40)
def test_example_fits(abi):
    shown = example(abi)
    assert shown is None or fits(arguments_schema(abi), shown)
    assert shown is None or abi_json.encode(abi, shown) is not None


@pytest.mark.parametrize("kind", ["uint8", "uint48", "uint256", "int8", "int128", "int256"])
def test_numbers_are_taken_up_to_their_bounds(kind):
    low, high = abi_json.bounds(kind)
    for value in (str(low), str(high), hex(low), hex(high), 7, 7.0):
        assert allowed(kind, value)
    for value in (str(10 * high), hex(16 * high), 1.5, "1.0", "", "0x", "ten", None, True):
        assert not allowed(kind, value)
    assert allowed(kind, "-1") == (low < 0)


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        ("bytes", "0x", True), ("bytes", "0x1", False), ("bytes", "0x123", False),
        ("bytes", "0x1234", True), ("bytes", "1234", False), ("bytes4", "0x12345678", True),
        ("bytes4", "0x1234567", False), ("bytes4", "0x123456789a", False),
        ("function", "0x" + "12" * 24, True), ("function", "0x" + "12" * 20, False),
        ("address", "0x" + "11" * 20, True), ("address", "0x" + "11" * 21, False),
        ("bool", False, True), ("bool", "false", False),
    ],
)  # fmt: skip
def test_bytes_and_the_like_have_their_length_and_form(kind, value, right):
    assert allowed(kind, value) == right
