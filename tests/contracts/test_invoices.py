"""Invoices: paid once, in whole or in parts, cancelled and refunded."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import encode
from eth_utils import keccak
from evm_support.bills import *  # noqa: F403
from evm_support.bills import (
    AMOUNT,
    CANCELLED,
    DAY,
    EURO,
    OPEN,
    PAID,
    PARTLY,
    RF,
    SALT,
    TYPES,
    Bill,
)
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, split


def paid_event(bill: Bill, payer: Any, amount: int, outstanding: int) -> tuple[str, dict[str, Any]]:
    return "InvoicePaid", {
        "invoiceId": bill.id,
        "payer": payer,
        "payee": bill.message["payee"],
        "amount": amount,
        "outstanding": outstanding,
        "rfReference": RF,
    }


def test_constructor_refuses_an_address_without_code(project: Any, admin: Any, bob: Any) -> None:
    with refusal("InvoiceNoToken", bob):
        admin.deploy(project.Invoices, bob)


def test_whole_payment_goes_straight_to_the_payee(
    bill: Bill, invoices: Any, euro: Any, payer: Any, bob: Any, zero: str
) -> None:
    assert bill.record() == (OPEN, zero, 0, 0)
    receipt = bill.pay(payer)
    assert_events(receipt, invoices, paid_event(bill, payer, AMOUNT, 0))
    assert (euro.balanceOf(bob), euro.balanceOf(invoices)) == (AMOUNT, 0)
    assert bill.record() == (PAID, payer, AMOUNT, 0)


def test_invoice_is_never_paid_twice_nor_above_its_amount(
    bill: Bill, euro: Any, payer: Any, bob: Any
) -> None:
    with refusal("InvoiceWrongAmount", bill.id, AMOUNT + 1, AMOUNT):
        bill.pay(payer, AMOUNT + 1)
    bill.pay(payer)
    with refusal("InvoiceWrongState", bill.id, PAID):
        bill.pay(payer)
    assert euro.balanceOf(bob) == AMOUNT


def test_parts_need_permission_and_a_payer(
    bill: Bill, invoices: Any, bob: Any, payer: Any, now: int
) -> None:
    with refusal("InvoiceWrongAmount", bill.id, 1, AMOUNT):
        bill.pay(payer, 1)
    anybody = Bill(invoices, bob, bob.private_key, now, partialAllowed=True)
    with refusal("InvoicePartsNeedPayer"):
        anybody.pay(payer, 1)


def test_parts_add_up_to_the_whole(
    parts: Bill, invoices: Any, euro: Any, payer: Any, bob: Any
) -> None:
    receipt = parts.pay(payer, EURO)
    assert_events(receipt, invoices, paid_event(parts, payer, EURO, AMOUNT - EURO))
    assert parts.record() == (PARTLY, payer, EURO, 0)
    for amount in (0, AMOUNT - EURO + 1):
        with refusal("InvoiceWrongAmount", parts.id, amount, AMOUNT - EURO):
            parts.pay(payer, amount)
    parts.pay(payer, AMOUNT - EURO, signature=b"")
    assert parts.record() == (PAID, payer, AMOUNT, 0)
    assert euro.balanceOf(bob) == AMOUNT


def test_only_the_named_payer_pays(parts: Bill, payer: Any, mallory: Any) -> None:
    with refusal("InvoiceWrongPayer", parts.id, payer, mallory):
        parts.pay(mallory)


def test_zero_payee_zero_amount_and_wrong_reference_are_refused(
    invoices: Any, bob: Any, payer: Any, now: int, zero: str
) -> None:
    nobody = Bill(invoices, zero, bob.private_key, now)
    with refusal("InvoiceInvalid", zero, AMOUNT):
        nobody.pay(payer, signature=ZERO_SIGNATURE)
    nothing = Bill(invoices, bob, bob.private_key, now, amount=0)
    with refusal("InvoiceInvalid", bob, 0):
        nothing.pay(payer, 0)
    wrong = b"RF19539007547034".ljust(32, b"\0")
    with refusal("InvoiceInvalidReference", wrong):
        Bill(invoices, bob, bob.private_key, now, rfReference=wrong).pay(payer)


def test_late_payment_is_possible(bill: Bill, payer: Any, now: int, at: Any) -> None:
    at(now + 100 * DAY)
    bill.pay(payer)
    assert bill.record()[0] == PAID


def test_payee_cancels_and_nothing_more_is_paid(
    parts: Bill, invoices: Any, euro: Any, payer: Any, bob: Any, mallory: Any
) -> None:
    parts.pay(payer, EURO)
    with refusal("InvoiceNotPayee", mallory, bob):
        invoices.cancel(parts.calldata, sender=mallory)
    receipt = invoices.cancel(parts.calldata, sender=bob)
    assert_events(receipt, invoices, ("InvoiceCancelled", {"invoiceId": parts.id, "payee": bob}))
    assert parts.record() == (CANCELLED, payer, EURO, 0)
    with refusal("InvoiceWrongState", parts.id, CANCELLED):
        parts.pay(payer, EURO)
    with refusal("InvoiceWrongState", parts.id, CANCELLED):
        invoices.cancel(parts.calldata, sender=bob)
    euro.approve(invoices, EURO, sender=bob)
    invoices.refund(parts.calldata, EURO, sender=bob)
    assert parts.record() == (CANCELLED, payer, EURO, EURO)


def test_paid_invoice_is_not_cancelled(bill: Bill, invoices: Any, payer: Any, bob: Any) -> None:
    bill.pay(payer)
    with refusal("InvoiceWrongState", bill.id, PAID):
        invoices.cancel(bill.calldata, sender=bob)


def test_refund_is_tied_to_what_was_paid(
    bill: Bill, invoices: Any, euro: Any, payer: Any, bob: Any, mallory: Any
) -> None:
    with refusal("InvoiceRefundTooHigh", bill.id, 1, 0):
        invoices.refund(bill.calldata, 1, sender=bob)
    bill.pay(payer)
    had = euro.balanceOf(payer)
    euro.approve(invoices, WHOLE, sender=bob)
    with refusal("InvoiceNotPayee", mallory, bob):
        invoices.refund(bill.calldata, 1, sender=mallory)
    receipt = invoices.refund(bill.calldata, EURO, sender=bob)
    values = {"invoiceId": bill.id, "payer": payer, "payee": bob, "amount": EURO, "refunded": EURO}
    assert_events(receipt, invoices, ("InvoiceRefunded", values))
    for amount in (0, AMOUNT - EURO + 1):
        with refusal("InvoiceRefundTooHigh", bill.id, amount, AMOUNT - EURO):
            invoices.refund(bill.calldata, amount, sender=bob)
    invoices.refund(bill.calldata, AMOUNT - EURO, sender=bob)
    assert (euro.balanceOf(payer), euro.balanceOf(bob)) == (had + AMOUNT, 0)
    with refusal("InvoiceWrongState", bill.id, PAID):
        bill.pay(payer)


def test_permit_pays_in_one_transaction(
    bill: Bill, invoices: Any, euro: Any, payer: Any, mallory: Any, now: int
) -> None:
    euro.approve(invoices, 0, sender=payer)
    message = {
        "owner": payer.address,
        "spender": invoices.address,
        "value": AMOUNT,
        "nonce": euro.nonces(payer),
        "deadline": now + DAY,
    }
    permit = split(Domain.of(euro).sign(payer.private_key, TYPES, "Permit", message))
    arguments = [bill.calldata, bill.signature(), AMOUNT, now + DAY, *permit]
    with refusal("ERC20InsufficientAllowance"):
        invoices.payWithPermit(*arguments, sender=mallory)
    euro.permit(payer, invoices, AMOUNT, now + DAY, *permit, sender=mallory)
    invoices.payWithPermit(*arguments, sender=payer)
    assert bill.record()[:2] == (PAID, payer)


def test_authorization_pays_this_invoice_only(
    bill: Bill, invoices: Any, euro: Any, payer: Any, bob: Any, relayer: Any, now: int
) -> None:
    nonce = keccak(encode(["bytes32", "uint256", "bytes32"], [bill.id, AMOUNT, SALT]))
    assert bytes(invoices.paymentNonce(bill.id, AMOUNT, SALT)) == nonce
    message = {
        "from": payer.address,
        "to": invoices.address,
        "value": AMOUNT,
        "validAfter": 0,
        "validBefore": now + DAY,
        "nonce": nonce,
    }
    signature = Domain.of(euro).sign(payer.private_key, TYPES, "ReceiveWithAuthorization", message)
    twin = Bill(invoices, bob, bob.private_key, now, nonce=2)

    def pay(bill: Bill) -> None:
        invoices.payWithAuthorization(
            bill.calldata,
            bill.signature(),
            AMOUNT,
            payer,
            now + DAY,
            SALT,
            signature,
            sender=relayer,
        )

    with refusal("ERC3009InvalidSignature"):
        pay(twin)
    pay(bill)
    assert (euro.balanceOf(bob), euro.balanceOf(invoices)) == (AMOUNT, 0)
    assert bill.record() == (PAID, payer, AMOUNT, 0)
