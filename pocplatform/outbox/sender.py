"""From queued intents to transactions that the node has.

One round (:meth:`Sender.send_queued`): try the next intents on the latest state, refuse what the
contract refuses, give the others a nonce and a signature in one database transaction, then send
them. Sending is repeatable: whatever is signed but not mined is sent again after any doubt
(:meth:`Sender.resend`), and before an error of the node is believed, the node is asked for our
hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import over
from sqlmodel import Session, col, func, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum
from pocplatform.chain.errors import RpcError
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import (
    IN_FLIGHT,
    SignerAccount,
    Transaction,
    TransactionStatus,
)
from pocplatform.outbox.service import (
    GAS_LIMIT,
    Outbox,
    add_transaction,
    set_status,
    simulation,
)
from pocplatform.outbox.signers import Signers

BATCH = 200
"""Transactions a round: fills one devnet block at :data:`GAS_LIMIT` gas each."""

_GAS_MARGIN = 1.25
"""On a node that is not ours, estimated gas times this: state may change before mining."""


_FILLER_GAS = 21_000

_NEVER_TAKEN = (
    "insufficient funds",
    "exceeds block gas limit",
    "gas limit too high",
    "exceeds max transaction gas limit",
    "intrinsic gas too low",
    "oversized data",
    "max initcode size exceeded",
    "invalid chain id",
)
"""What anvil, geth and Besu say of a transaction that will not become acceptable by waiting."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: ids of transactions."""

    sent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sent or self.refused)


