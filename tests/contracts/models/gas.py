"""What an operation may cost."""

from __future__ import annotations

from typing import Any


def within(receipt: Any, target: int) -> None:
    """Prints what a transaction took and checks it."""
    print(f"gas {receipt.gas_used:>8} of {target:>8}")
    assert receipt.gas_used <= target
