"""Blocks, transactions and logs as they are shown, from the tables or from the node."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from pocplatform.chain.codec import checksum
from pocplatform.chain.factory import CREATE2_FACTORY
from pocplatform.domains.explorer import wording
from pocplatform.domains.explorer.decoding import Decoded
from pocplatform.domains.explorer.schemas import (
    BlockRead,
    ChainEventRead,
    ChainTransactionRead,
    SentencePart,
)
from pocplatform.indexer.models import Block
from pocplatform.kit.clock import iso_s
from pocplatform.outbox.models import TransactionStatus


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in a block, from the tables or from the node."""

    hash: str
    block: int
    position: int
    sender: str
    to: str | None
    data: bytes
    value: int
    nonce: int
    gas_used: int | None
    effect: bool
    error: dict[str, Any] | None
    timestamp: int

    @classmethod
    def of_row(cls, row: Row[Any]) -> "Mined":
        """From the columns that the repository gives."""
        return cls(
            hash=row.hash,
            block=row.block_number,
            position=row.position,
            sender=row.sender,
            to=row.to,
            data=row.data,
            value=int(row.value),
            nonce=row.nonce,
            gas_used=row.gas_used,
            effect=row.status != TransactionStatus.REVERTED,
            error=row.error,
            timestamp=row.timestamp,
        )


def read_block(block: Block) -> BlockRead:
    """A block as it is shown."""
    return BlockRead(
        id=f"blk_{block.number}",
        number=block.number,
        hash=block.hash,
        parent_hash=block.parent_hash,
        transactions=block.transaction_count,
        created=iso_s(block.timestamp),
    )


def facts(found: Mined, call: Decoded | None) -> wording.CallFacts:
    """A transaction, as far as its sentence goes."""
    return wording.CallFacts(
        sender=found.sender,
        to=found.to,
        value=found.value,
        empty=not found.data,
        creates=found.to is None or found.to == CREATE2_FACTORY,
        decoded=call,
        effect=found.effect,
    )


def _parts(parts: Sequence[wording.Part]) -> list[SentencePart]:
    return [
        SentencePart(text=part.text, kind=part.kind, ref=part.ref)  # type: ignore[arg-type]
        for part in parts
    ]


def read_transaction(
    found: Mined, call: Decoded | None, parts: Sequence[wording.Part]
) -> ChainTransactionRead:
    """A transaction as it is shown, with its sentence in parts."""
    return ChainTransactionRead(
        id=found.hash,
        sentence=wording.text_of(parts),
        parts=_parts(parts),
        effect=found.effect,
        block=found.block,
        position=found.position,
        sender=found.sender,
        to=found.to,
        contract=call.contract if call else None,
        function=call.name if call else None,
        value=str(found.value),
        gas_used=found.gas_used,
        created=iso_s(found.timestamp),
    )


def read_event(
    log: dict[str, Any],
    told: Decoded | None,
    parts: Sequence[wording.Part],
    times: dict[int, int],
) -> ChainEventRead:
    """A log as it is shown, with its sentence in parts; ``times`` are of blocks."""
    block, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
    return ChainEventRead(
        id=f"log_{block}_{index}",
        sentence=wording.text_of(parts),
        parts=_parts(parts),
        address=checksum(log["address"]),
        contract=told.contract if told else None,
        event=told.name if told else None,
        signature=told.signature if told else None,
        arguments=told.arguments if told else {},
        block=block,
        log_index=index,
        transaction_hash=log["transactionHash"],
        topics=log["topics"],
        data=log["data"],
        created=iso_s(times.get(block, 0)),
    )
