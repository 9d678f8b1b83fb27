"""What the sender asks the outbox's tables, and notes in them.

Rows as tuples of the columns that matter: these are read and written for every transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Integer, Select, bindparam, literal, literal_column
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from pocplatform.kit.bulk import WANTED, fetch
from pocplatform.kit.database import Database
from pocplatform.outbox.attempts import is_cancelling
from pocplatform.outbox.models import (
    IN_FLIGHT,
    SignerAccount,
    Transaction,
    TransactionHistory,
    TransactionStatus,
)
from pocplatform.outbox.service import set_status


@dataclass(frozen=True, slots=True)
class Intent:
    """A queued write, as far as it takes to try and to sign it: columns of the outbox."""

    seq: int
    id: str
    org_id: str | None
    sender: str
    to: str | None
    data: bytes
    value: str


@dataclass(frozen=True, slots=True)
class InFlight:
    """A signed transaction, as far as it takes to send it: columns of the outbox."""

    id: str
    sender: str
    nonce: int
    hash: str
    raw: bytes


def take_nonce(session: Session, sender: str, nonce: int) -> None:
    """Never give this nonce, or a lower one, to a new transaction of the account, if it is ours."""
    account = session.get(SignerAccount, sender)
    if account is not None and account.next_nonce <= nonce:
        account.next_nonce = nonce + 1
        session.add(account)


def requeue(session: Session, row: Transaction, why: str) -> None:
    """Take the nonce and the signature from a write whose nonce was used by another transaction.

    It will get others; unless it was somebody's own transaction, which we cannot sign anew.
    """
    if row.foreign:
        set_status(session, row, TransactionStatus.REPLACED, why)
        row.nonce = None  # the bytes stay: they are what was sent
    elif is_cancelling(session, row.hash):
        row.nonce = row.raw = row.hash = None
        set_status(session, row, TransactionStatus.CANCELLED, why)
    else:
        row.nonce = row.raw = row.hash = None
        set_status(session, row, TransactionStatus.QUEUED, why)
    session.flush()


def locked(session: Session, ids: Sequence[str]) -> dict[str, Transaction]:
    """Transactions by id, which nobody else can change until the database transaction ends."""
    statement = select(Transaction).where(col(Transaction.id).in_(ids)).with_for_update()
    return {row.id: row for row in session.exec(statement)}


def still_queued(session: Session, intents: Sequence[Intent]) -> set[str]:
    """Those that nobody has taken out of the queue meanwhile."""
    found = fetch(session.connection(), STILL_QUEUED, wanted=[intent.seq for intent in intents])
    return {id_ for (id_,) in found}


def still_signed(session: Session, transactions: Sequence[InFlight]) -> set[str]:
    """Those that are noted as signed, with these very bytes, and as no more than that."""
    statement = select(Transaction.id, Transaction.hash).where(
        col(Transaction.id).in_([transaction.id for transaction in transactions]),
        Transaction.status == TransactionStatus.SIGNED,
    )
    hashes = {transaction.id: transaction.hash for transaction in transactions}
    found = session.exec(statement.with_for_update())
    return {id_ for id_, hash_ in found if hashes[id_] == hash_}


def in_flight(session: Session, only: Collection[str] | None = None) -> list[InFlight]:
    """Signed but not mined ones in the order of their signing (of somebody's own: of arrival).

    Args:
        session: Of the database.
        only: Ids; None for all.
    """
    of_row = TransactionHistory.transaction_id == Transaction.id
    signing = select(func.max(TransactionHistory.seq)).where(
        of_row, TransactionHistory.status == TransactionStatus.SIGNED
    )
    arrival = select(func.min(TransactionHistory.seq)).where(of_row)
    statement = (
        sa_select(*_columns(InFlight))
        .where(col(Transaction.status).in_(IN_FLIGHT))
        .order_by(func.coalesce(signing.scalar_subquery(), arrival.scalar_subquery()))
    )
    if only is not None:
        statement = statement.where(col(Transaction.id).in_(only))
    return [InFlight(*row) for row in session.execute(statement)]


def _columns(kind: type[Intent] | type[InFlight]) -> list[Any]:
    return [getattr(Transaction, field.name) for field in fields(kind)]


def lowest_unsettled_beside(session: Session, candidates: Sequence[Intent]) -> int | None:
    """The lowest ``seq`` of what is queued or in flight beside ``candidates``; None for nothing.

    Somebody's own transactions do not count: one that waits for an earlier nonce may wait for ever.
    """
    of_in_flight = select(func.min(Transaction.seq)).where(
        col(Transaction.status).in_(IN_FLIGHT), Transaction.function != ""
    )
    queued = select(func.min(Transaction.seq)).where(
        Transaction.status == TransactionStatus.QUEUED,
        col(Transaction.seq).not_in([t.seq for t in candidates]),
    )
    found = [session.exec(of_in_flight).one()]
    found.append(session.exec(queued).one())
    return min((seq for seq in found if seq is not None), default=None)


def next_queued(database: Database, at_most: int) -> list[Intent]:
    """The next intents in the order of their acceptance.

    When there are more than a block takes: each tenant's first, each tenant's second, and so on.
    """
    intents = [Intent(*row) for row in database.fetch(QUEUED, at_most=at_most)]
    if len(intents) < at_most:
        return intents
    picked = _by_turns(database, at_most)
    fair = (Intent(*row) for row in database.fetch(QUEUED_ONES, wanted=picked))
    return sorted(fair, key=lambda intent: intent.seq)


def _by_turns(database: Database, at_most: int) -> list[int]:
    """The ``seq`` of each tenant's first queued write, each one's second, and so on.

    However many wait, only about as many are looked at as are taken.
    """
    turns = 1
    while True:
        found = database.fetch(QUEUED_BY_TURN, turns=turns)
        # The platform's own count as a tenant's.
        own = database.fetch(OWN_QUEUED, turns=turns)
        found += [(turn, seq) for turn, (seq,) in enumerate(own, 1)]
        going_on = sum(turn == turns for turn, _ in found)
        if len(found) >= at_most or not going_on:
            return [seq for _, seq in sorted(found)[:at_most]]
        turns += -(-(at_most - len(found)) // going_on)


QUEUED = (
    sa_select(*_columns(Intent))
    .where(Transaction.status == TransactionStatus.QUEUED)  # type: ignore[arg-type]
    .order_by(col(Transaction.seq))
    .limit(bindparam("at_most", type_=Integer))
)
STILL_QUEUED = (
    sa_select(col(Transaction.id))
    .where(
        col(Transaction.seq).in_(bindparam(WANTED, expanding=True)),
        Transaction.status == TransactionStatus.QUEUED,  # type: ignore[arg-type]
    )
    .with_for_update()
)
QUEUED_ONES = sa_select(*_columns(Intent)).where(
    col(Transaction.seq).in_(bindparam(WANTED, expanding=True)),
    Transaction.status == TransactionStatus.QUEUED,  # type: ignore[arg-type]
)
_IN_QUEUE = col(Transaction.status) == literal_column(f"'{TransactionStatus.QUEUED}'")
"""As the index of the queue says it: databases compare its words."""


def _first(column: Any, *conditions: Any) -> Any:
    """The lowest value of a column in the queue."""
    lowest = sa_select(column).where(_IN_QUEUE, *conditions).order_by(column).limit(1)
    return lowest.correlate_except(Transaction).scalar_subquery()


def _by_turn() -> "Select[tuple[int, int]]":
    """Turn and ``seq`` of each tenant's first queued writes.

    It goes from tenant to tenant and from write to write by the index, two steps each.
    """
    org_id, seq = col(Transaction.org_id), col(Transaction.seq)
    first = sa_select(_first(org_id, org_id > "").label("org_id"))
    tenants = first.cte("tenants", recursive=True)
    following = _first(org_id, org_id > tenants.c.org_id)
    tenants = tenants.union_all(sa_select(following).where(tenants.c.org_id.is_not(None)))
    firsts = sa_select(
        tenants.c.org_id,
        _first(seq, org_id == tenants.c.org_id).label("seq"),
        literal(1).label("turn"),
    ).where(tenants.c.org_id.is_not(None))
    picks = firsts.cte("picks", recursive=True)
    following = _first(seq, org_id == picks.c.org_id, seq > picks.c.seq)
    turns = bindparam("turns", type_=Integer)
    picks = picks.union_all(
        sa_select(picks.c.org_id, following, picks.c.turn + 1).where(
            picks.c.seq.is_not(None), picks.c.turn < turns
        )
    )
    return sa_select(picks.c.turn, picks.c.seq).where(picks.c.seq.is_not(None))


QUEUED_BY_TURN = _by_turn()
OWN_QUEUED = (
    sa_select(col(Transaction.seq))
    .where(_IN_QUEUE, col(Transaction.org_id).is_(None))
    .order_by(col(Transaction.seq))
    .limit(bindparam("turns", type_=Integer))
)
ACCOUNTS = sa_select(
    col(SignerAccount.address), col(SignerAccount.encrypted_key), col(SignerAccount.next_nonce)
).where(col(SignerAccount.address).in_(bindparam(WANTED, expanding=True)))
LOCKED_ACCOUNTS = ACCOUNTS.with_for_update()
