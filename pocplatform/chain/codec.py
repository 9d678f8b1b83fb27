"""ABI encoding of calls and decoding of results and logs, by the Solidity ABI specification.

faster-eth-abi does the work: web3 gives the same bytes (a test compares them) but takes twenty
times as long over a call, thirty times over a log, and a second to be imported.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from eth_utils.abi import (
    abi_to_signature,
    collapse_if_tuple,
    event_abi_to_log_topic,
    function_abi_to_4byte_selector,
)
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from faster_eth_abi import decode, encode

from pocplatform.kit.errors import InvalidInput

AbiEntry: TypeAlias = Any
"""An entry of a contract's ABI, as the compiler gives it: a mapping."""


class DecodedLog(NamedTuple):
    """A log of a known contract: which event it is, its arguments by name, and where it stands."""

    contract: str
    event: str
    args: dict[str, Any]
    address: str
    block_number: int
    transaction_hash: str
    transaction_index: int
    log_index: int


Reader: TypeAlias = Callable[[str], Any]
"""Reads a value from the hex digits of a word."""
Writer: TypeAlias = Callable[[Any], bytes | None]
"""The word of a value; None if it takes a closer look."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of an ABI, with the types as the codec takes them.

    Attributes:
        writers: Of each parameter, where each is one word that can be written here; else None.
    """

    selector: bytes
    inputs: list[AbiEntry]
    input_types: list[str]
    writers: list[Writer] | None
    outputs: list[AbiEntry]
    output_types: list[str]

    @classmethod
    def of(cls, entry: AbiEntry) -> "_Function":
        inputs, outputs = entry["inputs"], entry["outputs"]
        writers = [_WRITERS.get(item["type"]) for item in inputs]
        return cls(
            function_abi_to_4byte_selector(entry),
            inputs,
            [collapse_if_tuple(item) for item in inputs],
            [it for it in writers if it] if all(writers) else None,
            outputs,
            [collapse_if_tuple(item) for item in outputs],
        )


@dataclass(frozen=True, slots=True)
class _Event:
    """An event of an ABI, its parameters apart by where a log has them.

    Attributes:
        topics: Name and reader of each indexed parameter.
        words: Name and reader of each other parameter, where each is one word; else None.
        plain: The other parameters.
        plain_types: Their types.
    """

    name: str
    topics: list[tuple[str, Reader]]
    words: list[tuple[str, Reader]] | None
    plain: list[AbiEntry]
    plain_types: list[str]

    @classmethod
    def of(cls, entry: AbiEntry) -> "_Event":
        indexed = [item for item in entry["inputs"] if item["indexed"]]
        plain = [item for item in entry["inputs"] if not item["indexed"]]
        readers = [(item["name"], _reader(item["type"])) for item in plain]
        return cls(
            entry["name"],
            # Of what takes more than a word, only the hash is in the log.
            [(item["name"], _reader(item["type"]) or bytes.fromhex) for item in indexed],
            [(name, reader) for name, reader in readers if reader]
            if all(reader for _, reader in readers)
            else None,
            plain,
            [collapse_if_tuple(item) for item in plain],
        )


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
        self._functions: dict[str, _Function] = {}
        self._events: dict[str, _Event] = {}
        for entry in abi:
            if entry["type"] == "function":
                function = _Function.of(entry)
                self._functions[abi_to_signature(entry)] = function
                self._functions.setdefault(entry["name"], function)
            elif entry["type"] == "event" and not entry.get("anonymous"):
                self._events["0x" + event_abi_to_log_topic(entry).hex()] = _Event.of(entry)

    def encode(self, function: str, *args: Any) -> bytes:
        """Calldata for a function by name (or signature, where it is overloaded).

        Structs are given as tuples in the order of their members, or as mappings.

        Raises:
            KeyError: There is no such function.
            EncodingError, ValueError: The arguments do not fit it.
        """
        found = self._functions[function]
        if len(args) != len(found.inputs):
            raise ValueError(f"{function} takes {len(found.inputs)} arguments, not {len(args)}")
        if found.writers is not None:
            words = [write(value) for write, value in zip(found.writers, args, strict=True)]
            if None not in words:
                return b"".join([found.selector, *words])  # type: ignore[list-item]
        values = [_ordered(value, item) for value, item in zip(args, found.inputs, strict=True)]
        return found.selector + encode(found.input_types, values)

    def decode_result(self, function: str, data: bytes) -> Any:
        """What a call returned: one value, or a tuple of them."""
        found = self._functions[function]
        values = decode(found.output_types, data)
        result = tuple(_tidy(value, o) for value, o in zip(values, found.outputs, strict=True))
        return result[0] if len(result) == 1 else result

    def decode_log(self, log: Mapping[str, Any]) -> DecodedLog | None:
        """A log as JSON-RPC gives it, decoded; None if the ABI has no such event."""
        topics = log["topics"]
        event = self._events.get(topics[0]) if topics else None
        if event is None:
            return None
        args: dict[str, Any] = {
            name: read(topic[2:])
            for (name, read), topic in zip(event.topics, topics[1:], strict=True)
        }
        data: str = log["data"][2:]
        if event.words is not None and len(data) == _WORD * len(event.words):
            for place, (name, read) in enumerate(event.words):
                args[name] = read(data[_WORD * place : _WORD * (place + 1)])
        else:
            values = decode(event.plain_types, bytes.fromhex(data))
            for item, value in zip(event.plain, values, strict=True):
                args[item["name"]] = _tidy(value, item)
        return DecodedLog(
            contract=self.name,
            event=event.name,
            args=args,
            address=self.address,
            block_number=int(log["blockNumber"], 16),
            transaction_hash=log["transactionHash"],
            transaction_index=int(log["transactionIndex"], 16),
            log_index=int(log["logIndex"], 16),
        )


