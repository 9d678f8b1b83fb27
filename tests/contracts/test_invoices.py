"""Invoices: signed by the payee, paid once, in whole or in parts, cancelled and refunded."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils import keccak
from evm_support.expect import assert_events, reason_of, refusal
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, parse_types, split
from models.signed_actions import MakeAction, SignedAction, SignedActionBehaviour

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


def paid_event(bill: Bill, payer: Any, amount: int, outstanding: int) -> tuple[str, dict[str, Any]]:
    return "InvoicePaid", {
        "invoiceId": bill.id,
        "payer": payer,
        "payee": bill.message["payee"],
        "amount": amount,
        "outstanding": outstanding,
        "rfReference": RF,
    }


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


class TestHostileToken:
    @pytest.fixture(scope="class")
    def risky(self, project: Any, hostile: Any, admin: Any, alice: Any) -> Any:
        """Invoices that are paid in a token that can be made to misbehave; Alice has some."""
        invoices = admin.deploy(project.Invoices, hostile)
        hostile.mint(alice, 2 * AMOUNT, sender=admin)
        hostile.approve(invoices, WHOLE, sender=alice)
        return invoices

    @pytest.mark.parametrize("mode", [2, 3], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_settles_nothing(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, now: int, mode: int
    ) -> None:
        bill = Bill(risky, bob, bob.private_key, now)
        hostile.setMode(mode, admin, b"", sender=admin)
        with refusal("SafeERC20FailedOperation" if mode == 2 else "HostileTokenRefuses", ...):
            bill.pay(alice)

    def test_payee_whom_the_token_refuses_does_not_block_another(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, carol: Any, now: int
    ) -> None:
        hostile.setRefused(bob, sender=admin)
        with refusal("HostileTokenRefuses", bob):
            Bill(risky, bob, bob.private_key, now).pay(alice)
        Bill(risky, carol, carol.private_key, now).pay(alice)
        assert hostile.balanceOf(carol) == AMOUNT

    def test_token_that_takes_a_fee_leaves_nothing_behind(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, now: int
    ) -> None:
        hostile.setMode(1, admin, b"", sender=admin)
        Bill(risky, bob, bob.private_key, now).pay(alice)
        assert [hostile.balanceOf(a) for a in (bob, risky)] == [AMOUNT - AMOUNT // 100, 0]


@pytest.mark.parametrize("verb", ["pay", "payWithPermit", "refund"])
def test_payment_cannot_be_entered_again(
    project: Any, admin: Any, bob: Any, hostile: Any, now: int, verb: str
) -> None:
    """Whatever the token calls while it moves the money, is turned away at the door."""
    invoices = admin.deploy(project.Invoices, hostile)
    for account in (admin, bob):
        hostile.mint(account, AMOUNT, sender=admin)
        hostile.approve(invoices, WHOLE, sender=account)
    bill = Bill(invoices, bob, bob.private_key, now)
    if verb == "refund":
        bill.pay(admin)
    again = invoices.pay.encode_input(bill.calldata, bill.signature(), AMOUNT)
    hostile.setMode(4, invoices, again, sender=admin)
    if verb == "pay":
        bill.pay(admin)
    elif verb == "payWithPermit":
        r_and_s = (b"\0" * 32, b"\0" * 32)
        invoices.payWithPermit(
            bill.calldata, bill.signature(), AMOUNT, now, 27, *r_and_s, sender=admin
        )
    else:
        invoices.refund(bill.calldata, AMOUNT, sender=bob)
    assert not hostile.calledBack()
    assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"


@pytest.mark.parametrize("right", [2, 9, 10, 11])
def test_check_digits_are_two_digits(invoices: Any, right: int) -> None:
    """Beside the digits stand characters that come out even: `:` counts ten, `/` minus one."""
    body = next(b for b in map(str, range(10_000)) if with_check_digits(b)[2:4] == f"{right:02d}")
    even = [
        tens + ones
        for tens in "/0123456789:"
        for ones in "/0123456789:;"
        if ((ord(tens) - 48) * 10 + ord(ones) - 48 - right) % 97 == 0
    ]
    assert any(not pair.isdigit() for pair in even)
    for pair in even:
        reference = f"RF{pair}{body}".encode().ljust(32, b"\0")
        assert invoices.isValidReference(reference) is pair.isdigit(), pair
