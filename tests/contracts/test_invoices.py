"""Invoices: signed by the payee, paid once, in whole or in parts, cancelled and refunded."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, malleated, parse_types, split

DAY = 86_400
EURO = 10**6
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


@pytest.fixture(scope="session")
def invoices(project: Any, admin: Any, euro: Any) -> Any:
    return admin.deploy(project.Invoices, euro)


@pytest.fixture
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
        self.domain = Domain.of(contract)

    def signature(self, domain: Domain | None = None, key: str | None = None) -> bytes:
        domain = domain or self.domain
        return domain.sign(key or self.key, TYPES, "Invoice", self.message)

    def pay(self, sender: Any, amount: int = AMOUNT, signature: bytes | None = None) -> Any:
        signature = self.signature() if signature is None else signature
        return self.contract.pay(self.calldata, signature, amount, sender=sender)

    def cancellation(self, deadline: int, key: str | None = None) -> bytes:
        message = {"invoiceId": self.id, "deadline": deadline}
        return self.domain.sign(key or self.key, TYPES, "CancelInvoice", message)

    def record(self) -> tuple[Any, ...]:
        return tuple(self.contract.invoiceOf(self.id))


@pytest.fixture
def bill(invoices: Any, bob: Any, now: int) -> Bill:
    return Bill(invoices, bob, bob.private_key, now)


@pytest.fixture
def parts(invoices: Any, bob: Any, alice: Any, now: int) -> Bill:
    """An invoice to Alice that can be paid in parts."""
    return Bill(
        invoices, bob, bob.private_key, now, payer=alice.address, partialAllowed=True, nonce=2
    )


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


@pytest.mark.parametrize(("had", "target"), [(0, 104_000), (EURO, 95_000)], ids=["new", "again"])
def test_gas_of_a_whole_payment(
    bill: Bill, euro: Any, admin: Any, payer: Any, bob: Any, had: int, target: int
) -> None:
    """The design's 95,000 hold for a payee who has tEUR; the first takes 17,100 for its balance."""
    euro.mint(bob, had, sender=admin)
    receipt = bill.pay(payer)
    print(f"gas {receipt.gas_used:>8} of {target:>8}")
    assert receipt.gas_used <= target


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


def test_every_bad_signature_is_refused(
    bill: Bill, invoices: Any, payer: Any, mallory: Any, bob: Any, now: int
) -> None:
    good = bill.signature()
    other = Bill(invoices, bob, bob.private_key, now, nonce=7).signature()
    bad = [
        bill.signature(key=mallory.private_key),
        bill.signature(bill.domain.elsewhere()),
        other,
        malleated(good),
        ZERO_SIGNATURE,
        b"",
    ]
    for signature in bad:
        with refusal("InvoiceInvalidSignature", bob):
            bill.pay(payer, signature=signature)


def test_wallet_invoices_by_erc1271(
    invoices: Any, wallet: Any, alice: Any, payer: Any, euro: Any, admin: Any, now: int
) -> None:
    bill = Bill(invoices, wallet.address, alice.private_key, now)
    for mode in (1, 2):
        wallet.setMode(mode, wallet, b"", sender=admin)
        with refusal("InvoiceInvalidSignature", wallet):
            bill.pay(payer)
    inner = invoices.cancel.encode_input(bill.calldata)
    wallet.setMode(3, invoices, inner, sender=admin)
    with refusal("InvoiceInvalidSignature", wallet):
        bill.pay(payer)
    wallet.setMode(0, wallet, b"", sender=admin)
    bill.pay(payer)
    assert euro.balanceOf(wallet) == AMOUNT


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


def test_payable_until_its_last_second(
    invoices: Any, bob: Any, payer: Any, now: int, at: Any
) -> None:
    end = now + DAY
    bills = [Bill(invoices, bob, bob.private_key, now, payableUntil=end, nonce=i) for i in (1, 2)]
    at(end)
    bills[0].pay(payer)
    at(end + 1)
    with refusal("InvoiceNoLongerPayable", bills[1].id, end):
        bills[1].pay(payer)


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


def test_cancellation_by_signature(
    bill: Bill, invoices: Any, bob: Any, mallory: Any, relayer: Any, now: int, at: Any
) -> None:
    deadline = now + DAY
    good = bill.cancellation(deadline)
    bad = [
        bill.cancellation(deadline, mallory.private_key),
        bill.cancellation(deadline + 1),
        malleated(good),
        ZERO_SIGNATURE,
        bill.signature(),
    ]
    for signature in bad:
        with refusal("InvoiceInvalidSignature", bob):
            invoices.cancelWithSignature(bill.calldata, deadline, signature, sender=relayer)
    invoices.cancelWithSignature(bill.calldata, deadline, good, sender=relayer)
    assert bill.record()[0] == CANCELLED
    with refusal("InvoiceWrongState", bill.id, CANCELLED):
        invoices.cancelWithSignature(bill.calldata, deadline, good, sender=relayer)
    at(deadline + 1)
    with refusal("InvoiceSignatureExpired", deadline, ...):
        invoices.cancelWithSignature(bill.calldata, deadline, good, sender=relayer)


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


def with_check_digits(body: str) -> str:
    """A creditor reference, its check digits computed as ISO 11649 says."""
    number = int("".join(str(int(c, 36)) for c in body + "RF00"))
    return f"RF{98 - number % 97:02d}{body}"


@pytest.mark.parametrize(
    "body", ["539007547034", "1", "A", "2348236433", "ABCDEFGHIJKLMNOPQRSTU", "0Z", "9" * 21]
)
def test_creditor_references_with_right_digits_are_valid(invoices: Any, body: str) -> None:
    reference = with_check_digits(body)
    assert invoices.isValidReference(reference.encode().ljust(32, b"\0"))
    wrong = f"RF{(int(reference[2:4]) + 1) % 100:02d}{body}"
    assert not invoices.isValidReference(wrong.encode().ljust(32, b"\0"))


@pytest.mark.parametrize(
    "reference",
    [
        b"",
        b"RF",
        b"RF18",
        b"FR18539007547034",
        b"rf18539007547034",
        b"RF18 5390 0754 7034",
        b"RF18539007547034\x00\x00x",
        b"RFA8539007547034",
        b"RF18539007547034abc",
        with_check_digits("9" * 22).encode(),
        b"\xff" * 32,
    ],
)
def test_other_bytes_are_no_creditor_reference(invoices: Any, reference: bytes) -> None:
    assert not invoices.isValidReference(reference.ljust(32, b"\0"))
