"""What deployment asks of whoever sends transactions: the platform's outbox, or a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class DeployCall:
    """A transaction to send.

    Attributes:
        to: Checksummed address.
        data: Call data.
        label: What it is for, such as ``deploy DidRegistry``; the same call has the same label.
        value: Ether to send along, in wei.
    """

    to: str
    data: bytes
    label: str
    value: int = 0


@dataclass(frozen=True)
class DeployReceipt:
    """How it was mined: ``status`` is 1, or 0 for a revert."""

    transaction_hash: str
    block_number: int
    status: int


Submit = Callable[[Sequence[DeployCall]], list[DeployReceipt]]
"""Sends calls in their order, as few blocks as it takes, and returns once all are mined.

Whatever else waits in the pool of a node that does not mine by itself is mined too; so a call
without any calls has that mined.
"""