_WORD = 64
"""Hex digits of a word of the ABI."""


def _reader(kind: str) -> Reader | None:
    """Reads a value of a type that takes one word, from its hex digits; None for other types."""
    if kind.startswith("uint") and kind[4:].isdigit():
        return _unsigned
    if kind.startswith("int") and kind[3:].isdigit():
        return _signed
    if kind.startswith("bytes") and kind[5:].isdigit():
        digits = 2 * int(kind[5:])
        return lambda word: bytes.fromhex(word[:digits])
    return {"address": _address, "bool": _boolean}.get(kind)


def _unsigned(word: str) -> int:
    return int(word, 16)


def _signed(word: str) -> int:
    value = int(word, 16)
    return value - (1 << 256) if value >> 255 else value


def _boolean(word: str) -> bool:
    return int(word, 16) != 0


def _address(word: str) -> str:
    return checksum("0x" + word[24:])


def _uint256_word(value: Any) -> bytes | None:
    return value.to_bytes(32) if type(value) is int and 0 <= value < 1 << 256 else None


def _address_word(value: Any) -> bytes | None:
    return (
        _NO_ADDRESS + bytes.fromhex(value[2:])
        if isinstance(value, str) and is_address(value)
        else None
    )


_NO_ADDRESS = bytes(12)
"""What stands before an address in its word."""
_WRITERS: dict[str, Writer] = {"uint256": _uint256_word, "address": _address_word}


def _ordered(value: Any, item: AbiEntry) -> Any:
    """Structs that are mappings as tuples; bytes of a fixed length must have it."""
    kind: str = item["type"]
    if kind.endswith("]"):
        inner = {**item, "type": kind[: kind.rindex("[")]}
        return [_ordered(element, inner) for element in value]
    if kind == "tuple":
        parts = item["components"]
        if isinstance(value, Mapping):
            value = [value[part["name"]] for part in parts]
        return tuple(_ordered(element, part) for element, part in zip(value, parts, strict=True))
    if kind.startswith("bytes") and kind != "bytes" and len(value) != int(kind[5:]):
        # The encoder would fill it up with zeros: nobody means that.
        raise ValueError(f"{item['name']} has {len(value)} bytes, {kind} has {kind[5:]}")
    return value


def _tidy(value: Any, item: AbiEntry) -> Any:
    """Addresses with their EIP-55 checksum, structs as dictionaries."""
    kind: str = item["type"]
    if kind.endswith("]"):
        inner = {**item, "type": kind[: kind.rindex("[")]}
        return [_tidy(element, inner) for element in value]
    if kind == "address":
        return checksum(value)
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
    return not has_case or checksum(text) == text


def checked_address(text: str, param: str = "address") -> str:
    """An address that somebody has sent, with its checksum. Raises :class:`InvalidInput`."""
    if not is_address(text):
        raise InvalidInput(
            "{address} is no address (or its checksum is wrong).",
            param=param,
            address=text[:100],
        )
    return checksum(text)


@lru_cache(maxsize=65_536)
def checksum(address: str) -> str:
    """The address with its EIP-55 checksum; the same few come again and again in logs."""
    return str(to_checksum_address(address))


def keccak256(data: bytes) -> bytes:
    """keccak-256."""
    return bytes(keccak(data))
