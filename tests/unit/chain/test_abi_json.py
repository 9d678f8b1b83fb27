"""JSON to the ABI and back, over generated ABIs to depth 4, beside eth_abi."""

from __future__ import annotations

import json

import pytest
from eth_abi.abi import decode as reference_decode
from eth_abi.abi import encode as reference_encode
from eth_abi.exceptions import InvalidPointer
from hypothesis import given, settings
from hypothesis import strategies as st

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import ArgumentInvalid, DataUnreadable
from pocplatform.chain.reverts import abi_type
from tests.abi_values import ABIS, CALLS, canonical_arguments


@given(CALLS)
@settings(max_examples=300)
def test_arguments_are_encoded_as_eth_abi_does_and_come_back_as_they_were(call):
    abi, arguments = call
    types = [abi_type(parameter) for parameter in abi]
    data = abi_json.encode(abi, arguments)
    assert data == reference_encode(types, abi_json.from_json(abi, arguments))
    assert abi_json.decode(abi, data, "arg") == canonical_arguments(abi, arguments)
    json.dumps(abi_json.decode(abi, data, "arg"))


@given(ABIS, st.data())
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused_and_read_only_as_eth_abi_reads_them(abi, data):
    types = [abi_type(parameter) for parameter in abi]
    words = st.integers(0, 200) | st.integers(0, 2**256 - 1) | st.sampled_from([32, 64, 96])
    content = b"".join(w.to_bytes(32) for w in data.draw(st.lists(words, max_size=12)))
    try:
        found = abi_json.decode(abi, content, "arg")
    except DataUnreadable:
        return
    try:
        values = reference_decode(types, content, strict=False)
    except (UnicodeDecodeError, InvalidPointer):  # Solidity itself minds neither
        return
    again = reference_encode(types, values)
    assert abi_json.decode(abi, again, "arg") == found


UINT8 = [{"name": "n", "type": "uint8"}]


@pytest.mark.parametrize(
    "value", [256, -1, "256", "-1", 1.5, 256.0, "1.0", "", "ten", None, True, [1]]
)
def test_number_out_of_range_or_of_another_kind_is_refused_by_name(value):
    with pytest.raises(ArgumentInvalid) as refused:
        abi_json.encode(UINT8, {"n": value})
    assert refused.value.param == "arguments.n"


def test_whole_number_may_be_written_with_a_fraction_of_nothing():
    """In JSON Schema, which the contract's document is in, 1.0 is an integer."""
    assert abi_json.encode(UINT8, {"n": 7.0}) == abi_json.encode(UINT8, {"n": 7})


def test_number_that_json_programs_round_must_be_a_string():
    big = [{"name": "n", "type": "uint256"}]
    with pytest.raises(ArgumentInvalid, match="2\\^53"):
        abi_json.encode(big, [2**53])
    assert abi_json.encode(big, [str(2**53)]) == (2**53).to_bytes(32)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"),  # one letter of its checksum
        ("address", "0x7099"),
        ("address", 0),
        ("bytes4", "0x112233"),
        ("bytes4", "0x1122334455"),
        ("bytes", "0x1"),
        ("bytes", "abcd"),
        ("bytes", "0xzz"),
        ("bool", "true"),
        ("bool", 1),
        ("string", 5),
        ("uint8[2]", [1]),
        ("uint8[]", "1,2"),
        ("uint8[][2]", [[1], 2]),
    ],
)
def test_value_of_another_type_is_refused(kind, value):
    with pytest.raises(ArgumentInvalid):
        abi_json.encode([{"name": "x", "type": kind}], {"x": value})


def test_place_of_a_wrong_value_is_named_through_structs_and_lists():
    abi = [
        {
            "name": "orders",
            "type": "tuple[]",
            "components": [
                {"name": "buyer", "type": "address"},
                {"name": "counts", "type": "uint16[]"},
            ],
        }
    ]
    good = {"buyer": "0x" + "00" * 20, "counts": [1]}
    with pytest.raises(ArgumentInvalid) as refused:
        abi_json.encode(abi, {"orders": [good, good | {"counts": [1, 70000]}]})
    assert refused.value.param == "arguments.orders[1].counts[1]"


@pytest.mark.parametrize("given_", [{}, {"m": 1}, {"n": 1, "m": 1}, [], [1, 2], "1", None])
def test_missing_unknown_and_surplus_arguments_are_refused(given_):
    with pytest.raises(ArgumentInvalid):
        abi_json.encode(UINT8, given_)


def test_parameters_without_names_are_numbered_and_never_hide_others():
    abi = [
        {"name": "arg1", "type": "uint8"},
        {"name": "", "type": "uint8"},
        {"name": "arg1", "type": "uint8"},
    ]
    assert abi_json.names(abi) == ["arg1", "arg1_", "arg2"]
    assert abi_json.names([{"name": "", "type": "bool"}], "result") == ["result"]


def test_few_bytes_that_stand_for_more_values_than_any_memory_holds_are_refused():
    width, depth = 60, 8
    # Each list has many members, whose offsets all point to the one list of the next level.
    level = width.to_bytes(32) + (32 * width).to_bytes(32) * width
    bomb = (32).to_bytes(32) + level * depth
    with pytest.raises(DataUnreadable):
        abi_json.decode([{"name": "x", "type": "uint256" + "[]" * depth}], bomb)


def test_text_that_is_no_utf8_is_shown_with_marks_in_its_place():
    data = (32).to_bytes(32) + (2).to_bytes(32) + b"\xffa".ljust(32, b"\0")
    assert abi_json.decode([{"name": "", "type": "string"}], data) == {"result": "\ufffda"}
