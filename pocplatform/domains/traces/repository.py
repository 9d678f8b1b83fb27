"""Queries of traces."""

from sqlmodel import Session, col, select

from pocplatform.outbox.models import Transaction, TransactionHistory, TransactionStatus

_IN_A_BLOCK = (
    TransactionStatus.MINED, TransactionStatus.CONFIRMED, TransactionStatus.REVERTED,
)  # fmt: skip


def refusal(session: Session, transaction_id: str) -> TransactionHistory | None:
    """The line of its history in which a transaction was refused."""
    statement = select(TransactionHistory).where(
        TransactionHistory.transaction_id == transaction_id,
        TransactionHistory.status == TransactionStatus.REFUSED,
    )
    return session.exec(statement).first()


def block_before(session: Session, line: TransactionHistory) -> int:
    """The newest block with a transaction of ours when a line of a history was written."""
    statement = (
        select(Transaction.block_number)
        .join(TransactionHistory, col(TransactionHistory.transaction_id) == col(Transaction.id))
        .where(
            col(TransactionHistory.seq) < line.seq,
            col(TransactionHistory.status).in_(_IN_A_BLOCK),
            col(Transaction.block_number).is_not(None),
        )
        .order_by(col(TransactionHistory.seq).desc())
        .limit(1)
    )
    return session.exec(statement).first() or 0
