"""Queries of agreements."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    MilestoneState,
)


def visible_to(address: str | None) -> SelectOfScalar[Agreement]:
    """The agreements that an address is involved in; None sees all."""
    statement = select(Agreement)
    if address is None:
        return statement
    own = select(AgreementParty.agreement_id).where(AgreementParty.address == address)
    return statement.where(col(Agreement.id).in_(own))


def by_id(session: Session, agreement_id: str) -> Agreement | None:
    """An agreement by its id."""
    return session.exec(select(Agreement).where(Agreement.id == agreement_id)).first()


def people(session: Session, agreement_id: str) -> list[AgreementParty]:
    """Parties in their order, then the arbiter."""
    statement = select(AgreementParty).where(AgreementParty.agreement_id == agreement_id)
    rows = list(session.exec(statement))
    return sorted(rows, key=lambda row: (row.index is None, row.index or 0))


def addresses_of_hash(session: Session, agreement_hash: str) -> list[str]:
    """Everybody involved in the agreement with this id on the chain."""
    statement = (
        select(AgreementParty.address)
        .join(Agreement, col(Agreement.id) == AgreementParty.agreement_id)
        .where(Agreement.agreement_hash == agreement_hash)
    )
    return list(session.exec(statement))


def milestone_count(session: Session, agreement_hash: str) -> int | None:
    """How many milestones the agreement has; None if its terms are not known here."""
    statement = select(Agreement).where(Agreement.agreement_hash == agreement_hash)
    agreement = session.exec(statement).first()
    return None if agreement is None else len(agreement.terms["milestones"])


def state_of(session: Session, agreement_hash: str) -> AgreementState | None:
    """The agreement as the chain has it; None before its activation."""
    return session.get(AgreementState, agreement_hash)


def milestones_of(session: Session, agreement_hash: str) -> dict[int, MilestoneState]:
    """Milestones that something happened to on the chain, by index."""
    statement = select(MilestoneState).where(MilestoneState.agreement_hash == agreement_hash)
    return {row.index: row for row in session.exec(statement)}
