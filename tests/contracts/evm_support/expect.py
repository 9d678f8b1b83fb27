"""Expectations about refusals and receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ape.exceptions import ContractLogicError, CustomError


def plain(value: Any) -> Any:
    """A value in a form that compares: bytes as bytes, accounts as addresses, sequences as lists."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "address"):
        return str(value.address)
    if isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, str) else value


@contextmanager
def refusal(error: str, *values: Any) -> Iterator[None]:
    """The block must revert with this custom error, and with these values where they are given.

    ``...`` as a value stands for any.
    """
    with pytest.raises(ContractLogicError) as caught:
        yield
    got = caught.value
    assert isinstance(got, CustomError), f"expected {error}, got {got!r}"
    assert type(got).__name__ == error, f"expected {error}, got {type(got).__name__} {got.inputs}"
    if values:
        inputs = [plain(item) for item in got.inputs.values()]
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
