"""Expectations about refusals and receipts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import ape
import pytest
from ape.api import AccountAPI
from ape.contracts.base import ContractCall
from eth_tester.exceptions import TransactionFailed
from web3.exceptions import ContractLogicError, Web3RPCError

from evm_support.compiled import revert_decoder

REFUSALS = (TransactionFailed, ContractLogicError, Web3RPCError)
"""What a node answers a call with that fails, be it for the contract's reasons or for its gas."""


def plain(value: Any) -> Any:
    """A value that compares: bytes as 0x-hex, accounts as addresses, structs and lists as lists."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return [plain(item) for item in value.values()]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "address"):
        return str(value.address)
    return str(value) if isinstance(value, str) else value


@contextmanager
def refusal(error: str, *values: Any) -> Iterator[None]:
    """The block must revert with this custom error, and with these values where they are given.

    ``...`` as a value stands for any. What the block sends is not mined but tried on the pending
    block, at its time: what is refused leaves nothing behind either way, and mining it only to
    execute it once more for its reason takes five times as long.
    """
    with (
        pytest.raises((TransactionFailed, ContractLogicError)) as caught,
        patch.object(AccountAPI, "call", _try),
        patch.object(ContractCall, "__call__", _ask),
    ):
        yield
    told = revert_decoder().decode(_revert_data(caught.value))
    have = list(told.args.values())
    assert told.name == error, f"expected {error}, got {told.name or told.raw} {have}"
    if values:
        assert len(have) == len(values), f"{error} has {len(have)} values: {have}"
        for one, want in zip(have, values, strict=True):
            assert want is ... or plain(one) == plain(want), f"{error}: {have}, not {values}"


def _try(account: Any, transaction: Any, **_: Any) -> None:
    """Carries a transaction out, to no effect."""
    call = {"from": account.address, "value": transaction.value, "data": transaction.data}
    if transaction.receiver:
        call["to"] = transaction.receiver
    ape.chain.provider.web3.eth.call(call, "pending")


def _ask(call: Any, *arguments: Any, **options: Any) -> Any:
    """Answers a look-up; ape's own way hides why anvil refuses one."""
    transaction = call.serialize_transaction(*arguments, **options)
    data = {"to": transaction.receiver, "data": transaction.data}
    return call._decode_returndata(ape.chain.provider.web3.eth.call(data, "pending"))


def _revert_data(error: TransactionFailed | ContractLogicError) -> bytes | str:
    """What the contract gave as its reason."""
    if isinstance(error, TransactionFailed):  # Of the embedded EVM, which tells a literal.
        text = str(error).removeprefix("execution reverted: ")
        return bytes(ast.literal_eval(text)) if text.startswith("b") else b""
    data = error.data
    return data if isinstance(data, str) else b""


def reason_of(data: bytes) -> str:
    """The name of the custom error that a harness was refused with."""
    return revert_decoder().decode(bytes(data)).name


def events_of(receipt: Any, contract: Any) -> list[tuple[str, dict[str, Any]]]:
    """Names and values of the events of a contract in a receipt, in order."""
    logs = [log for log in receipt.events if log.contract_address == contract.address]
    return [(log.event_name, {k: plain(v) for k, v in log.event_arguments.items()}) for log in logs]


def assert_event(receipt: Any, contract: Any, name: str, values: dict[str, Any]) -> None:
    """The receipt has this event of the contract, among others."""
    assert (name, {k: plain(v) for k, v in values.items()}) in events_of(receipt, contract)


def assert_events(receipt: Any, contract: Any, *expected: tuple[str, dict[str, Any]]) -> None:
    """The receipt has exactly these events of the contract, in this order, with these values."""
    want = [(name, {k: plain(v) for k, v in values.items()}) for name, values in expected]
    assert events_of(receipt, contract) == want
