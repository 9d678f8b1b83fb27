"""ABIs and JSON values of theirs, generated; and what has to come back for them."""

from __future__ import annotations

import os

from eth_utils.address import to_checksum_address
from hypothesis import strategies as st

from pocplatform.chain import abi_json

TIMES = 20 if "POC_RANDOM" in os.environ else 1
"""How many times as many examples are drawn with --long, where they are new ones each time."""

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
        "string": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
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
