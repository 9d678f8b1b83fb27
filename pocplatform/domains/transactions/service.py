"""Showing transactions."""

from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.transactions.schemas import (
    ContractErrorRead,
    StatusChange,
    TransactionDetail,
    TransactionRead,
)
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.outbox.explanations import localized
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import history


def visible_to(org_id: str | None) -> SelectOfScalar[Transaction]:
    """The transactions that a tenant may see; the organisers see all."""
    statement = select(Transaction)
    return statement if org_id is None else statement.where(Transaction.org_id == org_id)


def get(session: Session, org_id: str | None, id_or_hash: str) -> Transaction:
    """A transaction of this tenant by its id or hash. Raises :class:`NotFound`."""
    key = Transaction.hash if id_or_hash.startswith("0x") else Transaction.id
    transaction = session.exec(visible_to(org_id).where(col(key) == id_or_hash)).first()
    if transaction is None:
        raise NotFound("There is no transaction {id}.", id=id_or_hash)
    return transaction


def read(transaction: Transaction, language: str = DEFAULT_LANGUAGE) -> TransactionRead:
    """A transaction as it is shown, its error explained in ``language``."""
    return TransactionRead(**_fields(transaction, language))


def read_detail(
    session: Session, transaction: Transaction, language: str = DEFAULT_LANGUAGE
) -> TransactionDetail:
    """A transaction with its history, its error explained in ``language``."""
    changes = [
        StatusChange(status=change.status, detail=change.detail, at=iso(change.at_ms))
        for change in history(session, transaction.id)
    ]
    return TransactionDetail(**_fields(transaction, language), history=changes)


def of_resource(session: Session, resource_id: str) -> list[TransactionRead]:
    """The transactions about a resource, oldest first."""
    statement = (
        select(Transaction)
        .where(Transaction.resource_id == resource_id)
        .order_by(col(Transaction.seq))
    )
    return [read(row) for row in session.exec(statement)]


def _fields(transaction: Transaction, language: str) -> dict[str, Any]:
    error = localized(transaction.error, language) if transaction.error else None
    return {
        "id": transaction.id,
        "status": transaction.status,
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
