"""Records blocks: receipts of our transactions, read models, events and the checkpoint together.

Each block is one database transaction. A block whose parent is not the one recorded means that
the chain was reorganized: the blocks that are no longer in it are forgotten, the read models are
emptied and written anew from the first block, which gives the same models as a first recording of
the present chain; the event log is kept and only added to.

That the chain was reorganized is also seen without a new block: when the last recorded block is no
longer the one at its height.

A projection that raises is a defect of ours, and must not keep writes from being sent and recorded:
from that block on, blocks and receipts are recorded without read models, until the next start (or
reorganization) writes these anew. Until then they stand still, all of them, and that is told.
"""

import logging
from typing import Any

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.manifest import verify_chain
from pocplatform.events import log as event_log
from pocplatform.events.log import NewEvent
from pocplatform.indexer.blocks import BlockReader, Fetched, Tip
from pocplatform.indexer.comparison import digests
from pocplatform.indexer.models import Block, Checkpoint
from pocplatform.indexer.registry import ProjectionFailed, Projections, Recording
from pocplatform.kit.bulk import WANTED, fetch, put_many
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox import attempts
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.queries import requeue, take_nonce
from pocplatform.outbox.service import (
    Change,
    Outbox,
    add_transaction,
    apply_changes,
    set_status,
)
from pocplatform.outbox.watch import Settled

logger = logging.getLogger(__name__)

_NAME = "read_models"
_STOPPED = "read_models_stopped"
"""Name of the checkpoint that says at which block a projection raised; none while all is well."""


