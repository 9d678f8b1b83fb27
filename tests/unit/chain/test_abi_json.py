"""JSON to the ABI and back, over generated ABIs to depth 4, beside eth_abi."""

from __future__ import annotations

import json

import pytest
from eth_abi.abi import decode as reference_decode
from eth_abi.abi import encode as reference_encode
from eth_abi.exceptions import InvalidPointer
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import ArgumentInvalid, DataUnreadable
from pocplatform.chain.reverts import abi_type

ELEMENTARY = st.one_of(
    st.builds(lambda n: f"uint{8 * n}", st.integers(1, 32)),
    st.builds(lambda n: f"int{8 * n}", st.integers(1, 32)),
    st.builds(lambda n: f"bytes{n}", st.integers(1, 32)),
    st.sampled_from(["address", "bool", "bytes", "string", "function"]),
)
NAMES = st.text("abcdefgh", max_size=3)


def nested(inner):
    tuples = st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: {"type": "tuple", "components": parts}
    )
    arrays = st.builds(
        lambda part, size: part | {"type": f"{part['type']}[{size}]"},
        inner,
        st.sampled_from(["", "1", "2"]),
    )
    return st.builds(lambda p, name: p | {"name": name}, st.one_of(tuples, arrays), NAMES)


def parameters(depth):
    level = st.builds(lambda kind, name: {"type": kind, "name": name}, ELEMENTARY, NAMES)
    for _ in range(depth):
        level = st.one_of(level, nested(level))
    return level


ABIS = st.lists(parameters(4), min_size=0, max_size=4)


def json_values(parameter, kind):
    """JSON values of a type, in every spelling that is taken."""
    array = abi_json.split_array(kind)
    if array is not None:
        inner, size = array
        least, most = (0, 3) if size is None else (size, size)
        return st.lists(json_values(parameter, inner), min_size=least, max_size=most)
    if kind == "tuple":
        return json_arguments(parameter["components"])
    if kind.startswith(("uint", "int")):
        low, high = abi_json.bounds(kind)
        number = st.integers(low, high)
        small = st.integers(max(low, -(2**53) + 1), min(high, 2**53 - 1))
        return st.one_of(small, number.map(str), number.map(hex))
    if kind == "bytes":
        return st.binary(max_size=70).map(lambda b: "0x" + b.hex())
    if kind == "function" or kind.startswith("bytes"):
        size = 24 if kind == "function" else int(kind[5:])
        return st.binary(min_size=size, max_size=size).map(lambda b: "0x" + b.hex())
    return {
        "address": st.binary(min_size=20, max_size=20).map(
            lambda b: to_checksum_address("0x" + b.hex())
        ),
        "bool": st.booleans(),
        "string": st.text(st.characters(codec="utf-8"), max_size=40),
    }[kind]


def json_arguments(abi):
    names = abi_json.names(abi)
    values = [json_values(parameter, parameter["type"]) for parameter in abi]
    by_position = st.tuples(*values).map(list)
    by_name = st.tuples(*values).map(lambda vs: dict(zip(names, vs, strict=True)))
    return st.one_of(by_position, by_name)


CALLS = ABIS.flatmap(lambda abi: st.tuples(st.just(abi), json_arguments(abi)))


def canonical(parameter, kind, value):
    """What comes back for JSON that was given, worked out another way than by the module."""
    if kind.endswith("]"):
        return [canonical(parameter, kind[: kind.rindex("[")], v) for v in value]
    if kind == "tuple":
        return canonical_arguments(parameter["components"], value)
    if kind.startswith(("uint", "int")):
        number = int(value, 0) if isinstance(value, str) else value
        return number if int(kind.lstrip("uint")) <= 48 else str(number)
    return value


def canonical_arguments(abi, given_):
    names = abi_json.names(abi)
    values = [given_[n] for n in names] if isinstance(given_, dict) else given_
    return {
        n: canonical(p, p["type"], v) for n, p, v in zip(names, abi, values, strict=True)
    }  # fmt: skip


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


@pytest.mark.parametrize("value", [256, -1, "256", "-1", 1.0, "1.0", "", "ten", None, True, [1]])
def test_number_out_of_range_or_of_another_kind_is_refused_by_name(value):
    with pytest.raises(ArgumentInvalid) as refused:
        abi_json.encode(UINT8, {"n": value})
    assert refused.value.param == "arguments.n"


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
