"""Records blocks: receipts of our transactions, read models, events and the checkpoint together.

Each block is one database transaction. A block whose parent is not the one recorded means that
the chain was reorganized: the blocks that are no longer in it are forgotten, the read models are
emptied and written anew from the first block, which gives the same models as a first recording of
the present chain; the event log is kept and only added to.

That the chain was reorganized is also seen without a new block: when the last recorded block is no
longer the one at its height.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.errors import RpcError
from pocplatform.events import log as event_log
from pocplatform.events.log import NewEvent
from pocplatform.indexer.models import Block, Checkpoint
from pocplatform.indexer.registry import Projected, Projections, Recording
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.sender import requeue, take_nonce
from pocplatform.outbox.service import (
    Change,
    Outbox,
    add_transaction,
    apply_changes,
    set_status,
)

_NAME = "read_models"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A block with what of it concerns us.

    Attributes:
        receipts: Of the transactions that are recorded, by hash.
        raw: Signed bytes of those that reached our devnet without us, by hash.
        errors: Why those that were reverted were, by hash.
    """

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    transaction_hashes: list[str]
    receipts: dict[str, dict[str, Any]]
    raw: dict[str, bytes]
    errors: dict[str, dict[str, Any]]
    logs: list[dict[str, Any]]


class Scanner:
    """Brings the tables up to the node's latest block.

    Args:
        database: Holds blocks, transactions, read models and events.
        client: The node.
        outbox: Knows the contracts and explains reverts.
        projections: What to do with each event.
        confirmations: Blocks on top before a mined transaction counts as confirmed.
    """

    def __init__(
        self,
        database: Database,
        client: ChainClient,
        outbox: Outbox,
        projections: Projections,
        confirmations: int,
    ) -> None:
        self._database = database
        self._client = client
        self._outbox = outbox
        self._projections = projections
        self._confirmations = confirmations

    @property
    def _contracts(self) -> Contracts:
        return self._outbox.contracts

    def checkpoint(self) -> int:
        """The number of the highest recorded block; -1 for none."""
        with self._database.snapshot() as session:
            return _checkpoint(session)

    def scan(self) -> tuple[str, ...]:
        """Record every new block; returns the ids of transactions that settled."""
        head = self._client.block_number()
        if self._tip_is_gone():
            self.rewind()
        settled: list[str] = []
        number = self._first_block()
        while number <= head:
            block = self._fetch(number)
            if block is None:
                break
            with self._database.transaction() as session:
                parent = session.get(Block, number - 1)
                if parent is None or parent.hash == block.parent_hash:
                    settled += self._record(session, block)
                    number += 1
                    continue
            self.rewind()
            number = self._first_block()
        if self._confirmations:
            settled += self._confirm(head)
        return tuple(settled)

    def rewind(self) -> None:
        """Forget the blocks that the chain no longer has, and empty the read models.

        The next scan writes the read models anew from the first block.
        """
        with self._database.transaction() as session:
            lost_from = self._fork_block(session)
            for table in reversed(self._projections.tables):
                session.exec(delete(table))
            session.exec(delete(Block).where(col(Block.number) >= lost_from))
            _set_checkpoint(session, -1)
            statement = select(Transaction).where(col(Transaction.block_number) >= lost_from)
            lost = session.exec(statement).all()
            for row in lost:
                row.block_number = row.position = row.gas_used = row.error = None
                set_status(session, row, TransactionStatus.SENT, "its block was reorganized away")
            if lost:
                told = NewEvent(
                    "chain.reorganized", {"from_block": lost_from}, f"rewind:{new_id('evt')}"
                )
                event_log.append(session, [told])

    def _tip_is_gone(self) -> bool:
        """Whether the chain no longer has the block that was recorded last."""
        with self._database.snapshot() as session:
            tip = session.get(Block, _checkpoint(session))
        if tip is None:
            return False
        present = self._client.block(tip.number)
        if present is None:
            # An outside address may be served by several nodes, some of them a little behind.
            return self._outbox.managed
        return bool(present["hash"] != tip.hash)

    def _fork_block(self, session: Session) -> int:
        """The lowest recorded block that the chain no longer has."""
        for block in session.exec(select(Block).order_by(col(Block.number).desc())):
            present = self._client.block(block.number)
            if present is not None and present["hash"] == block.hash:
                return block.number + 1
        return 0

    def _first_block(self) -> int:
        checkpoint = self.checkpoint()
        if checkpoint >= 0:
            return checkpoint + 1
        return 0 if self._outbox.managed else self._contracts.start_block

    def _fetch(self, number: int) -> Fetched | None:
        block = self._client.block(number)
        if block is None:
            return None
        hashes: list[str] = block["transactions"]
        mine = hashes if self._outbox.managed else self._ours(hashes)
        calls: list[tuple[str, list[Any]]] = [
            (
                "eth_getLogs",
                [{"blockHash": block["hash"], "address": self._contracts.addresses}],
            )
        ]
        calls += [("eth_getTransactionReceipt", [hash_]) for hash_ in mine]
        unknown = sorted(set(mine) - set(self._ours(mine)))
        calls += [("eth_getTransactionByHash", [hash_]) for hash_ in unknown]
        calls += [("eth_getRawTransactionByHash", [hash_]) for hash_ in unknown]
        logs, *rest = [result.unwrap() for result in self._client.batch(calls)]
        receipts = dict(zip(mine, rest, strict=False))
        if any(r is None or r["blockHash"] != block["hash"] for r in receipts.values()):
            return None  # the chain is changing just now, or the node has not all of it yet
        raw = dict(zip(unknown, rest[len(mine) + len(unknown) :], strict=True))
        for hash_, whole in zip(unknown, rest[len(mine) : len(mine) + len(unknown)], strict=True):
            receipts[hash_] |= {"input": whole["input"], "nonce": whole["nonce"]}
        reverted = [hash_ for hash_, receipt in receipts.items() if not int(receipt["status"], 16)]
        return Fetched(
            number=number,
            hash=block["hash"],
            parent_hash=block["parentHash"],
            timestamp=int(block["timestamp"], 16),
            transaction_hashes=hashes,
            receipts=receipts,
            raw={hash_: bytes.fromhex(value[2:]) for hash_, value in raw.items()},
            errors={hash_: self._why_reverted(hash_) for hash_ in reverted},
            logs=logs,
        )

    def _ours(self, hashes: Sequence[str]) -> list[str]:
        with self._database.snapshot() as session:
            found = session.exec(select(Transaction.hash).where(col(Transaction.hash).in_(hashes)))
            return [hash_ for hash_ in found if hash_ is not None]

    def _record(self, session: Session, block: Fetched) -> list[str]:
        session.merge(
            Block(
                number=block.number,
                hash=block.hash,
                parent_hash=block.parent_hash,
                timestamp=block.timestamp,
                transaction_count=len(block.transaction_hashes),
            )
        )
        _set_checkpoint(session, block.number)
        session.flush()
        settled = self._record_receipts(session, block)
        recording = Recording(session, block.timestamp)
        ordinals: Counter[str] = Counter()
        for log in block.logs:
            # Counted for each address: contracts that become known later must not move the others.
            place = f"{log['transactionHash']}:{log['address'].lower()}"
            ordinal = ordinals[place]
            ordinals[place] += 1
            decoded = self._contracts.decode_log(log)
            if decoded is None:
                continue
            for handler in self._projections.handlers.get((decoded.contract, decoded.event), ()):
                handler(Projected(recording, decoded, ordinal))
        recording.finish()
        return settled

    def _record_receipts(self, session: Session, block: Fetched) -> list[str]:
        """What became of the transactions; those recorded before are left as they are."""
        columns = select(Transaction.hash, Transaction.id, Transaction.status)
        found = session.exec(columns.where(col(Transaction.hash).in_(block.receipts)))
        known = {hash_: (id_, TransactionStatus(status)) for hash_, id_, status in found}
        for hash_, receipt in block.receipts.items():
            if hash_ not in known:
                row = _foreign(session, receipt, block.raw[hash_])
                known[hash_] = row.id, TransactionStatus.SENT
        session.flush()
        session.expunge_all()  # what follows goes past the session's objects
        mined, confirmed, reverted = [], [], []
        for hash_, receipt in block.receipts.items():
            id_, status = known[hash_]
            if status.settled:
                continue
            why = f"block {block.number}"
            place = {
                "block_number": block.number,
                "position": int(receipt["transactionIndex"], 16),
                "gas_used": int(receipt["gasUsed"], 16),
            }
            if int(receipt["status"], 16):
                mined.append(Change(id_, TransactionStatus.MINED, why, place))
                confirmed.append(Change(id_, TransactionStatus.CONFIRMED))
            else:
                error = {"error": block.errors[hash_]}
                reverted.append(Change(id_, TransactionStatus.REVERTED, why, place | error))
        apply_changes(session, mined)
        apply_changes(session, reverted)
        if self._confirmations == 0:
            apply_changes(session, confirmed)
        return [change.transaction_id for change in (*mined, *reverted)]

    def _why_reverted(self, hash_: str) -> dict[str, Any]:
        """The contract's error: from a trace, or where the node has none, from a trial.

        A trial on the state before the block does not know what was ahead in the block itself, so
        where it succeeds the state after the block is asked too.
        """
        tracer = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        whole, trace = self._client.batch(
            [("eth_getTransactionByHash", [hash_]), ("debug_traceTransaction", [hash_, tracer])]
        )
        if trace.error is None and trace.value.get("error"):
            # Without output it ran out of gas, say; with "0x" it reverted without a reason.
            words, output = trace.value["error"], trace.value.get("output")
            return self._outbox.explain(RpcError(3, words, output))
        transaction = whole.unwrap()
        number = int(transaction["blockNumber"], 16)
        fields = ("from", "to", "gas", "value", "input")
        call = {name: transaction[name] for name in fields if transaction.get(name) is not None}
        trials = [("eth_call", [call, hex(state)]) for state in (number - 1, number)]
        errors = [result.error for result in self._client.batch(trials) if result.error]
        return self._outbox.explain(errors[0] if errors else RpcError(3, "execution reverted"))

    def _confirm(self, head: int) -> list[str]:
        statement = select(Transaction.id).where(
            Transaction.status == TransactionStatus.MINED,
            col(Transaction.block_number) <= head - self._confirmations,
        )
        with self._database.snapshot() as session:
            if session.exec(statement.limit(1)).first() is None:
                return []
        with self._database.transaction() as session:
            ids = session.exec(statement).all()
            apply_changes(session, [Change(id_, TransactionStatus.CONFIRMED) for id_ in ids])
            return list(ids)


