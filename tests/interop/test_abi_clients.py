"""JSON to the ABI, over the chain and back, beside eth_abi and viem."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_abi.abi import encode as eth_abi_encode
from hypothesis import given, settings
from hypothesis import strategies as st

from pocplatform.chain import abi_json
from pocplatform.chain.reverts import abi_type
from tests.abi_values import CALLS, TIMES, canonical_arguments, json_arguments
from tests.api.contracts.steps import compilation_of, deployed, results, source
from tests.interop.echoes import contracts

SCRIPT = Path(__file__).with_name("abi.mjs")


@pytest.fixture(scope="module")
def developer(join):
    return join("Kaiku Oy")


@pytest.fixture(scope="module")
def echoes(developer):
    """Each function of the generated contracts: the contract, and the function's entry."""
    sources = {f"{name}.sol": text for name, text in contracts().items()}
    sources["Doors.sol"] = source("zoo/Doors")
    body = {"sources": sources, "settings": {"optimizer": False}}
    compilation = compilation_of(developer.api, body)
    live = [deployed(developer.api, compilation, name) for name in contracts()]
    found = [(one, entry) for one in live for entry in one["abi"]]
    mirror = deployed(developer.api, compilation, "Mirror")
    return found, mirror


@pytest.fixture(scope="module")
def viem(run_script):
    """What viem makes of values, and of bytes."""

    def encode(parameters, values):
        answer = run_script(SCRIPT, "encode", parameters=parameters, values=values)
        return bytes.fromhex(answer[2:])

    def decode(parameters, data):
        return run_script(SCRIPT, "decode", parameters=parameters, data="0x" + data.hex())

    return encode, decode


def plain(parameters):
    """Parameters as viem needs them: without names that come twice, functions as bytes."""
    return [
        {"type": one["type"].replace("function", "bytes24")}
        | ({"components": plain(one["components"])} if "components" in one else {})
        for one in parameters
    ]


def listed(parameter, kind, value):
    """JSON as viem gets and gives it: structs as lists, integers as decimal strings."""
    if kind.endswith("]"):
        return [listed(parameter, kind[: kind.rindex("[")], one) for one in value]
    if kind == "tuple":
        return all_listed(parameter["components"], value)
    return str(value) if kind.startswith(("uint", "int")) else value


def all_listed(parameters, values):
    return [
        listed(one, one["type"], value)
        for one, value in zip(parameters, values.values(), strict=True)
    ]


def check_encodings(parameters, arguments, viem):
    """Ours, eth_abi's and viem's are the same, and are read the same."""
    encode, decode = viem
    data = abi_json.encode(parameters, arguments)
    values = all_listed(parameters, canonical_arguments(parameters, arguments))
    types = [abi_type(one) for one in parameters]
    assert data == eth_abi_encode(types, abi_json.from_json(parameters, arguments))
    if parameters:  # for none, viem takes no bytes
        assert data == encode(plain(parameters), values)
        assert decode(plain(parameters), data) == values


@given(data=st.data())
@settings(max_examples=150 * TIMES)
def test_what_solidity_reads_and_writes_is_what_was_sent(developer, echoes, viem, data):
    contract, entry = data.draw(st.sampled_from(echoes[0]))
    arguments = data.draw(json_arguments(entry["inputs"]))
    (sent,) = canonical_arguments(entry["inputs"], arguments).values()
    assert results(developer.api, contract, entry["name"], arguments) == {"same": sent}
    check_encodings(entry["inputs"], arguments, viem)


@given(call=CALLS)
@settings(max_examples=100 * TIMES)
def test_arguments_of_any_abi_come_back_over_the_chain(developer, echoes, viem, call):
    parameters, arguments = call
    entry = {
        "type": "function", "name": "turn", "stateMutability": "view",
        "inputs": parameters, "outputs": parameters,
    }  # fmt: skip
    body = {"address": echoes[1]["address"], "abi": [entry]}
    mirror = developer.api.write("/v1/contracts/attach", body).json()
    found = results(developer.api, mirror, "turn", arguments)
    assert list(found.values()) == list(canonical_arguments(parameters, arguments).values())
    check_encodings(parameters, arguments, viem)
