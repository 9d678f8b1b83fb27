"""Errors of developers' contracts that were stored with a transaction, told when they are read.

What is stored has no words of the contract's: these are its tenant's own, and may be known only
later, as the ABI may.
"""

from typing import Any

from sqlalchemy.orm import object_session
from sqlmodel import col, or_, select

from pocplatform.chain.reverts import RevertDecoder
from pocplatform.domains.contracts.models import Contract
from pocplatform.outbox import explanations
from pocplatform.outbox.models import Transaction


def told(transaction: Transaction) -> dict[str, Any] | None:
    """Why a transaction failed: of a contract of its own tenant's, in that contract's words."""
    error, session = transaction.error, object_session(transaction)
    if error is None or session is None:
        return error
    statement = select(Contract).where(
        Contract.org_id == transaction.org_id,
        # Who has only attached an address has no words for it, and it may be one of ours.
        Contract.origin != "attached",
        or_(
            Contract.id == transaction.resource_id,
            Contract.transaction_id == transaction.id,
            col(Contract.address) == transaction.to,
        ),
    )
    contract = session.scalars(statement.order_by(col(Contract.seq).desc())).first()
    return error if contract is None else explanations.of_contract(decoder(contract), error)


def decoder(contract: Contract) -> RevertDecoder:
    """What decodes errors by the ABI of one contract, and explains them in its words."""
    found = RevertDecoder()
    found.register(contract.name, contract.abi, contract.userdoc, contract.devdoc)
    return found
