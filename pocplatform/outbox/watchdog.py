"""Finds transactions that our devnet's pool has lost sight of, and brings them back.

Transactions that reach anvil (1.7.1) while it mines can be left among those that wait for an
earlier nonce, though theirs is the account's next. Mining and sending them again do not help; to
empty the pool and send everything again in order does.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from pocplatform.chain.client import ChainClient
from pocplatform.kit.database import Database
from pocplatform.outbox.models import IN_FLIGHT, Transaction
from pocplatform.outbox.sender import Sender

logger = logging.getLogger(__name__)


class PoolWatchdog:
    """Looks after the pool of our own devnet.

    Args:
        database: Holds the outbox.
        client: The node, which only mines when it is told to.
        sender: Sends again what is in flight.
    """

    def __init__(self, database: Database, client: ChainClient, sender: Sender) -> None:
        self._database = database
        self._client = client
        self._sender = sender

    def rescue(self) -> bool:
        """Bring back what the pool has and would never mine; whether there was any of it.

        To be called when a block has just been mined and recorded.
        """
        lost = self._lost()
        if not lost:
            return False
        logger.warning("the devnet's pool lost sight of %d transactions; sending anew", len(lost))
        strangers = self._strangers()
        self._client.request("anvil_dropAllTransactions")
        self._sender.resend()
        # Somebody's own ones wait again as they did; what has become invalid is theirs to know.
        self._client.batch([("eth_sendRawTransaction", [raw]) for raw in strangers])
        return True

    def _lost(self) -> list[str]:
        """Hashes of transactions that are next in their account's row, but not up for mining."""
        statement = select(Transaction.sender, Transaction.nonce, Transaction.hash).where(
            col(Transaction.status).in_(IN_FLIGHT)
        )
        with self._database.snapshot() as session:
            in_flight = session.exec(statement).all()
        if not in_flight or int(self._client.request("txpool_status")["pending"], 16):
            return []  # what is up for mining comes first
        next_nonces = self._client.nonces({sender for sender, _, _ in in_flight})
        due = [hash_ for sender, nonce, hash_ in in_flight if nonce == next_nonces[sender]]
        known = self._batch("eth_getTransactionByHash", [[hash_] for hash_ in due])
        return [
            str(hash_)
            for hash_, transaction in zip(due, known, strict=True)
            if transaction is not None and transaction["blockHash"] is None
        ]

    def _strangers(self) -> list[str]:
        """Signed bytes, in hex, of what the pool has of others."""
        content = self._client.request("txpool_content")
        hashes = [
            transaction["hash"]
            for kind in ("pending", "queued")
            for of_account in content[kind].values()
            for _, transaction in sorted(of_account.items(), key=lambda item: int(item[0]))
        ]
        with self._database.snapshot() as session:
            ours = set(
                session.exec(select(Transaction.hash).where(col(Transaction.hash).in_(hashes)))
            )
        theirs = [[hash_] for hash_ in hashes if hash_ not in ours]
        return [raw for raw in self._batch("eth_getRawTransactionByHash", theirs) if raw]

    def _batch(self, method: str, parameters: Sequence[Sequence[Any]]) -> list[Any]:
        calls = [(method, each) for each in parameters]
        return [result.unwrap() for result in self._client.batch(calls)]
