"""Deployments go through the outbox like every other write, so the journal has them."""

from collections.abc import Callable, Sequence

from sqlmodel import Session, select

from pocplatform.chain.deployer import DeployCall, DeploymentFailed, DeployReceipt, Submit
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import add_transaction


def submitter(database: Database, operator: str, settle: Callable[[], None]) -> Submit:
    """What sends the deployer's calls.

    Args:
        database: Holds the outbox.
        operator: Address of the account that deploys.
        settle: Returns when nothing is on its way any more.
    """

    def submit(calls: Sequence[DeployCall]) -> list[DeployReceipt]:
        with database.transaction() as session:
            ids = [add_transaction(session, _deployment(call, operator)).id for call in calls]
        settle()
        with database.snapshot() as session:
            return [_receipt(_by_id(session, id_)) for id_ in ids]

    return submit


def _deployment(call: DeployCall, operator: str) -> Transaction:
    return Transaction(
        id=new_id("tx"),
        sender=operator,
        to=call.to,
        data=call.data,
        value=str(call.value),
        contract=call.label,
        function="deploy",
        created_ms=now_ms(),
        updated_ms=now_ms(),
    )


def _receipt(row: Transaction) -> DeployReceipt:
    why = str((row.error or {}).get("name", ""))
    if "insufficient funds" in why.lower():
        raise DeploymentFailed(
            "The account {sender} cannot pay for deploying {contract}: {why}.",
            next_step="Send it some of the network's own currency, or use a network with "
            "free gas; then start again.",
            sender=row.sender,
            contract=row.contract.removeprefix("deploy "),
            why=why,
        )
    return DeployReceipt(
        transaction_hash=row.hash or "",
        block_number=row.block_number or 0,
        status=int(row.status in (TransactionStatus.MINED, TransactionStatus.CONFIRMED)),
    )


def _by_id(session: Session, transaction_id: str) -> Transaction:
    return session.exec(select(Transaction).where(Transaction.id == transaction_id)).one()
