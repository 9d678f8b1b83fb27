"""Queries of invoices."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.invoices.models import Invoice, InvoicePayment, InvoiceState
from pocplatform.outbox.models import Transaction


def visible_to(address: str | None) -> SelectOfScalar[Invoice]:
    """The invoices that an address has written, is to pay or has paid; None sees all."""
    statement = _with_state()
    if address is None:
        return statement
    return statement.where(
        or_(
            col(Invoice.payee) == address,
            and_(col(Invoice.payer) == address, col(Invoice.signature).is_not(None)),
            _paid_by(address),
        )
    )


def _paid_by(address: str) -> ColumnElement[bool]:
    """By a subquery: an "or" over the columns of two tables would read all invoices there are."""
    paid = select(InvoiceState.invoice_hash).where(InvoiceState.payer == address)
    return col(Invoice.invoice_hash).in_(paid)


def _with_state() -> SelectOfScalar[Invoice]:
    return select(Invoice).outerjoin(
        InvoiceState, col(InvoiceState.invoice_hash) == col(Invoice.invoice_hash)
    )


def issued_by(address: str | None) -> SelectOfScalar[Invoice]:
    """The invoices that an address has written; None: all."""
    statement = _with_state()
    return statement if address is None else statement.where(Invoice.payee == address)


def received_by(address: str | None) -> SelectOfScalar[Invoice]:
    """The invoices that an address is to pay or has paid; None: all with a payer."""
    if address is None:
        return _with_state().where(
            or_(col(Invoice.payer).is_not(None), col(InvoiceState.payer).is_not(None))
        )
    return _with_state().where(
        or_(col(Invoice.payer) == address, _paid_by(address)),
        col(Invoice.signature).is_not(None),
    )


def in_status(
    statement: SelectOfScalar[Invoice], status: str, now_s: int
) -> SelectOfScalar[Invoice]:
    """Those of a statement of this module that have a status at a time (seconds since 1970)."""
    state, due_at = col(InvoiceState.state), col(Invoice.due_at)
    whole_back = and_(
        state == "paid", col(InvoiceState.refunded_units) == col(InvoiceState.paid_units)
    )
    signed = col(Invoice.signature).is_not(None)
    unpaid = and_(signed, or_(state.is_(None), state == "partially_paid"))
    conditions = {
        "draft": and_(~signed, state.is_(None)),
        "open": and_(signed, state.is_(None), due_at >= now_s),
        "partially_paid": and_(state == "partially_paid", due_at >= now_s),
        "overdue": and_(unpaid, due_at < now_s),
        "refunded": whole_back,
        "paid": and_(state == "paid", ~whole_back),
        "cancelled": state == "cancelled",
    }
    return statement.where(conditions[status])


def by_id(session: Session, invoice_id: str) -> Invoice | None:
    """An invoice by its id."""
    return session.exec(select(Invoice).where(Invoice.id == invoice_id)).first()


def by_hash(session: Session, invoice_hash: str) -> Invoice | None:
    """An invoice by its id on the chain."""
    return session.exec(select(Invoice).where(Invoice.invoice_hash == invoice_hash)).first()


def state_of(session: Session, invoice_hash: str) -> InvoiceState | None:
    """The invoice as the chain has it; None while nothing happened to it there."""
    return session.get(InvoiceState, invoice_hash)


def payments_of(session: Session, invoice_hash: str) -> list[InvoicePayment]:
    """Payments and refunds of an invoice, oldest first."""
    statement = (
        select(InvoicePayment)
        .where(InvoicePayment.invoice_hash == invoice_hash)
        .order_by(col(InvoicePayment.seq))
    )
    return list(session.exec(statement))


def payments_in(session: Session, hashes: Sequence[str]) -> list[InvoicePayment]:
    """Payments and refunds of invoices in these transactions."""
    statement = select(InvoicePayment).where(col(InvoicePayment.transaction_hash).in_(hashes))
    return list(session.exec(statement))


def writes_about(session: Session, invoice_id: str, sender: str) -> int:
    """How many writes about an invoice an account has begun, whatever became of them."""
    statement = select(func.count(col(Transaction.seq))).where(
        Transaction.resource_id == invoice_id, Transaction.sender == sender
    )
    return session.exec(statement).one()


def close_settled(session: Session, *, before_s: int, at_ms: int, at_most: int) -> None:
    """Have those due before a time that need no reminders any more looked at never again."""
    settled = (
        select(Invoice.seq)
        .join(InvoiceState, col(InvoiceState.invoice_hash) == col(Invoice.invoice_hash))
        .where(
            col(Invoice.overdue_told_ms).is_(None),
            col(Invoice.due_at) < before_s,
            col(InvoiceState.state) != "partially_paid",
        )
        .limit(at_most)
    )
    told = func.coalesce(col(Invoice.due_soon_told_ms), at_ms)
    session.connection().execute(
        update(Invoice)
        .where(col(Invoice.seq).in_(settled))
        .values(overdue_told_ms=at_ms, due_soon_told_ms=told)
    )


def unpaid_due(
    session: Session, *, before_s: int, overdue: bool, at_most: int, since_s: int = 0
) -> list[Invoice]:
    """Unpaid invoices that are due between two times and whose parties were not told so yet.

    Args:
        session: Where to look.
        before_s: The end, which is not in it: seconds since 1970.
        overdue: Whether being overdue is to be told, or that it is due soon.
        at_most: How many.
        since_s: The beginning.
    """
    told = col(Invoice.overdue_told_ms if overdue else Invoice.due_soon_told_ms)
    state = col(InvoiceState.state)
    statement = (
        _with_state()
        .where(
            told.is_(None),
            col(Invoice.signature).is_not(None),
            col(Invoice.due_at) >= since_s,
            col(Invoice.due_at) < before_s,
            or_(state.is_(None), state == "partially_paid"),
        )
        .order_by(col(Invoice.due_at))
        .limit(at_most)
    )
    return list(session.exec(statement))
