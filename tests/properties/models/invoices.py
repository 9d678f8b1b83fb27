"""Invoices: who owes whom how much, what was paid of it and what was given back."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import NamedTuple

from tests.properties.models.euro import EuroModel
from tests.properties.support.chain import ZERO
from tests.properties.support.machines import Model, refuse_if


class State(IntEnum):
    OPEN, PARTLY_PAID, PAID, CANCELLED = range(4)


class Invoice(NamedTuple):
    """What the payee signs; its members are those of the contract's struct."""

    payee: str
    payer: str
    amount: int
    due_at: int
    payable_until: int
    partial_allowed: bool
    rf_reference: bytes
    document_hash: bytes
    nonce: int


def has_right_reference(reference: bytes) -> bool:
    """Whether 32 bytes are a creditor reference by ISO 11649."""
    text = reference.rstrip(b"\0").decode("ascii", errors="replace")
    rest = text[4:]
    plain = all(c.isdigit() or "A" <= c <= "Z" for c in rest) and rest.isascii()
    if not (text.startswith("RF") and text[2:4].isdigit() and 1 <= len(rest) <= 21 and plain):
        return False
    return int("".join(str(int(c, 36)) for c in rest + text[:4])) % 97 == 1


class InvoicesModel(Model):
    """Money goes from payers to payees, and never rests in the contract."""

    def __init__(self, euro: EuroModel, spender: str) -> None:
        self.euro = euro
        self.spender = spender
        self.states: dict[Invoice, State] = {}
        self.payers: dict[Invoice, str] = {}
        self.paid: Counter[Invoice] = Counter()
        self.refunded: Counter[Invoice] = Counter()

    def state(self, invoice: Invoice) -> State:
        return self.states.get(invoice, State.OPEN)

    def open_amount(self, invoice: Invoice) -> int:
        return invoice.amount - self.paid[invoice]

    def pay(self, payer: str, invoice: Invoice, amount: int, signed: bool, time: int) -> None:
        self._record(payer, invoice, amount, signed, time)
        self.euro.transfer_from(self.spender, payer, invoice.payee, amount)

    def pay_with_permit(
        self,
        payer: str,
        invoice: Invoice,
        amount: int,
        signed: bool,
        deadline: int,
        flaw: str,
        time: int,
    ) -> None:
        self._record(payer, invoice, amount, signed, time)
        self.euro.try_permit(payer, self.spender, amount, deadline, flaw, time)
        self.euro.transfer_from(self.spender, payer, invoice.payee, amount)

    def pay_with_authorization(
        self,
        payer: str,
        invoice: Invoice,
        amount: int,
        signed: bool,
        before: int,
        nonce: bytes,
        authorized: bool,
        time: int,
    ) -> None:
        self._record(payer, invoice, amount, signed, time)
        refuse_if(not authorized, "ERC3009InvalidSignature")
        self.euro.authorized(payer, self.spender, amount, 0, before, nonce, time)
        self.euro.transfer(self.spender, invoice.payee, amount)

    def cancel(self, sender: str, invoice: Invoice) -> None:
        refuse_if(sender != invoice.payee, "InvoiceNotPayee")
        self._cancel(invoice)

    def cancel_signed(self, invoice: Invoice, deadline: int, signed: bool, time: int) -> None:
        refuse_if(time > deadline, "InvoiceSignatureExpired")
        refuse_if(not signed, "InvoiceInvalidSignature")
        self._cancel(invoice)

    def refund(self, sender: str, invoice: Invoice, amount: int) -> None:
        refuse_if(sender != invoice.payee, "InvoiceNotPayee")
        left = self.paid[invoice] - self.refunded[invoice]
        refuse_if(not 0 < amount <= left, "InvoiceRefundTooHigh")
        self.refunded[invoice] += amount
        self.euro.transfer_from(self.spender, sender, self.payers[invoice], amount)

    def check(self) -> None:
        self.euro.check()
        assert self.euro.balances[self.spender] == 0
        for invoice, paid in self.paid.items():
            assert 0 <= self.refunded[invoice] <= paid <= invoice.amount
            assert (self.state(invoice) is State.PAID) <= (paid == invoice.amount)

    def _record(self, payer: str, invoice: Invoice, amount: int, signed: bool, time: int) -> None:
        state = self.state(invoice)
        refuse_if(state > State.PARTLY_PAID, "InvoiceWrongState")
        if state is State.OPEN:
            refuse_if(invoice.payee == ZERO or not invoice.amount, "InvoiceInvalid")
            refuse_if(invoice.partial_allowed and invoice.payer == ZERO, "InvoicePartsNeedPayer")
            refuse_if(not has_right_reference(invoice.rf_reference), "InvoiceInvalidReference")
            refuse_if(not signed, "InvoiceInvalidSignature")
        until = invoice.payable_until
        refuse_if(until and time > until, "InvoiceNoLongerPayable")
        expected = self.payers.get(invoice, invoice.payer)
        refuse_if(expected not in (ZERO, payer), "InvoiceWrongPayer")
        left = self.open_amount(invoice)
        in_whole = amount == left or invoice.partial_allowed
        refuse_if(not 0 < amount <= left or not in_whole, "InvoiceWrongAmount")
        self.payers[invoice] = payer
        self.paid[invoice] += amount
        self.states[invoice] = State.PAID if amount == left else State.PARTLY_PAID

    def _cancel(self, invoice: Invoice) -> None:
        refuse_if(self.state(invoice) > State.PARTLY_PAID, "InvoiceWrongState")
        self.states[invoice] = State.CANCELLED
