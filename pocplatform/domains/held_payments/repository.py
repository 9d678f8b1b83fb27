"""Queries of held payments."""

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.held_payments.models import HeldPayment


def visible_to(address: str | None) -> SelectOfScalar[HeldPayment]:
    """What is or was held for an address; None sees all."""
    statement = select(HeldPayment)
    return statement if address is None else statement.where(HeldPayment.recipient == address)


def by_id(session: Session, address: str | None, held_id: str) -> HeldPayment | None:
    """What is or was held for an address, by its id; None sees all."""
    return session.exec(visible_to(address).where(HeldPayment.id == held_id)).first()


def of(session: Session, holder: str, token: str, recipient: str) -> HeldPayment | None:
    """What one place holds of a token for somebody."""
    statement = select(HeldPayment).where(
        HeldPayment.holder == holder,
        HeldPayment.token == token,
        HeldPayment.recipient == recipient,
    )
    return session.exec(statement).first()


def units_at(session: Session, holder: str, token: str) -> int:
    """How much of a token one place holds for all, in its units."""
    statement = select(HeldPayment.units).where(
        HeldPayment.holder == holder, HeldPayment.token == token
    )
    return sum(int(units) for units in session.exec(statement))
