"""Queries of agreements."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, and_, cast
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementChangeSignature,
    AgreementInvitation,
    AgreementNote,
    AgreementParty,
    AgreementRefusal,
    AgreementRevision,
    AgreementState,
    MilestoneState,
)
from pocplatform.events.models import Event, EventAudience
from pocplatform.indexer.models import Block
from pocplatform.outbox.models import Transaction, TransactionStatus


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
    return [address for address in session.exec(statement) if address is not None]


def by_hash(session: Session, agreement_hash: str) -> Agreement | None:
    """An agreement by its id on the chain."""
    statement = select(Agreement).where(Agreement.agreement_hash == agreement_hash)
    return session.exec(statement).first()


def state_of(session: Session, agreement_hash: str) -> AgreementState | None:
    """The agreement as the chain has it; None before its activation."""
    return session.get(AgreementState, agreement_hash)


def milestones_of(session: Session, agreement_hash: str) -> dict[int, MilestoneState]:
    """Milestones that something happened to on the chain, by index."""
    statement = select(MilestoneState).where(MilestoneState.agreement_hash == agreement_hash)
    return {row.index: row for row in session.exec(statement)}


def revisions(session: Session, agreement_hash: str) -> list[str]:
    """Hashes of the terms that amendments have put in force, oldest first."""
    statement = (
        select(AgreementRevision.terms_hash)
        .where(AgreementRevision.agreement_hash == agreement_hash)
        .order_by(col(AgreementRevision.revision))
    )
    return list(session.exec(statement))


def amendments(session: Session, agreement_id: str) -> dict[str, AgreementChange]:
    """Proposed amendments, by the hash of their terms."""
    statement = select(AgreementChange).where(
        AgreementChange.agreement_id == agreement_id, AgreementChange.kind == "amendment"
    )
    return {row.terms_hash or "": row for row in session.exec(statement)}


def changes_of(agreement_id: str) -> SelectOfScalar[AgreementChange]:
    """Proposed changes of an agreement."""
    return select(AgreementChange).where(AgreementChange.agreement_id == agreement_id)


def change_by_id(session: Session, agreement_id: str, change_id: str) -> AgreementChange | None:
    """A proposed change of an agreement."""
    return session.exec(changes_of(agreement_id).where(AgreementChange.id == change_id)).first()


def change_signatures(session: Session, change_id: str) -> dict[int, AgreementChangeSignature]:
    """Who has signed a change, by the party's index."""
    statement = select(AgreementChangeSignature).where(
        AgreementChangeSignature.change_id == change_id
    )
    return {row.index: row for row in session.exec(statement)}


def invitation(session: Session, code: str) -> AgreementInvitation | None:
    """An invitation by its code."""
    return session.exec(select(AgreementInvitation).where(AgreementInvitation.code == code)).first()


def invitation_to(session: Session, agreement_id: str, party: int) -> AgreementInvitation | None:
    """The invitation to a party's place."""
    statement = select(AgreementInvitation).where(
        AgreementInvitation.agreement_id == agreement_id, AgreementInvitation.party == party
    )
    return session.exec(statement).first()


def notes(session: Session, agreement_id: str, at_most: int) -> list[AgreementNote]:
    """The newest texts whose hashes are on the chain, the oldest of them first; without the texts
    themselves, which may be long."""
    statement = (
        select(AgreementNote)
        .where(AgreementNote.agreement_id == agreement_id)
        .options(defer(AgreementNote.text))  # type: ignore[arg-type]
        .order_by(col(AgreementNote.seq).desc())
        .limit(at_most)
    )
    return list(session.exec(statement))[::-1]


def note(session: Session, agreement_id: str, hash_: str) -> AgreementNote | None:
    """A text by its hash."""
    statement = select(AgreementNote).where(
        AgreementNote.hash == hash_, AgreementNote.agreement_id == agreement_id
    )
    return session.exec(statement.order_by(col(AgreementNote.seq))).first()


def has_transaction(
    session: Session, agreement_id: str, function: str, statuses: Collection[str]
) -> bool:
    """Whether a write of a kind about an agreement is in one of these states."""
    statement = select(Transaction.seq).where(
        Transaction.resource_id == agreement_id,
        Transaction.function == function,
        col(Transaction.status).in_(statuses),
    )
    return session.exec(statement.limit(1)).first() is not None


def writes(session: Session, agreement_id: str, function: str, sender: str) -> list[Transaction]:
    """Writes of a kind about an agreement by somebody, but what is held back or not signed."""
    statement = select(Transaction).where(
        Transaction.resource_id == agreement_id,
        Transaction.function == function,
        Transaction.sender == sender,
        col(Transaction.status).not_in((TransactionStatus.HELD, TransactionStatus.PREPARED)),
    )
    return list(session.exec(statement))


