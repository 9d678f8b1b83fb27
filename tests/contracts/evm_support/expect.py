"""Expectations about refusals and receipts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import ape
import pytest
from ape.exceptions import ContractLogicError, CustomError
from eth_abi.abi import decode
from eth_utils import keccak, to_checksum_address


def plain(value: Any) -> Any:
    """A value that compares: bytes as bytes, accounts as addresses, sequences as lists."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "address"):
        return str(value.address)
    if isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, str) else value


@cache
def _known_errors() -> dict[bytes, Any]:
    """Every custom error of the project's contracts, by its selector."""
    types = [container.contract_type for container in ape.project.load_contracts().values()]
    errors = [error for contract in types for error in contract.errors]
    return {keccak(text=error.selector)[:4]: error for error in errors}


def _decode(error: ContractLogicError) -> tuple[str, list[Any]]:
    """Name and values of a custom error, also where ape leaves the raw bytes in its message."""
    if isinstance(error, CustomError):
        return type(error).__name__, list(error.inputs.values())
    message = str(error.revert_message)
    hexadecimal = re.search(r"0x([0-9a-fA-F]{8,})", message)
    if message.startswith(("b'", 'b"')):
        raw = ast.literal_eval(message)
    elif hexadecimal:
        raw = bytes.fromhex(hexadecimal[1])
    else:
        return message, []
    found = _known_errors().get(raw[:4])
    if found is None:
        return message, []
    values = decode([i.canonical_type for i in found.inputs], raw[4:])
    return found.name, [
        to_checksum_address(value) if i.canonical_type == "address" else value
        for i, value in zip(found.inputs, values, strict=True)
    ]


@contextmanager
def refusal(error: str, *values: Any) -> Iterator[None]:
    """The block must revert with this custom error, and with these values where they are given.

    ``...`` as a value stands for any.
    """
    with pytest.raises(ContractLogicError) as caught:
        yield
    name, inputs = _decode(caught.value)
    assert name == error, f"expected {error}, got {name} {inputs} ({caught.value!r})"
    if values:
        inputs = [plain(item) for item in inputs]
        assert len(inputs) == len(values), f"{error} has {len(inputs)} values: {inputs}"
        for have, want in zip(inputs, values, strict=True):
            assert want is ... or have == plain(want), f"{error}: {inputs} instead of {values}"


def events_of(receipt: Any, contract: Any) -> list[tuple[str, dict[str, Any]]]:
    """Names and values of the events of a contract in a receipt, in order."""
    logs = [log for log in receipt.events if log.contract_address == contract.address]
    return [(log.event_name, {k: plain(v) for k, v in log.event_arguments.items()}) for log in logs]


def assert_events(receipt: Any, contract: Any, *expected: tuple[str, dict[str, Any]]) -> None:
    """The receipt has exactly these events of the contract, in this order, with these values."""
    want = [(name, {k: plain(v) for k, v in values.items()}) for name, values in expected]
    assert events_of(receipt, contract) == want
