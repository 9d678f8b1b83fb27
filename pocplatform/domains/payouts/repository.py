"""Queries of payouts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.payments.models import Payment
from pocplatform.domains.payouts.models import Payout, PayoutItem
from pocplatform.kit import tenants
from pocplatform.outbox.models import Transaction


def visible_to(org_id: str | None) -> SelectOfScalar[Payout]:
    """The payouts of a tenant; the organisers see all."""
    return tenants.visible_to(Payout, org_id)


def by_id(session: Session, org_id: str | None, payout_id: str) -> Payout | None:
    """A payout of this tenant."""
    return session.exec(visible_to(org_id).where(Payout.id == payout_id)).first()


@dataclass(frozen=True)
class Part:
    """Items of a payout in the same state.

    Attributes:
        payout_id: Whose.
        status: Of their transactions; None where the contract refused them at once.
        failed: Whether the contract refused them later.
        cents: All of them together.
    """

    payout_id: str
    status: str | None
    failed: bool
    cents: int


def parts_of(session: Session, payout_ids: Sequence[str]) -> list[Part]:
    """The items of payouts by what became of them, counted by the database."""
    failed = col(Transaction.error).is_not(None)
    statement = (
        columns(
            col(PayoutItem.payout_id),
            col(Transaction.status),
            failed,
            func.sum(col(PayoutItem.amount_cents)),
        )
        .outerjoin(Payment, col(Payment.id) == col(PayoutItem.payment_id))
        .outerjoin(Transaction, col(Transaction.id) == col(Payment.transaction_id))
        .where(col(PayoutItem.payout_id).in_(payout_ids))
        .group_by(col(PayoutItem.payout_id), col(Transaction.status), failed)
    )
    return [
        Part(payout_id, status, bool(refused), int(cents))
        for payout_id, status, refused, cents in session.execute(statement)
    ]


def items_of(session: Session, payout_id: str) -> list[tuple[PayoutItem, Transaction | None]]:
    """The items of a payout in their order, each with its transaction if it has one."""
    statement = (
        select(PayoutItem, Transaction)
        .outerjoin(Payment, col(Payment.id) == col(PayoutItem.payment_id))
        .outerjoin(Transaction, col(Transaction.id) == col(Payment.transaction_id))
        .where(PayoutItem.payout_id == payout_id)
        .order_by(col(PayoutItem.index))
    )
    return [(item, transaction) for item, transaction in session.exec(statement)]
