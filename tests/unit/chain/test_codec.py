"""Our calls and logs are those that web3 makes and reads, for every contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from eth_abi.tools import get_abi_strategy
from eth_utils.abi import abi_to_signature, collapse_if_tuple, event_abi_to_log_topic
from faster_eth_abi import encode
from faster_eth_abi.exceptions import EncodingError
from hypothesis import given, settings
from hypothesis import strategies as st
from web3 import Web3

from pocplatform.chain.codec import ContractCodec
from pocplatform.chain.compiler import compile_project
from pocplatform.kit.settings import PROJECT_ROOT

ADDRESS = "0x" + "11" * 20


@pytest.fixture(scope="module")
def artifacts():
    return compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")


@pytest.fixture(scope="module")
def euro(artifacts):
    return ContractCodec("PilotEuro", ADDRESS, artifacts["PilotEuro"].abi)


def test_calldata_of_every_function_is_that_of_web3(artifacts):
    seen = 0
    for name, artifact in artifacts.deployable().items():
        codec = ContractCodec(name, ADDRESS, artifact.abi)
        contract = Web3().eth.contract(address=ADDRESS, abi=artifact.abi)
        for entry in (e for e in artifact.abi if e["type"] == "function"):
            signature = abi_to_signature(entry)
            types = [collapse_if_tuple(i) for i in entry["inputs"]]

            for_some_arguments(types, partial(same_call, codec, contract, signature))
            seen += 1
    assert seen > 200


def test_logs_of_every_event_are_read_as_web3_reads_them(artifacts):
    seen = 0
    for name, artifact in artifacts.deployable().items():
        codec = ContractCodec(name, ADDRESS, artifact.abi)
        contract = Web3().eth.contract(address=ADDRESS, abi=artifact.abi)
        for entry in (e for e in artifact.abi if e["type"] == "event"):
            # Overloads and anonymous events do not occur.
            assert not entry["anonymous"]
            types = [collapse_if_tuple(i) for i in entry["inputs"]]

            for_some_arguments(types, partial(same_log, codec, contract, entry))
            seen += 1
    assert seen > 60


def for_some_arguments(types: list[str], check: Callable[[tuple[Any, ...]], None]) -> None:
    @settings(max_examples=4, deadline=None, derandomize=True)
    @given(st.tuples(*map(get_abi_strategy, types)))
    def run(arguments: tuple[Any, ...]) -> None:
        check(arguments)

    run()


def same_call(
    codec: ContractCodec, contract: Any, signature: str, arguments: tuple[Any, ...]
) -> None:
    expected = contract.encode_abi(signature, args=list(arguments))
    assert "0x" + codec.encode(signature, *arguments).hex() == expected


def same_log(
    codec: ContractCodec, contract: Any, entry: dict[str, Any], arguments: tuple[Any, ...]
) -> None:
    log = log_of(entry, arguments)
    decoded = codec.decode_log(log)
    expected = contract.events[entry["name"]]().process_log(receipt_log(log))["args"]
    assert decoded is not None
    assert decoded.args == {name: plain(value) for name, value in expected.items()}


def log_of(entry: dict[str, Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The log that a contract would leave, as JSON-RPC gives it."""
    topics, types, values = [event_abi_to_log_topic(entry)], [], []
    for item, value in zip(entry["inputs"], arguments, strict=True):
        if not item["indexed"]:
            types.append(collapse_if_tuple(item))
            values.append(value)
        elif item["type"] == "string":
            topics.append(Web3.keccak(text=value))
        else:
            topics.append(encode([item["type"]], [value]))
    return {
        "address": ADDRESS,
        "topics": ["0x" + topic.hex() for topic in topics],
        "data": "0x" + encode(types, values).hex(),
        "blockNumber": "0x1",
        "blockHash": "0x" + "22" * 32,
        "transactionHash": "0x" + "33" * 32,
        "transactionIndex": "0x0",
        "logIndex": "0x0",
    }


def receipt_log(log: dict[str, Any]) -> dict[str, Any]:
    return {
        **log,
        "topics": [bytes.fromhex(topic[2:]) for topic in log["topics"]],
        "data": bytes.fromhex(log["data"][2:]),
        "blockNumber": 1,
        "transactionIndex": 0,
        "logIndex": 0,
    }


def plain(value: Any) -> Any:
    """web3's own containers as ours."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def test_struct_may_be_a_mapping(artifacts):
    market = ContractCodec("Market", ADDRESS, artifacts["Market"].abi)
    order = {
        "maker": ADDRESS, "collection": ADDRESS, "kind": 1, "tokenId": 2, "amount": 3,
        "unitPrice": 4, "nonce": 5, "deadline": 6,
    }  # fmt: skip
    as_tuple = market.encode("hashOrder", tuple(order.values()), False)
    assert market.encode("hashOrder", dict(reversed(order.items())), False) == as_tuple


def test_function_that_is_not_there_is_refused(euro):
    with pytest.raises(KeyError):
        euro.encode("mintAll", 1)


@pytest.mark.parametrize("arguments", [(), (ADDRESS,), (ADDRESS, 1, 2)])
def test_other_number_of_arguments_is_refused(euro, arguments):
    with pytest.raises(ValueError, match=f"takes 2 arguments, not {len(arguments)}"):
        euro.encode("transfer", *arguments)


@pytest.mark.parametrize(
    "arguments", [(ADDRESS, -1), (ADDRESS, 2**256), (ADDRESS, "1"), ("0x11", 1), (ADDRESS, None)]
)
def test_argument_of_another_type_or_range_is_refused(euro, arguments):
    with pytest.raises(EncodingError):
        euro.encode("transfer", *arguments)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_fixed_bytes_of_another_length_are_refused_and_not_filled_up(euro, length):
    with pytest.raises(ValueError, match="bytes32 has 32"):
        euro.encode("hasRole", bytes(length), ADDRESS)
