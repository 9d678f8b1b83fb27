"""Invoices, as calldata and as EIP-712 messages."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak

from evm_support.signing import WHOLE, Domain, parse_types
from evm_support.units import DAY, EURO

AMOUNT = 1_240 * EURO
RF = b"RF18539007547034".ljust(32, b"\0")
SALT = keccak(text="salt")
TYPES = parse_types(
    "Invoice(address payee,address payer,uint88 amount,uint40 dueAt,uint40 payableUntil,"
    "bool partialAllowed,bytes32 rfReference,bytes32 documentHash,uint64 nonce)",
    "CancelInvoice(bytes32 invoiceId,uint256 deadline)",
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)",
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
)
OPEN, PARTLY, PAID, CANCELLED = range(4)


@pytest.fixture(scope="module")
def payer(euro: Any, invoices: Any, admin: Any, alice: Any) -> Any:
    """Alice with money, which the contract may take."""
    euro.mint(alice, 10_000 * EURO, sender=admin)
    euro.approve(invoices, WHOLE, sender=alice)
    return alice


class Bill:
    """An invoice of Bob, as calldata and as a message."""

    def __init__(self, contract: Any, payee: Any, key: str, now: int, **changes: Any) -> None:
        fields = {
            "payee": str(payee),
            "payer": "0x" + "00" * 20,
            "amount": AMOUNT,
            "dueAt": now + 14 * DAY,
            "payableUntil": 0,
            "partialAllowed": False,
            "rfReference": RF,
            "documentHash": keccak(text="invoice and its salt"),
            "nonce": 1,
        }
        self.contract, self.key, self.message = contract, key, {**fields, **changes}
        self.calldata = tuple(self.message.values())
        self.id = bytes(contract.hashInvoice(self.calldata))

    def signature(self) -> bytes:
        return Domain.of(self.contract).sign(self.key, TYPES, "Invoice", self.message)

    def pay(self, sender: Any, amount: int = AMOUNT, signature: bytes | None = None) -> Any:
        signature = self.signature() if signature is None else signature
        return self.contract.pay(self.calldata, signature, amount, sender=sender)

    def record(self) -> tuple[Any, ...]:
        return tuple(self.contract.invoiceOf(self.id))


@pytest.fixture(scope="module")
def bill(invoices: Any, bob: Any, now: int) -> Bill:
    return Bill(invoices, bob, bob.private_key, now)


@pytest.fixture(scope="module")
def parts(invoices: Any, bob: Any, alice: Any, now: int) -> Bill:
    """An invoice to Alice that can be paid in parts."""
    return Bill(
        invoices, bob, bob.private_key, now, payer=alice.address, partialAllowed=True, nonce=2
    )
