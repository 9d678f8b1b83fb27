"""Destroying the text of an invoice: what the chain has of it then tells nothing."""

from sqlmodel import Session

from pocplatform.domains.data_protection.errors import (
    AlreadyErased,
    ErasureTooEarly,
    NotTheDrafter,
)
from pocplatform.domains.invoices import repository
from pocplatform.domains.invoices.models import Invoice
from pocplatform.domains.invoices.service import find, status_of
from pocplatform.kit.clock import now_s

_OWED = ("open", "partially_paid", "overdue")


def erase(session: Session, *, org_id: str | None, address: str, invoice_id: str) -> Invoice:
    """Destroy what an invoice says, its note, its number and the salt of its hash.

    Amounts, dates and the reference stay: the chain has them, and payments were made on them. A
    draft cannot be signed any more. What its payer has kept is out of reach.

    Raises:
        NotFound: The caller has nothing to do with such an invoice.
        NotTheDrafter: Somebody else has written it.
        AlreadyErased: There is nothing left of it.
        ErasureTooEarly: It is still to be paid, so its payer needs to know what for.
    """
    invoice = find(session, None if org_id is None else address, invoice_id)
    if invoice.org_id != org_id:
        raise NotTheDrafter(
            "The invoice {id} was written by its payee, who keeps its text.",
            next_step="Ask them to erase it.",
            id=invoice_id,
        )
    if invoice.erased:
        raise AlreadyErased("The text of {id} was erased before.", id=invoice_id)
    state = repository.state_of(session, invoice.invoice_hash)
    payable_until = invoice.request["payableUntil"]
    payable = not payable_until or payable_until >= now_s()
    if status_of(invoice, state, now_s()) in _OWED and payable:
        raise ErasureTooEarly(
            "The invoice {id} is still to be paid, and its payer may ask what for.",
            next_step="Cancel it first, or wait until it is paid.",
            id=invoice_id,
        )
    invoice.lines, invoice.metadata_ = [], {}
    invoice.number = invoice.note = None
    invoice.document = invoice.salt = ""
    session.add(invoice)
    return invoice
