"""Counting, over the tables of the other domains."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, cast
from sqlmodel import Session, col, func, select

from pocplatform.domains.agreements.models import AgreementState
from pocplatform.domains.assessments.models import Assessment
from pocplatform.domains.hackathons.models import Hackathon, Team
from pocplatform.domains.organizations.models import Member, Organization
from pocplatform.domains.payments.models import TokenTransfer
from pocplatform.domains.pilot_runs.models import PilotRun
from pocplatform.indexer.models import Block
from pocplatform.outbox.models import Transaction, TransactionStatus

_NOBODY = "0x" + "00" * 20
_DONE = (TransactionStatus.MINED, TransactionStatus.CONFIRMED)
_PLAYED = ("guest", "pilot")
"""What the metadata of a company has that was made up for a demo or a pilot."""


def first_ms(session: Session) -> int | None:
    """When the first thing happened that is counted."""
    found: list[int | None] = [
        session.exec(select(func.min(column))).one()
        for column in (Organization.created_ms, PilotRun.ended_ms, Hackathon.starts_ms)
    ]
    return min((one for one in found if one is not None), default=None)


def mark(session: Session) -> tuple[int | None, ...]:
    """What is another as soon as a row is added, or a block comes, that is counted."""
    columns: list[Any] = [
        Block.number, Organization.seq, Member.seq, Transaction.seq, Hackathon.seq, Team.seq,
        PilotRun.seq, Assessment.seq,
    ]  # fmt: skip
    return tuple(session.exec(select(func.max(column))).one() for column in columns)


def _played(metadata: Mapping[str, str]) -> bool:
    return any(name in metadata for name in _PLAYED)


def organizations(session: Session, since_ms: int, until_ms: int) -> tuple[int, int]:
    """Companies of a time, and guests."""
    companies = guests = 0
    metadata = select(Organization.metadata_).where(
        col(Organization.created_ms) >= since_ms, col(Organization.created_ms) < until_ms
    )
    for one in session.exec(metadata):
        if not _played(one):
            companies += 1
        elif "guest" in one:
            guests += 1
    return companies, guests


def people(session: Session, since_ms: int, until_ms: int) -> int:
    """Members of real companies who came in a time, and keys of teams that were made in it."""
    companies = session.exec(
        select(Organization.metadata_)
        .join(Member, col(Member.org_id) == Organization.id)
        .where(col(Member.created_ms) >= since_ms, col(Member.created_ms) < until_ms)
    )
    members = sum(not _played(one) for one in companies)
    keys = session.exec(
        select(func.sum(Team.keys)).where(
            col(Team.created_ms) >= since_ms, col(Team.created_ms) < until_ms
        )
    ).one()
    return members + (keys or 0)


def pilots(session: Session, since_ms: int, until_ms: int) -> tuple[dict[str, str], int]:
    """The area of each pilot that was run in a time, and how many runs there were."""
    rows = session.exec(
        select(PilotRun.pilot, PilotRun.area).where(
            col(PilotRun.ended_ms) >= since_ms, col(PilotRun.ended_ms) < until_ms
        )
    ).all()
    return dict(rows), len(rows)


def events(session: Session, since_ms: int, until_ms: int) -> tuple[Counter[str], int]:
    """Events that began in a time by their kind, and the teams of these."""
    rows = session.exec(
        select(Hackathon.id, Hackathon.kind).where(
            col(Hackathon.starts_ms) >= since_ms, col(Hackathon.starts_ms) < until_ms
        )
    ).all()
    teams = session.exec(
        select(func.count())
        .select_from(Team)
        .where(col(Team.hackathon_id).in_([id_ for id_, _ in rows]))
    ).one()
    return Counter(kind for _, kind in rows), teams


def transactions(session: Session, since_ms: int, until_ms: int) -> int:
    """Transactions of a time that the chain has."""
    statement = (
        select(func.count())
        .select_from(Transaction)
        .where(
            col(Transaction.status).in_(_DONE),
            col(Transaction.created_ms) >= since_ms,
            col(Transaction.created_ms) < until_ms,
        )
    )
    return session.exec(statement).one()


def agreements(session: Session, since_ms: int, until_ms: int) -> Counter[str]:
    """Agreements that came into force in a time, by their present state."""
    rows = session.exec(
        select(AgreementState.state, func.count())
        .join(Block, col(Block.number) == AgreementState.activated_block)
        .where(col(Block.timestamp) >= since_ms // 1000, col(Block.timestamp) < until_ms // 1000)
        .group_by(col(AgreementState.state))
    ).all()
    return Counter(dict(rows))


def moved_units(session: Session, since_ms: int, until_ms: int) -> int:
    """Units of the token that went from one to another in a time."""
    found = session.exec(
        select(func.sum(cast(col(TokenTransfer.units), BigInteger))).where(
            col(TokenTransfer.timestamp) >= since_ms // 1000,
            col(TokenTransfer.timestamp) < until_ms // 1000,
            TokenTransfer.sender != _NOBODY,
            TokenTransfer.recipient != _NOBODY,
            func.length(TokenTransfer.units) <= 16,  # longer ones are no sums of anybody's trade
        )
    ).one()
    return int(found or 0)