class Sender:
    """Sends what the outbox holds.

    Args:
        database: Holds the outbox.
        client: The node.
        outbox: Simulates and explains.
        signers: Signs.
        chain_id: Goes into every signature (EIP-155).
    """

    def __init__(
        self,
        database: Database,
        client: ChainClient,
        outbox: Outbox,
        signers: Signers,
        chain_id: int,
    ) -> None:
        self._database = database
        self._client = client
        self._outbox = outbox
        self._signers = signers
        self._chain_id = chain_id

    def send_queued(self) -> Round:
        """One round over the oldest intents, fairly between tenants."""
        with self._database.snapshot() as session:
            candidates = _next_queued(session)
        if not candidates:
            return Round()
        gas_limits, refused = self._try(candidates)
        with self._database.transaction() as session:
            for id_, error in refused.items():
                transaction = _locked(session, id_)
                if transaction.status == TransactionStatus.QUEUED:
                    transaction.error = error
                    set_status(session, transaction, TransactionStatus.REFUSED, error["name"])
            signed = []
            for id_, gas in gas_limits.items():
                transaction = _locked(session, id_)
                if transaction.status == TransactionStatus.QUEUED:
                    self._sign(session, transaction, gas)
                    signed.append(transaction)
        self._send(signed)
        return Round(tuple(t.id for t in signed), tuple(refused))

    def resend(self) -> tuple[str, ...]:
        """Send everything again that is signed but not known to be mined."""
        with self._database.snapshot() as session:
            statement = (
                select(Transaction)
                .where(col(Transaction.status).in_(IN_FLIGHT))
                .order_by(col(Transaction.sender), col(Transaction.nonce))
            )
            in_flight = list(session.exec(statement))
        for start in range(0, len(in_flight), BATCH):
            self._send(in_flight[start : start + BATCH])
        return tuple(t.id for t in in_flight)

    def _try(
        self, candidates: Sequence[Transaction]
    ) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
        """Gas limits of those that would succeed, errors of those that would not.

        What fails on a state that something ahead of it may still change is in neither: it stays
        queued, and so does everything behind it of the same sender, so that each sender's order is
        kept. The first of a round has nothing ahead, so every round settles at least one.
        """
        managed = self._outbox.managed
        method = "eth_call" if managed else "eth_estimateGas"
        results = self._client.batch(
            [(method, simulation(t.sender, t.to, t.data, managed=managed)) for t in candidates]
        )
        with self._database.snapshot() as session:
            in_flight = session.exec(
                select(func.count()).where(col(Transaction.status).in_(IN_FLIGHT))
            ).one()
        gas_limits: dict[str, int] = {}
        refused: dict[str, dict[str, Any]] = {}
        held_back: set[str] = set()
        for transaction, result in zip(candidates, results, strict=True):
            if transaction.sender in held_back:
                continue
            if result.error is None:
                gas = GAS_LIMIT if managed else int(int(result.value, 16) * _GAS_MARGIN)
                gas_limits[transaction.id] = gas
            elif gas_limits or in_flight:
                held_back.add(transaction.sender)
            else:
                refused[transaction.id] = self._outbox.explain(result.error)
        return gas_limits, refused

    def _sign(
        self, session: Session, transaction: Transaction, gas: int, *, nonce: int | None = None
    ) -> None:
        """Sign with the given nonce, or with the account's next one."""
        if nonce is None:
            account = session.get_one(SignerAccount, transaction.sender)
            nonce = account.next_nonce
            account.next_nonce += 1
            session.add(account)
        signed = self._signers.signer(session, transaction.sender).sign_transaction(
            {
                "chainId": self._chain_id,
                "nonce": nonce,
                "to": checksum(transaction.to) if transaction.to else "",
                "data": transaction.data,
                "value": int(transaction.value),
                "gas": gas,
                "gasPrice": 0 if self._outbox.managed else self._gas_price(),
            }
        )
        transaction.nonce, transaction.raw, transaction.hash = nonce, signed.raw, signed.hash
        set_status(session, transaction, TransactionStatus.SIGNED)

    def _gas_price(self) -> int:
        return int(self._client.request("eth_gasPrice"), 16)

    def _send(self, transactions: Sequence[Transaction]) -> None:
        if not transactions:
            return
        results = self._client.batch(
            [("eth_sendRawTransaction", ["0x" + (t.raw or b"").hex()]) for t in transactions]
        )
        errors = {
            t.id: r.error
            for t, r in zip(transactions, results, strict=True)
            if r.error is not None and not self._known(t)
        }
        with self._database.transaction() as session:
            for transaction in transactions:
                row = _locked(session, transaction.id)
                if row.status not in IN_FLIGHT:
                    continue
                error = errors.get(transaction.id)
                if error is not None:
                    self._give_up(session, row, error)
                elif row.status == TransactionStatus.SIGNED:
                    set_status(session, row, TransactionStatus.SENT)

    def _known(self, transaction: Transaction) -> bool:
        """Whether the node has our transaction, whatever it said about sending it."""
        return self._client.request("eth_getTransactionByHash", transaction.hash) is not None

    def _give_up(self, session: Session, transaction: Transaction, error: RpcError) -> None:
        """Deal with an answer by which the node does not have a transaction that we signed.

        * Its nonce was used by somebody else with the same key: the signed bytes can never be
          mined, so the intent goes back into the queue and will get another nonce.
        * The node will never take it: it is refused, and its nonce is filled with an empty
          transaction, so that those behind it can be mined. (Giving the nonce to one of those
          instead could have both its old and its new form mined.)
        * Anything else passes: it stays signed and is sent again.
        """
        words = error.message.lower()
        account = session.get_one(SignerAccount, transaction.sender)
        if "nonce too low" in words:
            nonce = self._client.nonce(transaction.sender)
            account.next_nonce = max(account.next_nonce, nonce)
            session.add(account)
            transaction.nonce = transaction.raw = transaction.hash = None
            set_status(session, transaction, TransactionStatus.QUEUED, error.message[:500])
        elif any(reason in words for reason in _NEVER_TAKEN):
            freed = transaction.nonce
            transaction.nonce = transaction.raw = transaction.hash = None
            transaction.error = self._outbox.explain(error)
            set_status(session, transaction, TransactionStatus.REFUSED, error.message[:500])
            session.flush()
            filler = Transaction(
                id=new_id("tx"),
                sender=transaction.sender,
                to=transaction.sender,
                data=b"",
                function="fill_nonce",
                created_ms=now_ms(),
                updated_ms=now_ms(),
            )
            add_transaction(session, filler, f"in place of {transaction.id}")
            self._sign(session, filler, _FILLER_GAS, nonce=freed)


def _locked(session: Session, transaction_id: str) -> Transaction:
    statement = select(Transaction).where(Transaction.id == transaction_id).with_for_update()
    return session.exec(statement).one()


def _next_queued(session: Session) -> list[Transaction]:
    """The next intents: each tenant's first, then each tenant's second, and so on."""
    turn = over(
        func.row_number(), partition_by=col(Transaction.org_id), order_by=col(Transaction.seq)
    )
    ranked = (
        select(Transaction.seq, turn.label("turn"))
        .where(Transaction.status == TransactionStatus.QUEUED)
        .subquery()
    )
    statement = (
        select(Transaction)
        .join(ranked, col(Transaction.seq) == ranked.c.seq)
        .order_by(ranked.c.turn, col(Transaction.seq))
        .limit(BATCH)
    )
    return list(session.exec(statement))
