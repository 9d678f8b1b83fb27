"""The outbox as domains see it: enqueue a call inside one's own database transaction."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias

from sqlmodel import Session, col, func, select

from pocplatform.chain.contracts import ContractCall, Contracts
from pocplatform.chain.errors import RpcError
from pocplatform.chain.reverts import RevertDecoder, revert_data
from pocplatform.kit.bulk import fetch, insert_many, stage, update_many
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.ids import new_id
from pocplatform.outbox import simulation
from pocplatform.outbox.errors import ContractReverted, QueueFull, WalletNotCustodial
from pocplatform.outbox.explanations import record
from pocplatform.outbox.models import (
    UNSETTLED,
    SignerAccount,
    Transaction,
    TransactionHistory,
    TransactionStatus,
)
from pocplatform.outbox.watch import Settled

Call: TypeAlias = tuple[str, str | None, bytes, int]
"""Sender, to, data, value in wei."""

GAS_LIMIT = 15_000_000
"""Gas limit of a transaction on the devnet: below the protocol's cap of 2²⁴ a transaction
(EIP-7825), and 200 of them fill the devnet's block gas limit exactly."""


_ACCEPTED = "outbox accepted"
"""Marks a database transaction that has accepted a write: that one is on its way."""

_REMEMBERED_SENDERS = 10_000
"""Accounts that are known to be ours; none is ever given up."""


class Write(NamedTuple):
    """A write that was accepted, as its row says until the sender has dealt with it.

    Attributes as those of :class:`~pocplatform.outbox.models.Transaction`.
    """

    id: str
    org_id: str | None
    sender: str
    to: str | None
    data: bytes
    contract: str
    function: str
    arguments: dict[str, Any]
    resource_id: str | None
    created_ms: int
    value: str = "0"
    status: TransactionStatus = TransactionStatus.QUEUED
    nonce: int | None = None
    hash: str | None = None
    block_number: int | None = None
    gas_used: int | None = None
    error: dict[str, Any] | None = None

    @classmethod
    def of(
        cls,
        call: ContractCall,
        sender: str,
        org_id: str | None,
        resource_id: str | None,
        status: TransactionStatus = TransactionStatus.QUEUED,
    ) -> Self:
        """A call that is accepted now."""
        return cls(
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
            value=str(call.value),
            status=status,
        )

    def settled(self, outcome: Settled) -> "Write":
        """The same write as its row says now."""
        return self._replace(
            status=outcome.status,
            nonce=outcome.nonce,
            hash=outcome.hash,
            block_number=outcome.block_number,
            gas_used=outcome.gas_used,
            error=outcome.error,
        )


def has_accepted(session: Session) -> bool:
    """Whether a write was accepted in this session's database transaction."""
    return _ACCEPTED in session.info


