"""Invoices beside their model: none is paid twice, and no more is refunded than was paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from faster_eth_abi import encode
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from pocplatform.chain.codec import keccak256
from tests.properties.models.invoices import Invoice, InvoicesModel, State
from tests.properties.support.chain import ZERO, Call, Chain
from tests.properties.support.machines import DAY, run
from tests.properties.support.money import AMOUNTS, EURO, Euro, MoneyMachine, amount_of
from tests.properties.support.signing import (
    GOOD,
    SIGNATURES,
    Domain,
    Person,
    three_people_and_a_wallet,
)

TYPES = (
    "Invoice(address payee,address payer,uint88 amount,uint40 dueAt,uint40 payableUntil,"
    "bool partialAllowed,bytes32 rfReference,bytes32 documentHash,uint64 nonce)",
    "CancelInvoice(bytes32 invoiceId,uint256 deadline)",
)
REFERENCES = [
    b"RF18539007547034",
    b"RF712348231",
    b"RF19539007547034",
    b"RF18",
    b"rf18539007547034",
]
WHICH = st.integers(0, 7)
"""One of those that can be paid, or any if it is 7."""
PAYERS = st.sampled_from([*["payer"] * 6, "somebody"])
DEADLINES = st.sampled_from([0, 1, DAY, DAY, -1])
LATER = {
    State.OPEN: {State.PARTLY_PAID, State.PAID, State.CANCELLED},
    State.PARTLY_PAID: {State.PAID, State.CANCELLED},
    State.PAID: set(),
    State.CANCELLED: set(),
}


class InvoicesMachine(MoneyMachine):
    """Up to four invoices at a time; a new one takes the place of the oldest."""

    domain: ClassVar[Domain]

    def __init__(self) -> None:
        super().__init__()
        self.model: InvoicesModel = InvoicesModel(self.euro.model(), self.spender.address)
        self.invoices: list[Invoice] = []
        self.seen: dict[Invoice, State] = {}
        self.drafted = 0

    @initialize()
    def begin(self) -> None:
        for payee in (1, 2):
            self.draft(payee, 0, 70 * EURO + 3, True, None, 0)
        self.draft(0, None, 40 * EURO, False, 5 * DAY, 1)

    @rule(
        payee=st.sampled_from([0, 1, 2, 0, 1, 2, 3, 4]),
        payer=st.sampled_from([0, 1, 2, 0, 1, 2, 3, None]),
        amount=st.sampled_from([*[70 * EURO + 3] * 6, 1, 0, 2**88 - 1]),
        partial=st.sampled_from([True, True, False]),
        lasts=st.sampled_from([None, None, 5 * DAY, DAY, 0]),
        reference=st.sampled_from([*[0] * 8, 1, 2, 3, 4]),
    )
    def draft(
        self,
        payee: int,
        payer: int | None,
        amount: int,
        partial: bool,
        lasts: int | None,
        reference: int,
    ) -> None:
        """An invoice on paper; some can never be paid."""
        invoice = Invoice(
            self.address(payee),
            self.address(4 if payer is None else payer),
            amount,
            self.now + DAY,
            0 if lasts is None else self.now + lasts,
            partial,
            REFERENCES[reference].ljust(32, b"\0"),
            bytes(32),
            self.drafted,
        )
        self.drafted += 1
        self.invoices = [*self.invoices, invoice][-4:]

    @rule(
        which=WHICH, who=PAYERS, amounts=st.lists(AMOUNTS, min_size=1, max_size=3), kind=SIGNATURES
    )
    def pay(self, which: int, who: str, amounts: list[str], kind: str) -> None:
        invoice = self.invoice(which)
        payer = self.payer(invoice, who).address
        for amount in amounts:
            value = amount_of(amount, self.model.open_amount(invoice))
            self._pay(invoice, payer, value, kind)

    def _pay(self, invoice: Invoice, payer: str, amount: int, kind: str) -> None:
        self.act(
            "pay",
            payer,
            self.spender.pay(invoice, self.sign(invoice, kind), amount),
            lambda: self.model.pay(payer, invoice, amount, kind == GOOD, self.now),
        )

    @rule(which=WHICH, who=PAYERS, amount=AMOUNTS, deadline=DEADLINES, kind=SIGNATURES)
    def pay_with_permit(self, which: int, who: str, amount: str, deadline: int, kind: str) -> None:
        """The payer allows nothing before; a permit with a flaw leaves it so."""
        invoice = self.invoice(which)
        payer = self.payer(invoice, who)
        value = amount_of(amount, self.model.open_amount(invoice))
        until, signature = self.soon + deadline, self.sign(invoice, GOOD)
        permit, flaw = self.euro.permit(
            self.ledger, payer, self.spender.address, value, until, kind
        )
        with self.without_allowance(payer):
            self.act(
                "payWithPermit",
                payer.address,
                self.spender.payWithPermit(invoice, signature, value, until, *permit),
                lambda: self.model.pay_with_permit(
                    payer.address, invoice, value, True, until, flaw, self.now
                ),
            )

    @rule(
        which=WHICH,
        who=PAYERS,
        amount=AMOUNTS,
        other_amount=st.sampled_from([0, 0, 0, 1]),
        deadline=st.sampled_from([1, DAY, DAY, 0]),
        kind=SIGNATURES,
        salt=st.integers(0, 1),
    )
    def pay_with_authorization(
        self,
        which: int,
        who: str,
        amount: str,
        other_amount: int,
        deadline: int,
        kind: str,
        salt: int,
    ) -> None:
        """Sent by a stranger, at times for another amount than the one that was authorized."""
        invoice = self.invoice(which)
        payer = self.payer(invoice, who)
        value = amount_of(amount, self.model.open_amount(invoice))
        before, salted = self.soon + deadline, salt.to_bytes(32)
        number = self.domain.types.hash("Invoice", invoice)
        nonce = keccak256(encode(["bytes32", "uint256", "bytes32"], [number, value, salted]))
        authorized = max(value - other_amount, 0)
        authorization = self.euro.authorize(
            payer, self.spender.address, authorized, 0, before, nonce, kind=kind
        )
        self.act(
            "payWithAuthorization",
            self.address(3),
            self.spender.payWithAuthorization(
                invoice,
                self.sign(invoice, GOOD),
                value,
                payer.address,
                before,
                salted,
                authorization,
            ),
            lambda: self.model.pay_with_authorization(
                payer.address,
                invoice,
                value,
                True,
                before,
                nonce,
                kind == GOOD and authorized == value,
                self.now,
            ),
        )

    @rule(which=WHICH, is_payee=st.sampled_from([True, True, False]), die=st.integers(0, 2))
    def cancel(self, which: int, is_payee: bool, die: int) -> None:
        invoice = self.invoice(which)
        sender = self.payee(invoice) if is_payee else self.payer(invoice, "payer").address
        if die == 2:
            call = self.spender.cancel(invoice)
            self.act("cancel", sender, call, lambda: self.model.cancel(sender, invoice))

    @rule(which=WHICH, kind=SIGNATURES, deadline=DEADLINES, die=st.integers(0, 2))
    def cancel_signed(self, which: int, kind: str, deadline: int, die: int) -> None:
        if die != 2:
            return
        invoice, until = self.invoice(which), self.soon + deadline
        values = self.domain.types.hash("Invoice", invoice), until
        payee, good = self.person(invoice.payee), kind == GOOD and invoice.payee != ZERO
        signature = self.domain.sign(payee, "CancelInvoice", *values, kind=kind)
        self.act(
            "cancelWithSignature",
            self.address(3),
            self.spender.cancelWithSignature(invoice, until, signature),
            lambda: self.model.cancel_signed(invoice, until, good, self.now),
        )

    @rule(
        which=WHICH,
        is_payee=st.sampled_from([True, True, True, True, False]),
        amounts=st.lists(AMOUNTS, min_size=1, max_size=3),
    )
    def refund(self, which: int, is_payee: bool, amounts: list[str]) -> None:
        """Of those that were paid in part or in whole, as long as there are any."""
        paid = [i for i in self.invoices if self.model.paid[i] > self.model.refunded[i]]
        invoice = paid[which % len(paid)] if paid else self.invoice(which)
        sender = self.payee(invoice) if is_payee else self.payer(invoice, "payer").address
        for amount in amounts:
            left = self.model.paid[invoice] - self.model.refunded[invoice]
            self._refund(invoice, sender, amount_of(amount, left))

    def _refund(self, invoice: Invoice, sender: str, amount: int) -> None:
        call = self.spender.refund(invoice, amount)
        self.act("refund", sender, call, lambda: self.model.refund(sender, invoice, amount))

    def views(self) -> Iterator[tuple[Call, Any]]:
        yield from self.money_views()
        for invoice in self.invoices:
            number = self.domain.types.hash("Invoice", invoice)
            yield self.spender.hashInvoice(invoice), number
            recorded = (
                self.model.state(invoice),
                self.model.payers.get(invoice, ZERO),
                self.model.paid[invoice],
                self.model.refunded[invoice],
            )
            yield self.spender.invoiceOf(number), recorded

    def check(self) -> None:
        self.model.check()
        for invoice, state in self.model.states.items():
            before = self.seen.get(invoice, State.OPEN)
            assert state is before or state in LATER[before]
        self.seen = dict(self.model.states)

    def moments(self) -> Iterable[int]:
        return [invoice.payable_until for invoice in self.invoices]

    def invoice(self, which: int) -> Invoice:
        payable = [
            invoice
            for invoice in self.invoices
            if self.model.state(invoice) <= State.PARTLY_PAID
            and (not invoice.payable_until or self.soon <= invoice.payable_until)
        ]
        if which == 7:
            return self.invoices[self.drafted % len(self.invoices)]
        if not payable:
            self.draft(which % 3, (which + 1) % 3, 70 * EURO + 3, True, None, 0)
        return (payable or self.invoices[-1:])[which % max(len(payable), 1)]

    def payee(self, invoice: Invoice) -> str:
        return self.person(invoice.payee).address

    def payer(self, invoice: Invoice, who: str) -> Person:
        """Who may pay, or the second person."""
        payer = self.model.payers.get(invoice, invoice.payer)
        return self.people[1] if who != "payer" or payer == ZERO else self.person(payer)

    def sign(self, invoice: Invoice, kind: str) -> bytes:
        return self.domain.sign(self.person(invoice.payee), "Invoice", *invoice, kind=kind)


def test_invoices_are_paid_once_and_refunded_within_what_was_paid(
    chain: Chain, request: pytest.FixtureRequest
) -> None:
    euro = Euro(chain, Person.named("admin"))
    invoices = chain.deploy("Invoices", euro.address)
    people = three_people_and_a_wallet(chain)
    euro.fund(people, 200 * EURO, invoices)
    run(
        InvoicesMachine,
        chain,
        request.config,
        ["pay", "payWithPermit", "payWithAuthorization", "cancel", "cancelWithSignature", "refund"],
        euro=euro,
        spender=invoices,
        people=people,
        domain=Domain.of(chain, invoices, *TYPES),
    )
