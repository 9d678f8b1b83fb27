"""What the node says of a block, as far as it is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import col, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.kit.bulk import WANTED
from pocplatform.kit.database import Database
from pocplatform.outbox.models import Transaction, TransactionAttempt
from pocplatform.outbox.service import Outbox


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


class Tip(NamedTuple):
    """The block that was recorded last."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class View:
    """What the node says at one moment, as JSON-RPC gives it.

    Attributes:
        head: The number of its latest block.
        next: The block to be recorded next; None if there is none yet.
        tip: What it has at the height of the block recorded last; None for nothing.
        receipts: Of all transactions in ``next``, on our own devnet.
    """

    head: int
    next: dict[str, Any] | None
    tip: dict[str, Any] | None
    receipts: list[dict[str, Any]] | None


class BlockReader:
    """Asks the node for blocks with what of them concerns us.

    Args:
        database: Knows which transactions are ours.
        client: The node.
        outbox: Knows the contracts and explains reverts.
    """

    def __init__(self, database: Database, client: ChainClient, outbox: Outbox) -> None:
        self._database = database
        self._client = client
        self._outbox = outbox

    def look(self, number: int, tip: Tip | None) -> View:
        """The node's head, block ``number`` and what it has at the tip's height, in one request."""
        calls: list[tuple[str, list[Any]]] = [
            ("eth_blockNumber", []),
            ("eth_getBlockByNumber", [hex(number), False]),
        ]
        if tip is not None:
            calls.append(("eth_getBlockByNumber", [hex(tip.number), False]))
        if self._outbox.managed:
            calls.append(("eth_getBlockReceipts", [hex(number)]))
        head, block, *rest = [result.unwrap() for result in self._client.batch(calls)]
        present = rest.pop(0) if tip is not None else None
        return View(int(head, 16), block, present, rest.pop() if rest else None)

    def fetched(
        self, block: dict[str, Any] | None, all_receipts: list[dict[str, Any]] | None
    ) -> Fetched | None:
        """A block with what of it concerns us; None if the node has not all of it (yet).

        Of our own devnet that is every transaction, for its journal.
        """
        if block is None:
            return None
        hashes: list[str] = block["transactions"]
        if all_receipts is not None:
            if len(all_receipts) != len(hashes):
                return None
            receipts = {receipt["transactionHash"]: receipt for receipt in all_receipts}
            logs = [log for receipt in all_receipts for log in receipt["logs"]]
            unknown = sorted(receipts.keys() - set(self._ours(hashes)))
            whole = self._by_hash("eth_getTransactionByHash", unknown)
            raw = self._by_hash("eth_getRawTransactionByHash", unknown)
            for hash_ in unknown:
                receipts[hash_] |= {
                    "input": whole[hash_]["input"], "nonce": whole[hash_]["nonce"]
                }  # fmt: skip
        else:
            # Whichever form of a transaction is in the block: which one was its present form may
            # change until the block is recorded.
            tried = [hash_ for (hash_,) in self._database.fetch(TRIED, wanted=hashes)]
            ours = sorted({*self._ours(hashes), *tried})
            receipts = self._by_hash("eth_getTransactionReceipt", ours)
            wanted = {"blockHash": block["hash"], "address": self._outbox.contracts.addresses}
            logs, raw = self._client.request("eth_getLogs", wanted), {}
        if any(not r or r["blockHash"] != block["hash"] for r in receipts.values()):
            return None  # the chain is changing just now
        reverted = [hash_ for hash_, receipt in receipts.items() if not int(receipt["status"], 16)]
        return Fetched(
            number=int(block["number"], 16),
            hash=block["hash"],
            parent_hash=block["parentHash"],
            timestamp=int(block["timestamp"], 16),
            transaction_hashes=hashes,
            receipts=receipts,
            raw={hash_: bytes.fromhex(value[2:]) for hash_, value in raw.items()},
            errors={hash_: self._why_reverted(hash_) for hash_ in reverted},
            logs=logs,
        )

    def _by_hash(self, method: str, hashes: Sequence[str]) -> dict[str, Any]:
        answers = self._client.batch([(method, [hash_]) for hash_ in hashes])
        return {h: answer.unwrap() for h, answer in zip(hashes, answers, strict=True)}

    def _ours(self, hashes: Sequence[str]) -> list[str]:
        return [hash_ for (hash_,) in self._database.fetch(OURS, wanted=hashes)]

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


OURS = select(Transaction.hash).where(col(Transaction.hash).in_(bindparam(WANTED, expanding=True)))
TRIED = select(TransactionAttempt.hash).where(
    col(TransactionAttempt.hash).in_(bindparam(WANTED, expanding=True))
)