class Outbox:
    """Where writes begin.

    Args:
        contracts: The deployed contracts.
        decoder: Turns revert data into names and sentences.
        managed: Whether the chain is our own devnet.
        max_queued: Writes that may wait at a time.
    """

    def __init__(
        self,
        contracts: Contracts,
        decoder: RevertDecoder,
        *,
        managed: bool,
        max_queued: int = 10_000,
    ) -> None:
        self.contracts = contracts
        self.decoder = decoder
        self.managed = managed
        self.max_queued = max_queued
        self._at_most_queued = max_queued  # counted with the first write
        self._senders: set[str] = set()
        self._moves = 0
        self._tried: tuple[str, int | None] = "", None
        self.reverting: set[str] = set()
        """Ids of writes on their way that are to revert, as their callers asked for."""

    def enqueue(
        self,
        session: Session,
        call: ContractCall,
        *,
        sender: str,
        org_id: str | None = None,
        resource_id: str | None = None,
    ) -> Write:
        """Accept a write: a row that the sender will turn into exactly one transaction.

        A call that the contract would refuse raises :class:`ContractReverted` and leaves no row.
        That can be told only while nothing else is on its way; otherwise the sender decides, when
        all that was accepted earlier has been mined. What is to go wrong on purpose may never come
        to the sender, so the first write of such a request is always tried as things are now.

        Raises:
            ContractReverted: The contract would refuse it.
            QueueFull: Too many writes wait.
            WalletNotCustodial: The platform does not sign for the sender.
        """
        self._check_sender(session, sender)
        if not self._has_room(session):
            raise QueueFull(
                "{count} writes wait for the blockchain already, which is as many as may.",
                next_step="Send it again, with the same Idempotency-Key, in a few seconds.",
                count=self.max_queued,
            )
        tried_at = None
        alone = not session.info.get(_ACCEPTED) and not _anything_on_its_way(session)
        if alone:
            tried_at = self._moves
        if alone or simulation.is_first(session):
            error = self.simulate([(sender, call.to, call.data)], call.value)[0]
            if error is not None:
                raise ContractReverted(error)
        session.info[_ACCEPTED] = True
        write = Write.of(call, sender, org_id, resource_id)
        self._tried = write.id, tried_at
        if (wish := simulation.wish_in(session)) is not None:
            write = write._replace(status=simulation.begin(session, write.id, wish))
            if wish.kind == simulation.REVERTS:
                self.reverting.add(write.id)
        keep(session, write)
        return write

    def chain_moved(self) -> None:
        """Say that the chain has a new block: what was tried before may come out otherwise."""
        self._moves += 1

    def is_tried(self, transaction_id: str) -> bool:
        """Whether this write was tried, successfully, on the chain's present state."""
        return self._tried == (transaction_id, self._moves)

    def _check_sender(self, session: Session, sender: str) -> None:
        if sender in self._senders:
            return
        if session.get(SignerAccount, sender) is None:
            raise WalletNotCustodial(sender)
        if len(self._senders) >= _REMEMBERED_SENDERS:
            self._senders.clear()
        self._senders.add(sender)

    def _has_room(self, session: Session) -> bool:
        """Whether one more write may wait.

        The last count and the writes accepted since are never less than what waits, so it is
        counted anew only when they reach the limit.
        """
        if self._at_most_queued >= self.max_queued:
            self._at_most_queued = _queued(session, at_most=self.max_queued)
        if self._at_most_queued >= self.max_queued:
            return False
        self._at_most_queued += 1
        return True

    def simulate(
        self, calls: Sequence[tuple[str, str | None, bytes]], value: int = 0
    ) -> list[dict[str, Any] | None]:
        """What the chain would answer to each now: None, or the contract's error.

        Args:
            calls: Sender, to, data.
            value: Ether that each sends along, in wei.
        """
        answers = self._try_apart([(*call, value) for call in calls])
        return [
            None if error is None else self.explain(error, call[1])
            for call, error in zip(calls, answers, strict=True)
        ]

    def try_in_order(self, calls: Sequence[Call]) -> tuple[list[RpcError | None], bool]:
        """What our devnet would answer to each, were they the next block in this order.

        The second value is False where the node could not tell that: then each was tried on its
        own, on the latest state.
        """
        trials = [self.trial(*call)[0] for call in calls]
        block = {"blockOverrides": {"time": hex(now_s())}, "calls": trials}
        try:
            blocks = self.contracts.client.request(
                "eth_simulateV1", {"blockStateCalls": [block]}, "latest"
            )
        except RpcError:  # one that the node would not even try spoils the whole
            return self._try_apart(calls), False
        return [_simulated_error(result) for result in blocks[0]["calls"]], True

    def _try_apart(self, calls: Sequence[Call]) -> list[RpcError | None]:
        results = self.contracts.client.batch([("eth_call", self.trial(*call)) for call in calls])
        return [result.error for result in results]

    def trial(self, sender: str, to: str | None, data: bytes, value: int = 0) -> list[Any]:
        """The parameters of ``eth_call`` for a trial run.

        On our own devnet the trial runs at the present time: its last block may be hours old.
        """
        call: dict[str, Any] = {"from": sender, "data": "0x" + data.hex()}
        if to is not None:
            call["to"] = to
        if value:
            call["value"] = hex(value)
        if not self.managed:
            return [call, "latest"]
        call["gas"] = hex(GAS_LIMIT)
        return [call, "latest", {}, {"time": hex(now_s())}]

    def reverted(self, transaction_id: str, error: dict[str, Any]) -> dict[str, Any]:
        """Why a transaction has reverted: what the chain says, unless it was asked for."""
        if transaction_id not in self.reverting:
            return error
        self.reverting.discard(transaction_id)
        return _error(simulation.ERROR, "")

    def explain(self, error: RpcError, to: str | None = None) -> dict[str, Any]:
        """The contract's error behind a node's answer, as name, signature, args, explanation.

        Args:
            error: What the node answered.
            to: The contract that was called. One that is not the platform's own may mean other
                things by an error of the same name: its amounts are not in tEUR.
        """
        data = revert_data(error.data)
        if data is None and "revert" not in error.message:
            # No revert but a refusal of the node itself, such as running out of gas.
            return _error(error.message, error.message)
        found = record(self.decoder.decode(data))
        if to is not None and to not in self.contracts.addresses:
            found["foreign"] = True
        return found


