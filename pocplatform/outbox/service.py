"""The outbox as domains see it: enqueue a call inside one's own database transaction."""

from typing import Any

from sqlmodel import Session, col, func, select

from pocplatform.chain.contracts import ContractCall, Contracts
from pocplatform.chain.errors import RpcError
from pocplatform.chain.reverts import RevertDecoder, revert_data
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import (
    UNSETTLED,
    Transaction,
    TransactionHistory,
    TransactionStatus,
)

GAS_LIMIT = 15_000_000
"""Gas limit of a transaction on the devnet: below the protocol's cap of 2²⁴ a transaction
(EIP-7825), and 200 of them fill the devnet's block gas limit exactly."""


class Outbox:
    """Where writes begin.

    Args:
        contracts: The deployed contracts.
        decoder: Turns revert data into names and sentences.
        managed: Whether the chain is our own devnet.
    """

    def __init__(self, contracts: Contracts, decoder: RevertDecoder, *, managed: bool) -> None:
        self.contracts = contracts
        self.decoder = decoder
        self.managed = managed

    def enqueue(
        self,
        session: Session,
        call: ContractCall,
        *,
        sender: str,
        org_id: str | None = None,
        resource_id: str | None = None,
    ) -> Transaction:
        """Accept a write: a row that the sender will turn into exactly one transaction.

        A call that the contract would refuse raises :class:`ContractReverted` and leaves no row.
        That can be told only while nothing else is on its way; otherwise the sender decides, when
        all that was accepted earlier has been mined.
        """
        if not _anything_on_its_way(session):
            error = self.simulate([(sender, call.to, call.data)])[0]
            if error is not None:
                raise ContractReverted(error)
        return add_transaction(
            session,
            Transaction(
                id=new_id("tx"),
                org_id=org_id,
                sender=sender,
                to=call.to,
                data=call.data,
                contract=call.contract,
                function=call.function,
                arguments=call.arguments,
                resource_id=resource_id,
                created_ms=now_ms(),
                updated_ms=now_ms(),
            ),
        )

    def simulate(self, calls: list[tuple[str, str | None, bytes]]) -> list[dict[str, Any] | None]:
        """What the chain would answer to each (sender, to, data) now: None, or its error."""
        results = self.contracts.client.batch(
            [
                ("eth_call", simulation(sender, to, data, managed=self.managed))
                for sender, to, data in calls
            ]
        )
        return [None if r.error is None else self.explain(r.error) for r in results]

    def explain(self, error: RpcError) -> dict[str, Any]:
        """The contract's error behind a node's answer, as name, signature, args, explanation."""
        data = revert_data(error.data)
        if data is None and "revert" not in error.message:
            # No revert but a refusal of the node itself, such as running out of gas.
            return _error(error.message, error.message)
        decoded = self.decoder.decode(data)
        return {
            "name": decoded.name,
            "signature": decoded.signature,
            "args": decoded.args,
            "explanation": decoded.explanation,
        }


def _error(name: str, explanation: str) -> dict[str, Any]:
    return {"name": name, "signature": "", "args": {}, "explanation": explanation}


def simulation(sender: str, to: str | None, data: bytes, *, managed: bool) -> list[Any]:
    """The parameters of ``eth_call`` for a trial run.

    On our own devnet the trial runs at the present time: its last block may be hours old.
    """
    call: dict[str, Any] = {"from": sender, "data": "0x" + data.hex()}
    if to is not None:
        call["to"] = to
    if not managed:
        return [call, "latest"]
    call["gas"] = hex(GAS_LIMIT)
    return [call, "latest", {}, {"time": hex(now_s())}]


def add_transaction(session: Session, transaction: Transaction, detail: str = "") -> Transaction:
    """Store a new transaction with the first line of its history."""
    session.add(transaction)
    _record(session, transaction, detail)
    session.flush()
    return transaction


def set_status(
    session: Session, transaction: Transaction, status: TransactionStatus, detail: str = ""
) -> None:
    """Move a transaction on, with a line in its history."""
    transaction.status = status
    transaction.updated_ms = now_ms()
    session.add(transaction)
    _record(session, transaction, detail)


def _record(session: Session, transaction: Transaction, detail: str) -> None:
    session.add(
        TransactionHistory(
            transaction_id=transaction.id,
            status=transaction.status,
            detail=detail,
            at_ms=transaction.updated_ms,
        )
    )


def _anything_on_its_way(session: Session) -> bool:
    unsettled = select(func.count()).where(col(Transaction.status).in_(UNSETTLED))
    return bool(session.exec(unsettled).one())


def history(session: Session, transaction_id: str) -> list[TransactionHistory]:
    """Every change of a transaction, oldest first."""
    statement = (
        select(TransactionHistory)
        .where(TransactionHistory.transaction_id == transaction_id)
        .order_by(col(TransactionHistory.seq))
    )
    return list(session.exec(statement))