def ending(session: Session, first: int, last: int) -> list[Agreement]:
    """Agreements in force that end between two seconds, both included; the first to end first."""
    amended = _seconds(AgreementChange.terms, "deal", "expiresAt")
    ends = func.coalesce(amended, _seconds(Agreement.terms, "deal", "expiresAt"))
    statement = (
        select(Agreement)
        .join(AgreementState, col(AgreementState.agreement_hash) == Agreement.agreement_hash)
        .outerjoin(
            AgreementRevision,
            and_(
                col(AgreementRevision.agreement_hash) == Agreement.agreement_hash,
                col(AgreementRevision.revision) == AgreementState.revision,
            ),
        )
        .outerjoin(
            AgreementChange,
            and_(
                col(AgreementChange.agreement_id) == Agreement.id,
                col(AgreementChange.kind) == "amendment",
                col(AgreementChange.terms_hash) == AgreementRevision.terms_hash,
            ),
        )
        .where(AgreementState.state == "active", ends.between(first, last))
        .order_by(ends)
    )
    return list(session.exec(statement))


def drafts(session: Session, first: int, last: int) -> list[Agreement]:
    """Agreements not in force, nor withdrawn, that are to be signed between two seconds."""
    in_force = select(AgreementState.agreement_hash)
    statement = select(Agreement).where(
        col(Agreement.agreement_hash).not_in(in_force),
        col(Agreement.withdrawn_ms).is_(None),
        _seconds(Agreement.terms, "signBy").between(first, last),
    )
    return list(session.exec(statement))


def _seconds(terms: Any, *path: str) -> Any:
    """A moment in terms, in SQL: it may be more than the 32 bits of SQL's integers."""
    return cast(col(terms)[path].as_string(), BigInteger)


def milestones_in(session: Session, state: str) -> list[tuple[Agreement, MilestoneState]]:
    """Milestones in a state, each with its agreement."""
    statement = (
        select(Agreement, MilestoneState)
        .join(MilestoneState, col(MilestoneState.agreement_hash) == Agreement.agreement_hash)
        .where(MilestoneState.state == state)
    )
    return list(session.exec(statement))


def refusals(session: Session, agreement_id: str, at_most: int) -> list[AgreementRefusal]:
    """The newest attempts that were refused before they were sent."""
    statement = (
        select(AgreementRefusal)
        .where(AgreementRefusal.agreement_id == agreement_id)
        .order_by(col(AgreementRefusal.seq).desc())
        .limit(at_most)
    )
    return list(session.exec(statement))


def invitations_taken(session: Session, agreement_id: str) -> list[AgreementInvitation]:
    """Invitations by which somebody has joined."""
    statement = select(AgreementInvitation).where(
        AgreementInvitation.agreement_id == agreement_id,
        col(AgreementInvitation.accepted_ms).is_not(None),
    )
    return list(session.exec(statement))


def failed_writes(session: Session, agreement_id: str, at_most: int) -> list[Transaction]:
    """The newest writes about an agreement that the contract refused after they were accepted."""
    failed = (TransactionStatus.REFUSED, TransactionStatus.REVERTED)
    statement = (
        select(Transaction)
        .where(Transaction.resource_id == agreement_id, col(Transaction.status).in_(failed))
        .order_by(col(Transaction.seq).desc())
        .limit(at_most)
    )
    return list(session.exec(statement))


def by_transaction_hash(session: Session, hashes: Collection[str]) -> dict[str, Transaction]:
    """Transactions by their hash on the chain."""
    statement = select(Transaction).where(col(Transaction.hash).in_(hashes))
    return {row.hash: row for row in session.exec(statement) if row.hash is not None}


def block_times(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Timestamps of blocks, in seconds."""
    statement = select(Block.number, Block.timestamp).where(col(Block.number).in_(numbers))
    return {number: timestamp for number, timestamp in session.exec(statement)}


def events_of(session: Session, agreement_hash: str, address: str) -> list[Event]:
    """What the chain has told about an agreement, oldest first, as one involved is told it."""
    statement = (
        select(Event)
        .join(EventAudience, col(EventAudience.event_seq) == Event.seq)
        .where(
            EventAudience.address == address,
            col(Event.block_number).is_not(None),
            or_(col(Event.type).startswith("agreement."), col(Event.type).startswith("milestone.")),
            col(Event.data)["agreement_hash"].as_string() == agreement_hash,
        )
        .order_by(col(Event.seq))
    )
    return list(session.exec(statement))


def events_about(session: Session, address: str, family: str) -> list[Event]:
    """What was told about somebody's identity or credentials, oldest first."""
    statement = (
        select(Event)
        .join(EventAudience, col(EventAudience.event_seq) == Event.seq)
        .where(EventAudience.address == address, col(Event.type).startswith(f"{family}."))
        .order_by(col(Event.seq))
        .limit(200)
    )
    return list(session.exec(statement))
