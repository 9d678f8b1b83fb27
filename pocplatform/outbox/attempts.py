"""Every form in which a transaction was ever given to a node, where the network has fees.

There a transaction may be replaced by another of the same nonce: by itself with a higher fee, or by
an empty one that cancels it. Which of them is mined is the network's choice, so all are kept.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlalchemy import insert
from sqlmodel import Session, col, select

from pocplatform.chain.signer import SignedTransaction
from pocplatform.kit.bulk import update_many
from pocplatform.kit.clock import now_ms
from pocplatform.outbox.fees import Fee
from pocplatform.outbox.models import Transaction, TransactionAttempt, TransactionStatus
from pocplatform.outbox.service import Change, apply_changes


class Kind(StrEnum):
    """What an attempt is to its transaction."""

    ORIGINAL = "original"
    RAISED = "raised"
    """The same with a higher fee."""
    CANCELLING = "cancelling"
    """An empty transaction from the account to itself."""


def remember(session: Session, attempts: Sequence[TransactionAttempt]) -> None:
    """Keep attempts, in the database transaction that makes them the transactions' present form."""
    if attempts:
        session.execute(insert(TransactionAttempt), [it.model_dump() for it in attempts])


def of_transaction(session: Session, transaction_id: str) -> list[TransactionAttempt]:
    """All attempts of a transaction, oldest first."""
    statement = (
        select(TransactionAttempt)
        .where(TransactionAttempt.transaction_id == transaction_id)
        .order_by(col(TransactionAttempt.seq))
    )
    return list(session.exec(statement))


def by_hash(session: Session, hash_: str | None) -> TransactionAttempt | None:
    """The attempt of a hash."""
    statement = select(TransactionAttempt).where(TransactionAttempt.hash == hash_)
    return session.exec(statement).first()


def is_cancelling(session: Session, hash_: str | None) -> bool:
    """Whether a hash is that of an empty transaction in another's place."""
    found = None if hash_ is None else by_hash(session, hash_)
    return found is not None and found.kind == Kind.CANCELLING


def beside(session: Session, present: Mapping[str, tuple[int, str]]) -> dict[str, list[str]]:
    """Hashes of the other attempts of transactions under the same nonce, by id.

    Args:
        session: A session.
        present: The present nonces and hashes of the transactions, by id.
    """
    statement = select(TransactionAttempt).where(
        col(TransactionAttempt.transaction_id).in_(present)
    )
    found: dict[str, list[str]] = {}
    for one in session.exec(statement):
        nonce, hash_ = present[one.transaction_id]
        if one.nonce == nonce and one.hash != hash_:
            found.setdefault(one.transaction_id, []).append(one.hash)
    return found


def adopt(session: Session, mined: Sequence[str]) -> None:
    """Make those attempts that are mined the present form of their transactions.

    To be called in the database transaction that records what is mined, and before that: it goes by
    the transactions' own hashes. From here to its end nobody gives these another form.
    """
    tried = select(TransactionAttempt.transaction_id).where(col(TransactionAttempt.hash).in_(mined))
    ours = select(Transaction.id).where(col(Transaction.id).in_(tried))
    session.exec(ours.with_for_update()).all()
    statement = (
        select(Transaction.id, TransactionAttempt.raw, TransactionAttempt.hash)
        .join(TransactionAttempt, col(TransactionAttempt.transaction_id) == Transaction.id)
        .where(
            col(TransactionAttempt.hash).in_(mined),
            Transaction.hash != TransactionAttempt.hash,
            Transaction.nonce == TransactionAttempt.nonce,
        )
    )
    rows = [{"id": id_, "raw": raw, "hash": hash_} for id_, raw, hash_ in session.exec(statement)]
    if rows:
        update_many(session.connection(), Transaction, "id", rows)


def settle_cancelled(session: Session, mined: Sequence[str]) -> set[str]:
    """Call those transactions cancelled in whose place an empty one has just been mined.

    Returns their ids.
    """
    statement = (
        select(Transaction.id)
        .join(TransactionAttempt, col(TransactionAttempt.hash) == Transaction.hash)
        .where(
            col(TransactionAttempt.hash).in_(mined),
            TransactionAttempt.kind == Kind.CANCELLING,
            Transaction.status != TransactionStatus.CANCELLED,
        )
    )
    why = "an empty transaction was mined in its place"
    ids = session.exec(statement).all()
    apply_changes(session, [Change(id_, TransactionStatus.CANCELLED, why) for id_ in ids])
    return set(ids)


def attempt(
    transaction_id: str, kind: Kind, nonce: int, gas: int, fee: Fee, signed: SignedTransaction
) -> TransactionAttempt:
    """A new attempt."""
    return TransactionAttempt(
        transaction_id=transaction_id,
        nonce=nonce,
        kind=kind,
        gas=gas,
        fee_limit=fee.limit,
        fee_tip=fee.tip,
        raw=signed.raw,
        hash=signed.hash,
        created_ms=now_ms(),
    )