class DevnetEmptied(Exception):
    """Our own devnet lives but has nothing of what was recorded: the journal must be replayed."""


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
        self._reader = BlockReader(database, client, outbox)
        self.defect: str | None = None
        """Since when read models are not written any more, and why; None while all is well."""
        self._settled: list[Settled] = []
        self.recorded = 0
        """How many blocks have been recorded since the start, those of a rewound chain included."""
        self.rewinds = 0
        """How often the chain was reorganized since the start."""
        self.behind = False
        """Whether an outside node lacked the last recorded block when it was last looked at: it is
        a little late, or was put back. What it says of the state is not to be relied on."""

    @property
    def _contracts(self) -> Contracts:
        return self._outbox.contracts

    def stopped_at(self) -> int | None:
        """The block from which on read models are not written, since a projection raised there."""
        with self._database.snapshot() as session:
            found = session.get(Checkpoint, _STOPPED)
        return None if found is None else found.block_number

    def checkpoint(self) -> int:
        """The number of the highest recorded block; -1 for none."""
        with self._database.snapshot() as session:
            return _checkpoint(session)

    def scan(self) -> tuple[Settled, ...]:
        """Record every new block; returns what became of the transactions in them.

        What was recorded before it raised is returned the next time.

        Raises:
            DevnetEmptied: Our own devnet has none of the recorded blocks.
            GenesisMismatch: The outside node serves another chain now.
        """
        head = -1
        while True:
            tip = self._tip()
            number = tip.number + 1 if tip is not None else self._first_block()
            view = self._reader.look(number, tip)
            if self._is_gone(tip, view.tip):
                self.rewind()
                continue
            head = view.head
            block = self._reader.fetched(view.next, view.receipts)
            if block is None:
                break
            if tip is not None and tip.hash != block.parent_hash:
                self.rewind()
                continue
            self._settled += self._record_block(block)
            if block.number >= head:
                break
        if self._confirmations:
            self._confirm(head)
        settled, self._settled = tuple(self._settled), []
        return settled

    def read_model_digests(self) -> dict[str, str]:
        """A hash of each read model's content, by its table's name."""
        with self._database.snapshot() as session:
            return digests(session, self._projections.tables)

    def rewind(self) -> None:
        """Forget the blocks that the chain no longer has, and empty the read models.

        The next scan writes the read models anew from the first block.

        Raises:
            DevnetEmptied: All of them are lost on our own devnet. That is no other chain but an
                empty one, and forgetting its blocks would be forgetting the journal.
            GenesisMismatch: The outside node serves another chain now.
        """
        if not self._outbox.managed:
            verify_chain(self._contracts.manifest, self._client)
        elif self._first_is_gone():
            raise DevnetEmptied
        with self._database.transaction() as session:
            lost_from = self._fork_block(session)
            for table in reversed(self._projections.tables):
                session.exec(delete(table))
            session.exec(delete(Block).where(col(Block.number) >= lost_from))
            session.exec(delete(Checkpoint).where(col(Checkpoint.name) == _STOPPED))
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
        self.defect = None
        self.rewinds += 1

    def _tip(self) -> Tip | None:
        """The block that was recorded last; None if the first is to be recorded."""
        found = self._database.fetch(_TIP, name=_NAME)
        return Tip(*found[0]) if found else None

    def _is_gone(self, tip: Tip | None, present: dict[str, Any] | None) -> bool:
        """Whether the chain no longer has the block that was recorded last."""
        self.behind = tip is not None and present is None and not self._outbox.managed
        if tip is None:
            return False
        if self.behind:
            # An outside address may be served by several nodes, some of them a little behind.
            verify_chain(self._contracts.manifest, self._client)
            return False
        if present is None:
            return True
        return bool(present["hash"] != tip.hash)

    def _first_is_gone(self) -> bool:
        """Whether the chain no longer has the block after the genesis block."""
        with self._database.snapshot() as session:
            first = session.get(Block, 1)
        if first is None:
            return False
        present = self._client.block(first.number)
        return present is None or bool(present["hash"] != first.hash)

    def _fork_block(self, session: Session) -> int:
        """The lowest recorded block that the chain no longer has."""
        for block in session.exec(select(Block).order_by(col(Block.number).desc())):
            present = self._client.block(block.number)
            if present is not None and present["hash"] == block.hash:
                return block.number + 1
        return 0

    def _first_block(self) -> int:
        return 0 if self._outbox.managed else self._contracts.start_block

    def _record_block(self, block: Fetched) -> list[Settled]:
        self.recorded += 1
        if self.defect is None:
            try:
                with self._database.transaction() as session:
                    settled = self._record(session, block)
                    recording = Recording(session, block.timestamp)
                    self._projections.project(block.logs, recording, self._contracts)
                return settled
            except ProjectionFailed as error:
                logger.error("the read models stand still", exc_info=error)
                self.defect = f"The read models stand still since block {block.number}: {error}"
                with self._database.transaction() as session:
                    session.add(Checkpoint(name=_STOPPED, block_number=block.number))
        with self._database.transaction() as session:
            return self._record(session, block)

    def _record(self, session: Session, block: Fetched) -> list[Settled]:
        connection = session.connection()
        values = {
            "number": block.number,
            "hash": block.hash,
            "parent_hash": block.parent_hash,
            "timestamp": block.timestamp,
            "transaction_count": len(block.transaction_hashes),
        }
        # A block that is recorded again is in the table already.
        put_many(connection, Block, "number", [values])
        _set_checkpoint(session, block.number)
        if not self._outbox.managed:
            attempts.adopt(session, block.transaction_hashes)
        settled = self._record_receipts(session, block)
        if not self._outbox.managed:
            cancelled = attempts.settle_cancelled(session, block.transaction_hashes)
            status = TransactionStatus.CANCELLED
            settled = [it._replace(status=status) if it.id in cancelled else it for it in settled]
        return settled

    def _record_receipts(self, session: Session, block: Fetched) -> list[Settled]:
        """What became of the transactions; those recorded before are left as they are."""
        found = fetch(session.connection(), _KNOWN, wanted=block.receipts)
        known = {
            hash_: (id_, TransactionStatus(status), nonce) for hash_, id_, status, nonce in found
        }
        foreign = [hash_ for hash_ in block.receipts if hash_ not in known]
        if foreign and self._outbox.managed:
            for hash_ in foreign:
                row = _foreign(session, block.receipts[hash_], block.raw[hash_])
                known[hash_] = row.id, TransactionStatus.SENT, row.nonce
            session.flush()
            session.expunge_all()  # what follows goes past the session's objects
        mined, reverted, settled = [], [], []
        for hash_, receipt in block.receipts.items():
            if hash_ not in known:
                continue  # a form under a nonce that its transaction has given back since
            id_, status, nonce = known[hash_]
            if status.settled:
                continue
            why = f"block {block.number}"
            place = {
                "block_number": block.number,
                "position": int(receipt["transactionIndex"], 16),
                "gas_used": int(receipt["gasUsed"], 16),
            }
            # What was not noted as sent before it was mined has been sent all the same.
            passed = [] if status == TransactionStatus.SENT else [(TransactionStatus.SENT, "")]
            error = None
            if not int(receipt["status"], 16):
                error = self._outbox.reverted(id_, block.errors[hash_])
                status = TransactionStatus.REVERTED
                values = place | {"error": error}
                reverted.append(Change(id_, status, why, values, passed))
            elif self._confirmations:
                status = TransactionStatus.MINED
                mined.append(Change(id_, status, why, place, passed))
            else:
                status = TransactionStatus.CONFIRMED
                passed.append((TransactionStatus.MINED, why))
                mined.append(Change(id_, status, "", place, passed))
            gas_used = place["gas_used"]
            settled.append(Settled(id_, status, nonce, hash_, block.number, gas_used, error))
        apply_changes(session, mined)
        apply_changes(session, reverted)
        return settled

    def _confirm(self, head: int) -> None:
        statement = select(Transaction.id).where(
            Transaction.status == TransactionStatus.MINED,
            col(Transaction.block_number) <= head - self._confirmations,
        )
        with self._database.snapshot() as session:
            if session.exec(statement.limit(1)).first() is None:
                return
        with self._database.transaction() as session:
            ids = session.exec(statement).all()
            apply_changes(session, [Change(id_, TransactionStatus.CONFIRMED) for id_ in ids])


def _checkpoint(session: Session) -> int:
    checkpoint = session.get(Checkpoint, _NAME)
    return -1 if checkpoint is None else checkpoint.block_number


def _set_checkpoint(session: Session, number: int) -> None:
    row = {"name": _NAME, "block_number": number}
    put_many(session.connection(), Checkpoint, "name", [row])


_TIP = (
    select(Block.number, Block.hash)
    .join(Checkpoint, col(Checkpoint.block_number) == col(Block.number))
    .where(Checkpoint.name == bindparam("name"))
)
_KNOWN = select(Transaction.hash, Transaction.id, Transaction.status, Transaction.nonce).where(
    col(Transaction.hash).in_(bindparam(WANTED, expanding=True))
)


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
