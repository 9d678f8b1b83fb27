"""Queries of receipts."""

from sqlmodel import Session, select

from pocplatform.domains.receipts.models import Receipt


def by_code(session: Session, code: str) -> Receipt | None:
    """A receipt by its code."""
    return session.exec(select(Receipt).where(Receipt.code == code)).first()


def by_subject(session: Session, subject: str) -> Receipt | None:
    """The receipt of something."""
    return session.exec(select(Receipt).where(Receipt.subject == subject)).first()
