"""Invoices: every signature over an invoice and its cancellation."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.bills import *  # noqa: F403
from evm_support.bills import AMOUNT, CANCELLED, PAID, SALT, TYPES, Bill
from evm_support.expect import refusal
from evm_support.signing import WHOLE
from evm_support.units import DAY
from suites.signed_actions import MakeAction, SignedAction, SignedActionBehaviour


class TestInvoiceSignature(SignedActionBehaviour):
    """An invoice that its payee signs, to be paid within a day."""

    @pytest.fixture(scope="class")
    def make_action(
        self, invoices: Any, euro: Any, admin: Any, relayer: Any, now: int, zero: str
    ) -> MakeAction:
        euro.mint(relayer, 10 * AMOUNT, sender=admin)
        euro.approve(invoices, WHOLE, sender=relayer)

        def make(signer: Any) -> SignedAction:
            bill = Bill(invoices, signer.address, "", now, payableUntil=now + DAY, nonce=3)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return invoices.pay(tuple(fields.values()), signature, AMOUNT, sender=relayer)

            return SignedAction(
                invoices,
                TYPES,
                "Invoice",
                bill.message,
                signer,
                send,
                nobody={"payee": zero},
                invalid=("InvoiceInvalidSignature", signer),
                unsigned=("InvoiceInvalid", zero, AMOUNT),
                replayed=("InvoiceWrongState", bill.id, PAID),
                expired=("InvoiceNoLongerPayable", bill.id, now + DAY),
                deadline=now + DAY,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, bob: Any, now: int) -> dict[str, Any]:
        return {
            "payee": bob.address,
            "payer": bob.address,
            "amount": AMOUNT - 1,
            "dueAt": now,
            "payableUntil": 0,
            "partialAllowed": True,
            "rfReference": bytes(32),
            "documentHash": SALT,
            "nonce": 4,
        }


class TestCancellationSignature(SignedActionBehaviour):
    """The cancellation of an invoice by the signature of its payee."""

    @pytest.fixture(scope="class")
    def make_action(self, invoices: Any, relayer: Any, now: int, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            bill = Bill(invoices, signer.address, "", now, nonce=5)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                invoice = {**bill.message, "payee": fields.get("payee", signer)}
                return invoices.cancelWithSignature(
                    tuple(invoice.values()), fields["deadline"], signature, sender=relayer
                )

            return SignedAction(
                invoices,
                TYPES,
                "CancelInvoice",
                {"invoiceId": bill.id, "deadline": now + DAY},
                signer,
                send,
                nobody={"payee": zero},
                invalid=("InvoiceInvalidSignature", signer),
                unsigned=("InvoiceInvalidSignature", zero),
                replayed=("InvoiceWrongState", bill.id, CANCELLED),
                expired=("InvoiceSignatureExpired", now + DAY, ...),
                deadline=now + DAY,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, now: int) -> dict[str, Any]:
        return {"invoiceId": SALT, "deadline": now + 2 * DAY}

    def test_signature_over_the_invoice_cancels_nothing(
        self, action: SignedAction, invoices: Any, alice: Any, now: int
    ) -> None:
        bill = Bill(invoices, alice.address, alice.private_key, now, nonce=5)
        with refusal("InvoiceInvalidSignature", alice):
            action.send(action.message, bill.signature())