def _checkpoint(session: Session) -> int:
    checkpoint = session.get(Checkpoint, _NAME)
    return -1 if checkpoint is None else checkpoint.block_number


def _set_checkpoint(session: Session, number: int) -> None:
    session.merge(Checkpoint(name=_NAME, block_number=number))


def _foreign(session: Session, receipt: dict[str, Any], raw: bytes) -> Transaction:
    """A row for a transaction that somebody sent to our devnet directly: it belongs to the journal.

    If it took the nonce of one that we had signed with the same key, ours goes back into the queue.
    """
    sender, nonce = checksum(receipt["from"]), int(receipt["nonce"], 16)
    overtaken = select(Transaction).where(Transaction.sender == sender, Transaction.nonce == nonce)
    for row in session.exec(overtaken).all():
        requeue(session, row, "its nonce was used by another transaction")
    take_nonce(session, sender, nonce)
    return add_transaction(
        session,
        Transaction(
            id=new_id("tx"),
            sender=sender,
            to=checksum(receipt["to"]) if receipt["to"] else None,
            data=bytes.fromhex(receipt["input"][2:]),
            nonce=nonce,
            raw=raw,
            hash=receipt["transactionHash"],
            status=TransactionStatus.SENT,
            created_ms=now_ms(),
            updated_ms=now_ms(),
        ),
        "sent to the node directly",
    )
