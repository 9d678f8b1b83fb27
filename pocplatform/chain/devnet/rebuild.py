"""The devnet from its journal: the same transactions in the same blocks at the same times.

With the same genesis, that gives the same block hashes, so whoever remembers a block (an indexer, a
wallet) does not notice that the node was away.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from eth_hash.auto import keccak

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet.errors import RebuildFailed
from pocplatform.chain.errors import RpcError
from pocplatform.kit.i18n import Phrase

BATCH = 50
"""Transactions a request. Of a longer batch anvil (1.7.1) keeps the order of the first 64 only, and
the block would come out in another order."""

_CHECK_BLOCKS = 200
"""Blocks between two looks at what has been mined."""


@dataclass(frozen=True)
class JournalBlock:
    """A block as it was.

    Attributes:
        number: From 1 on; the genesis block is not in the journal.
        timestamp: Seconds since 1970.
        hash: Block hash, 0x-hex.
        transactions: Signed transactions in the block's order.
        statuses: Receipt status of each (1 or 0), where known; checked if a hash differs.
    """

    number: int
    timestamp: int
    hash: str
    transactions: Sequence[bytes] = ()
    statuses: Sequence[int] | None = None


@dataclass(frozen=True)
class RebuildReport:
    """What was rebuilt. ``hash_mismatches``: blocks of the right content but another hash."""

    blocks: int
    transactions: int
    seconds: float
    hash_mismatches: tuple[int, ...]


def rebuild(
    client: ChainClient,
    blocks: Iterable[JournalBlock],
    progress: Callable[[int, int], None] | None = None,
) -> RebuildReport:
    """Replay a journal onto a node that does not mine by itself.

    Args:
        client: The node; its latest block must be the one before the first of ``blocks``.
        blocks: In order, without gaps; may be a generator, is held 200 blocks at a time.
        progress: Called with the blocks and transactions so far, every 200 blocks.

    Raises:
        RebuildFailed: The node refuses a transaction, or a block comes out with other content.
        NodeUnreachable: The node stopped answering.
    """
    began = time.monotonic()
    head = client.block_number()
    done = sent = 0
    mismatches: list[int] = []
    for chunk in _chunks(blocks):
        for block in chunk:
            head += 1
            if block.number != head:
                raise RebuildFailed(
                    block.number, None, Phrase("the node's chain is at block {head}", head=head - 1)
                )
            _replay(client, block)
            sent += len(block.transactions)
        mismatches += _compare(client, chunk)
        done += len(chunk)
        if progress:
            progress(done, sent)
    return RebuildReport(done, sent, round(time.monotonic() - began, 3), tuple(mismatches))


def _replay(client: ChainClient, block: JournalBlock) -> None:
    for start in range(0, len(block.transactions), BATCH):
        part = block.transactions[start : start + BATCH]
        answers = client.batch([("eth_sendRawTransaction", ("0x" + raw.hex(),)) for raw in part])
        for raw, answer in zip(part, answers, strict=True):
            if answer.error is not None:
                raise RebuildFailed(
                    block.number,
                    _hash(raw),
                    Phrase(
                        "the node refused it with {code}, {message}",
                        code=answer.error.rpc_code,
                        message=answer.error.message,
                    ),
                )
    # A request of its own: items of one batch are not reliably ordered across kinds.
    try:
        client.request("evm_mine", {"timestamp": block.timestamp})
    except RpcError as error:
        raise RebuildFailed(
            block.number,
            None,
            Phrase(
                "the node did not mine it at {timestamp}: {message}",
                timestamp=block.timestamp,
                message=error.message,
            ),
        ) from error


def _compare(client: ChainClient, chunk: Sequence[JournalBlock]) -> list[int]:
    answers = client.batch([("eth_getBlockByNumber", (hex(b.number), False)) for b in chunk])
    mismatches = []
    for block, answer in zip(chunk, answers, strict=True):
        mined = answer.unwrap()
        if mined is None:
            raise RebuildFailed(block.number, None, Phrase("the node did not mine it"))
        if mined["hash"] == block.hash:
            continue
        _compare_content(client, block, mined["transactions"])
        mismatches.append(block.number)
    return mismatches


def _compare_content(client: ChainClient, block: JournalBlock, mined: Sequence[str]) -> None:
    wanted = [_hash(raw) for raw in block.transactions]
    missing = next((h for h in wanted if h not in set(mined)), None)
    if missing is not None:
        raise RebuildFailed(block.number, missing, Phrase("it is not in the block that was mined"))
    if list(mined) != wanted:
        place = next(i for i, (a, b) in enumerate(zip(mined, wanted, strict=False)) if a != b)
        raise RebuildFailed(
            block.number, mined[place], Phrase("it came out at place {place}", place=place)
        )
    if block.statuses is None:
        return
    receipts = client.batch([("eth_getTransactionReceipt", (h,)) for h in wanted])
    for transaction, status, answer in zip(wanted, block.statuses, receipts, strict=True):
        if int(answer.unwrap()["status"], 16) != status:
            raise RebuildFailed(
                block.number,
                transaction,
                Phrase("its status was {status} and came out otherwise", status=status),
            )


def _chunks(blocks: Iterable[JournalBlock]) -> Iterator[list[JournalBlock]]:
    iterator = iter(blocks)
    while chunk := list(islice(iterator, _CHECK_BLOCKS)):
        yield chunk


def _hash(raw: bytes) -> str:
    return "0x" + keccak(raw).hex()
