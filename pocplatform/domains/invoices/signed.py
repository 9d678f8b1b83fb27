"""What a payee signs: the contract's struct ``Invoice``, between database, contract and signature.

In the database it is JSON in the names and the order of the struct: numbers as numbers, hashes and
addresses as 0x-hex.
"""

from typing import Any

from pocplatform.chain.typed_data import typed_data

CONTRACT = "Invoices"

_INVOICE = (
    ("payee", "address"),
    ("payer", "address"),
    ("amount", "uint88"),
    ("dueAt", "uint40"),
    ("payableUntil", "uint40"),
    ("partialAllowed", "bool"),
    ("rfReference", "bytes32"),
    ("documentHash", "bytes32"),
    ("nonce", "uint64"),
)


def as_abi(request: dict[str, Any]) -> tuple[Any, ...]:
    """The request as the ABI encoder takes the struct ``Invoice``."""
    return tuple(
        bytes.fromhex(request[name][2:]) if kind == "bytes32" else request[name]
        for name, kind in _INVOICE
    )


def invoice_typed_data(request: dict[str, Any], chain_id: int, contract: str) -> dict[str, Any]:
    """What the payee signs (EIP-712 type ``Invoice``)."""
    return typed_data("Invoice", _INVOICE, request, CONTRACT, chain_id, contract)


def reference_bytes(reference: str) -> bytes:
    """A reference as the contract takes it: ASCII from the left, zero-padded to 32 bytes."""
    return reference.encode("ascii").ljust(32, b"\0")
