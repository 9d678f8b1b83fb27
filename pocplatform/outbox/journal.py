"""The journal of the devnet: signed bytes with their block, its time and their order in it."""

from collections.abc import Iterator
from itertools import groupby

from sqlmodel import Session, col, select

from pocplatform.chain.devnet import JournalBlock
from pocplatform.indexer.models import Block
from pocplatform.outbox.models import Transaction, TransactionStatus


def journal_blocks(session: Session) -> Iterator[JournalBlock]:
    """Every recorded block after the genesis block, in order."""
    statement = (
        select(Transaction.block_number, Transaction.raw, Transaction.status)
        .where(col(Transaction.block_number).is_not(None))
        .order_by(col(Transaction.block_number), col(Transaction.position))
    )
    by_block = {
        number: [(raw, status) for _, raw, status in rows if raw is not None]
        for number, rows in groupby(session.exec(statement), key=lambda row: row[0])
    }
    for block in session.exec(select(Block).where(Block.number > 0).order_by(col(Block.number))):
        yield JournalBlock(
            number=block.number,
            timestamp=block.timestamp,
            hash=block.hash,
            transactions=[raw for raw, _ in by_block.get(block.number, [])],
            statuses=[
                int(status != TransactionStatus.REVERTED)
                for _, status in by_block.get(block.number, [])
            ],
        )
