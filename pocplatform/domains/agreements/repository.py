"""Queries of agreements."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import String, cast, tuple_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import Select, SelectOfScalar

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
from pocplatform.outbox.models import UNSETTLED, Transaction, TransactionStatus


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


Page = Select[Agreement, AgreementState]
Milestones = Select[Agreement, MilestoneState]


def ended(operator: str, now_ms: int, after: tuple[int, str], at_most: int) -> Page:
    """Agreements in force whose last second has passed, the first to end first.

    Args:
        operator: Those that its write to end them is on its way for are left out, or came to
            nothing within the last hour. Those of others could hold it off without end.
        now_ms: The time.
        after: End and hash of the last one that is known.
        at_most: How many.
    """
    place = (col(AgreementState.ends_at), col(AgreementState.agreement_hash))
    return (
        _in_force()
        .where(
            col(AgreementState.ends_at) < now_ms // 1000,
            tuple_(*place) > after,
            ~_tried("expire", operator, now_ms).exists(),
        )
        .order_by(*place)
        .limit(at_most)
    )


def overdue(
    state: str, function: str, operator: str, now_ms: int, after: tuple[int, str, int], at_most: int
) -> Milestones:
    """Milestones in a state whose time is over, the longest overdue first.

    Args:
        state: ``delivered`` or ``disputed``.
        function: What ends that state; those that this was tried for are left out, as above.
        operator: Who tries.
        now_ms: The time.
        after: Due time, agreement and index of the last one that is known.
        at_most: How many.
    """
    row = MilestoneState
    place = (col(row.due_at), col(row.agreement_hash), col(row.index))
    milestone = cast(col(Transaction.arguments)["milestone"].as_string(), String)
    tried = _tried(function, operator, now_ms).where(milestone == cast(col(row.index), String))
    return (
        _with_milestones()
        .where(
            row.state == state,
            col(row.due_at) < now_ms // 1000,
            tuple_(*place) > after,
            ~tried.exists(),
        )
        .order_by(*place)
        .limit(at_most)
    )


_HOUR_MS = 3_600_000


def _tried(function: str, sender: str, now_ms: int) -> SelectOfScalar[int | None]:
    """The writes of a kind about an agreement that keep from another; what is held back, or not
    signed, does not."""
    return select(col(Transaction.seq)).where(
        col(Transaction.resource_id) == Agreement.id,
        col(Transaction.function) == function,
        col(Transaction.sender) == sender,
        col(Transaction.status).not_in((TransactionStatus.HELD, TransactionStatus.PREPARED)),
        or_(
            col(Transaction.status).in_(UNSETTLED),
            col(Transaction.updated_ms) > now_ms - _HOUR_MS,
        ),
    )


def unsigned(type_: str, first: int, last: int, at_most: int) -> SelectOfScalar[Agreement]:
    """Agreements not in force, nor withdrawn, that somebody is to sign between two seconds, and
    that no event of a type has told of."""
    in_force = select(AgreementState.state).where(
        col(AgreementState.agreement_hash) == Agreement.agreement_hash
    )
    missing = select(AgreementParty.seq).where(
        col(AgreementParty.agreement_id) == Agreement.id,
        col(AgreementParty.index).is_not(None),
        col(AgreementParty.signature).is_(None),
        col(AgreementParty.address).is_not(None),
    )
    return (
        select(Agreement)
        .where(
            col(Agreement.sign_by).between(first, last),
            col(Agreement.withdrawn_ms).is_(None),
            ~in_force.exists(),
            missing.exists(),
            _untold(type_, None, col(Agreement.sign_by)),
        )
        .order_by(col(Agreement.sign_by))
        .limit(at_most)
    )


def ending(type_: str, first: int, last: int, at_most: int) -> Page:
    """Agreements in force that end between two seconds, and that no event of a type has told of."""
    ends = col(AgreementState.ends_at)
    return (
        _in_force()
        .where(ends.between(first, last), _untold(type_, None, ends))
        .order_by(ends)
        .limit(at_most)
    )


def due(type_: str, state: str, first: int, last: int, at_most: int) -> Milestones:
    """Milestones in a state that are due between two seconds, and that no event of a type has told
    of."""
    at = col(MilestoneState.due_at)
    return (
        _with_milestones()
        .where(
            MilestoneState.state == state,
            at.between(first, last),
            _untold(type_, col(MilestoneState.index), at),
        )
        .order_by(at)
        .limit(at_most)
    )


def reminder_source(agreement_id: str, milestone: int | None, deadline: int) -> str:
    """What a reminder comes from, in the event log: one for each deadline."""
    return f"{agreement_id}:{milestone}:{deadline}"


def _untold(type_: str, milestone: Any, deadline: Any) -> Any:
    """Whether no event has that source, in SQL."""
    place = "None" if milestone is None else cast(milestone, String)
    source = col(Agreement.id) + ":" + place + ":" + cast(deadline, String)
    return ~select(Event.seq).where(Event.type == type_, col(Event.source) == source).exists()


def _in_force() -> Page:
    agreement = col(AgreementState.agreement_hash) == Agreement.agreement_hash
    return (
        select(Agreement, AgreementState)
        .join(AgreementState, agreement)
        .where(AgreementState.state == "active")
    )


def _with_milestones() -> Milestones:
    agreement = col(MilestoneState.agreement_hash) == Agreement.agreement_hash
    return select(Agreement, MilestoneState).join(MilestoneState, agreement)


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
