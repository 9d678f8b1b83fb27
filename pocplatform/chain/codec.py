"""ABI encoding of calls and decoding of results and logs, by the Solidity ABI specification.

web3 encodes: it checks every argument and tells overloads apart. Logs come in great numbers and are
decoded by faster-eth-abi, about thirty times as fast.
"""

import importlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from eth_utils.abi import abi_to_signature, collapse_if_tuple, event_abi_to_log_topic
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from faster_eth_abi import decode

AbiEntry: TypeAlias = Any
"""An entry of a contract's ABI, as the compiler gives it: a mapping."""


@dataclass(frozen=True, slots=True)
class DecodedLog:
    """A log of a known contract: which event it is, its arguments by name, and where it stands."""

    contract: str
    event: str
    args: dict[str, Any]
    address: str
    block_number: int
    transaction_hash: str
    transaction_index: int
    log_index: int


class ContractCodec:
    """The ABI of one contract at one address.

    Args:
        name: The contract's name.
        address: Where it stands.
        abi: Its ABI as the compiler gives it. Overloaded functions are addressed by signature.
    """

    def __init__(self, name: str, address: str, abi: Sequence[AbiEntry]) -> None:
        self.name = name
        self.address = to_checksum_address(address)
        self._abi = abi
        self._functions: dict[str, AbiEntry] = {}
        self._events: dict[bytes, AbiEntry] = {}
        for entry in abi:
            if entry["type"] == "function":
                self._functions[abi_to_signature(entry)] = entry
                self._functions.setdefault(entry["name"], entry)
            elif entry["type"] == "event" and not entry.get("anonymous"):
                self._events[event_abi_to_log_topic(entry)] = entry

    def encode(self, function: str, *args: Any) -> bytes:
        """Calldata for a function by name (or signature, where it is overloaded)."""
        return bytes.fromhex(self._contract.encode_abi(function, args=list(args))[2:])

    @cached_property
    def _contract(self) -> Any:
        # web3 takes a second to import: a start must not wait for it; see `preload`.
        from web3 import Web3

        return Web3().eth.contract(address=self.address, abi=self._abi)

    def decode_result(self, function: str, data: bytes) -> Any:
        """What a call returned: one value, or a tuple of them."""
        outputs = self._functions[function]["outputs"]
        values = decode([collapse_if_tuple(o) for o in outputs], data)
        result = tuple(_tidy(value, o) for value, o in zip(values, outputs, strict=True))
        return result[0] if len(result) == 1 else result

    def decode_log(self, log: Mapping[str, Any]) -> DecodedLog | None:
        """A log as JSON-RPC gives it, decoded; None if the ABI has no such event."""
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        entry = self._events.get(topics[0]) if topics else None
        if entry is None:
            return None
        indexed = [i for i in entry["inputs"] if i["indexed"]]
        plain = [i for i in entry["inputs"] if not i["indexed"]]
        args: dict[str, Any] = {}
        for item, topic in zip(indexed, topics[1:], strict=True):
            if item["type"] in ("string", "bytes") or item["type"].endswith("]"):
                args[item["name"]] = topic  # only the hash is in the log
            else:
                args[item["name"]] = _tidy(decode([item["type"]], topic)[0], item)
        values = decode([collapse_if_tuple(i) for i in plain], bytes.fromhex(log["data"][2:]))
        for item, value in zip(plain, values, strict=True):
            args[item["name"]] = _tidy(value, item)
        return DecodedLog(
            contract=self.name,
            event=entry["name"],
            args=args,
            address=self.address,
            block_number=int(log["blockNumber"], 16),
            transaction_hash=log["transactionHash"],
            transaction_index=int(log["transactionIndex"], 16),
            log_index=int(log["logIndex"], 16),
        )


def _tidy(value: Any, item: AbiEntry) -> Any:
    """Addresses with their EIP-55 checksum, structs as dictionaries."""
    kind: str = item["type"]
    if kind.endswith("]"):
        inner = {**item, "type": kind[: kind.rindex("[")]}
        return [_tidy(element, inner) for element in value]
    if kind == "address":
        return to_checksum_address(value)
    if kind == "tuple":
        return {
            component["name"]: _tidy(element, component)
            for component, element in zip(item["components"], value, strict=True)
        }
    return value


def is_address(text: str) -> bool:
    """Whether ``text`` is an address: 20 bytes in hex, its EIP-55 checksum right if it has one."""
    if len(text) != 42 or not text.startswith("0x"):
        return False
    try:
        bytes.fromhex(text[2:])
    except ValueError:
        return False
    has_case = text[2:] not in (text[2:].lower(), text[2:].upper())
    return not has_case or to_checksum_address(text) == text


def checksum(address: str) -> str:
    """The address with its EIP-55 checksum."""
    return str(to_checksum_address(address))


def keccak256(data: bytes) -> bytes:
    """keccak-256."""
    return bytes(keccak(data))


def preload() -> None:
    """Import web3 in the background, so that the first write need not wait for it."""
    threading.Thread(target=importlib.import_module, args=("web3",), daemon=True).start()
