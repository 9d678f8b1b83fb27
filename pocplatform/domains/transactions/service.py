"""Showing transactions, and calling them back."""

from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.contracts.stored_errors import told
from pocplatform.domains.transactions import reasons
from pocplatform.domains.transactions.errors import AlreadySettled, NotCancellable
from pocplatform.domains.transactions.schemas import (
    AttemptRead,
    ContractErrorRead,
    StatusChange,
    TransactionDetail,
    TransactionRead,
)
from pocplatform.kit import tenants
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.outbox.attempts import by_hash, of_transaction
from pocplatform.outbox.explanations import localized
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.replacement import Replacements
from pocplatform.outbox.service import Write, history, set_status

OF_RESOURCE = 50
"""As many transactions are shown with what they are about; ``GET /v1/transactions`` has all."""


def has_failed(transaction: Transaction) -> bool:
    """Whether it is certain to have no effect: refused, reverted or cancelled."""
    return transaction.error is not None or transaction.status == TransactionStatus.CANCELLED


def visible_to(org_id: str | None) -> SelectOfScalar[Transaction]:
    """The transactions that a tenant may see; the organisers see all."""
    return tenants.visible_to(Transaction, org_id)


def get(session: Session, org_id: str | None, id_or_hash: str) -> Transaction:
    """A transaction of this tenant by its id or hash. Raises :class:`NotFound`."""
    key = Transaction.hash if id_or_hash.startswith("0x") else Transaction.id
    transaction = session.exec(visible_to(org_id).where(col(key) == id_or_hash)).first()
    if transaction is None and (attempt := by_hash(session, id_or_hash)) is not None:
        of_attempt = visible_to(org_id).where(Transaction.id == attempt.transaction_id)
        transaction = session.exec(of_attempt).first()
    if transaction is None:
        raise NotFound("There is no transaction {id}.", id=id_or_hash)
    return transaction


def cancel(
    session: Session, replacements: Replacements, org_id: str | None, id_or_hash: str
) -> Transaction:
    """Call a transaction back; its status says whether that is done or on its way.

    What has no nonce yet is cancelled at once. What is with the node is replaced by an empty
    transaction, and is cancelled when that one is mined; the first may still be mined before it.
    Cancelling again changes nothing.

    Raises:
        NotFound: This tenant has no such transaction.
        AlreadySettled: It is on the chain, or certain never to be.
        NotCancellable: Nothing can take its place: the network has no fees, or it is not ours.
    """
    found = get(session, org_id, id_or_hash)
    transaction = session.exec(
        select(Transaction)
        .where(Transaction.id == found.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    status = TransactionStatus(transaction.status)
    waiting = (TransactionStatus.QUEUED, TransactionStatus.PREPARED, TransactionStatus.HELD)
    if status in waiting:
        set_status(session, transaction, TransactionStatus.CANCELLED, "before it was sent")
    elif status.settled and status is not TransactionStatus.CANCELLED:
        raise AlreadySettled(
            "{id} is settled already, so it cannot be cancelled.",
            next_step="Look at it with GET /v1/transactions/{id}. What was done on the chain can "
            "only be balanced by doing the opposite, such as paying back.",
            id=transaction.id,
        )
    elif not status.settled and not replacements.cancel(session, transaction):
        raise NotCancellable(
            "{id} is with the blockchain node already, and nothing can overtake it there.",
            next_step="Wait until it is settled, then do the opposite where it succeeded.",
            id=transaction.id,
        )
    session.flush()
    return transaction


def call_back(session: Session, transaction_id: str, why: str) -> None:
    """Cancel a write that is held back or waits for its owner's signature; leave any other."""
    statement = select(Transaction).where(
        Transaction.id == transaction_id,
        col(Transaction.status).in_((TransactionStatus.HELD, TransactionStatus.PREPARED)),
    )
    transaction = session.exec(statement.with_for_update()).first()
    if transaction is not None:
        set_status(session, transaction, TransactionStatus.CANCELLED, why)
        session.flush()


def read(transaction: Transaction | Write, language: str = DEFAULT_LANGUAGE) -> TransactionRead:
    """A transaction as it is shown, its error explained in ``language``."""
    return TransactionRead(**_fields(transaction, language))


def read_detail(
    session: Session, transaction: Transaction, language: str = DEFAULT_LANGUAGE
) -> TransactionDetail:
    """A transaction with its history, its error explained in ``language``."""
    attempts = [
        AttemptRead(hash=one.hash, kind=one.kind, at=iso(one.created_ms))  # type: ignore[arg-type]
        for one in of_transaction(session, transaction.id)
    ]
    changes = [
        StatusChange(
            status=change.status,
            detail=reasons.told(change.detail, language),
            at=iso(change.at_ms),
        )
        for change in history(session, transaction.id)
    ]
    return TransactionDetail(**_fields(transaction, language), history=changes, attempts=attempts)


def of_resource(
    session: Session, resource_id: str, *, function: str | None = None
) -> list[TransactionRead]:
    """The newest transactions about a resource (:data:`OF_RESOURCE`), the oldest of them first.

    Args:
        session: Where to read.
        resource_id: The resource.
        function: Calls of this function only.
    """
    statement = select(Transaction).where(Transaction.resource_id == resource_id)
    if function is not None:
        statement = statement.where(Transaction.function == function)
    # Without their bytes, which may be many.
    newest = statement.options(
        defer(Transaction.data),  # type: ignore[arg-type]
        defer(Transaction.raw),  # type: ignore[arg-type]
    )
    rows = session.exec(newest.order_by(col(Transaction.seq).desc()).limit(OF_RESOURCE)).all()
    return [read(row) for row in reversed(rows)]


def _fields(transaction: Transaction | Write, language: str) -> dict[str, Any]:
    stored = told(transaction) if isinstance(transaction, Transaction) else transaction.error
    error = localized(stored, language) if stored else None
    return {
        "id": transaction.id,
        "status": TransactionStatus(transaction.status).shown,
        "contract": transaction.contract,
        "function": transaction.function,
        "arguments": transaction.arguments,
        "sender": transaction.sender,
        "to": transaction.to,
        "nonce": transaction.nonce,
        "hash": transaction.hash,
        "block": transaction.block_number,
        "gas_used": transaction.gas_used,
        "error": ContractErrorRead(**error) if error else None,
        "resource": transaction.resource_id,
        "created": iso(transaction.created_ms),
    }