def _error(name: str, explanation: str) -> dict[str, Any]:
    return {"name": name, "signature": "", "args": {}, "explanation": explanation}


def _simulated_error(result: dict[str, Any]) -> RpcError | None:
    """The error of one call of ``eth_simulateV1``, as ``eth_call`` would give it."""
    if int(result["status"], 16):
        return None
    error = result.get("error") or {}
    data = error.get("data") or result.get("returnData")
    out_of_gas = int(result["gasUsed"], 16) >= GAS_LIMIT
    message = "out of gas" if out_of_gas else "execution reverted"
    return RpcError(int(error.get("code", 3)), message, None if out_of_gas else data)


def keep(session: Session, write: Write, **columns: Any) -> None:
    """Store a write with the first line of its history; ``columns`` are further ones of its row."""
    row = write._asdict() | columns
    row["status"], row["updated_ms"] = write.status.value, write.created_ms
    stage(session, Transaction, row)
    first = {"status": write.status.shown, "detail": "", "at_ms": write.created_ms}
    stage(session, TransactionHistory, {"transaction_id": write.id, **first})


def add_transaction(session: Session, transaction: Transaction, detail: str = "") -> Transaction:
    """Store a new transaction with the first line of its history."""
    session.add(transaction)
    _record(session, transaction, detail)
    return transaction


class Change(NamedTuple):
    """What becomes of a transaction: its new status, why, and other columns that change with it.

    Of the same columns in all changes of one call of :func:`apply_changes`.

    Attributes:
        passed: What it went through on the way, each status with why: lines of its history.
    """

    transaction_id: str
    status: TransactionStatus
    detail: str = ""
    values: Mapping[str, Any] = MappingProxyType({})
    passed: Sequence[tuple[TransactionStatus, str]] = ()


def apply_changes(session: Session, changes: Sequence[Change]) -> None:
    """Move many transactions on, each with its lines in the history, in two statements.

    The rows must not be in the session as objects, which would not see it.
    """
    if not changes:
        return
    now = now_ms()
    connection = session.connection()
    rows = [
        {"id": id_, "status": status.value, "updated_ms": now, **values}
        for id_, status, _, values, _ in changes
    ]
    update_many(connection, Transaction, "id", rows)
    history = [
        {"transaction_id": id_, "status": status.value, "detail": detail, "at_ms": now}
        for id_, last, why, _, passed in changes
        for status, detail in (*passed, (last, why))
    ]
    insert_many(connection, TransactionHistory, history)


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
    return bool(fetch(session.connection(), UNSETTLED_ONES))


UNSETTLED_ONES = (
    select(Transaction.seq)
    .where(col(Transaction.status).in_(UNSETTLED), Transaction.function != "")
    .limit(1)
)
"""Of the platform's own: whether there are any."""


def _queued(session: Session, *, at_most: int) -> int:
    """How many writes wait; counts no further than ``at_most``."""
    queued = select(Transaction.seq).where(Transaction.status == TransactionStatus.QUEUED)
    return session.exec(select(func.count()).select_from(queued.limit(at_most).subquery())).one()


def history(session: Session, transaction_id: str) -> list[TransactionHistory]:
    """Every change of a transaction, oldest first."""
    statement = (
        select(TransactionHistory)
        .where(TransactionHistory.transaction_id == transaction_id)
        .order_by(col(TransactionHistory.seq))
    )
    return list(session.exec(statement))
