"""Payments, transactions, the chain itself."""

import time
from collections.abc import AsyncIterator
from typing import Any

from pocplatform.client.models import (
    Balance,
    Chain,
    Payment,
    Time,
    Transaction,
)
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.traces import Trace


class Payments(Resource[M]):
    """tEUR: test money, transfers, balances. Amounts are euro cents."""

    @operation
    async def faucet(
        self, amount: int, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Payment:
        """Test money into one's own wallet."""
        return await self._connection.write(
            "/v1/faucet", {"amount": amount}, Payment, key=idempotency_key, wait=wait
        )

    @operation
    async def ether(
        self, wei: int, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Transaction:
        """Test ether into one's own wallet, to send along to payable functions; gas needs none.

        Raises :class:`~pocplatform.client.errors.EtherNotGiven` where the network is not the
        sandbox's own.
        """
        return await self._connection.write(
            "/v1/faucet/ether", {"wei": str(wei)}, Transaction, key=idempotency_key, wait=wait
        )

    @operation
    async def transfer(
        self,
        to: str,
        amount: int,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Payment:
        """Pay somebody (address, DID or organization id) from one's own wallet."""
        body = {"to": to, "amount": amount}
        return await self._connection.write(
            "/v1/transfers", body, Payment, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, payment_id: str) -> Payment:
        """A payment of one's own."""
        return await self._connection.read(f"/v1/payments/{segment(payment_id)}", Payment)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Payment]:
        """All own payments, newest first."""
        async for payment in self._connection.pages("/v1/payments", Payment, page_size):
            yield payment

    @operation
    async def balance(self, who: str | None = None) -> Balance:
        """tEUR of an address, DID or organization id, or one's own; read from the chain."""
        path = "/v1/balance" if who is None else f"/v1/balances/{segment(who)}"
        return await self._connection.read(path, Balance)


class Transactions(Resource[M]):
    """Writes on their way to the chain."""

    @operation
    async def get(self, id_or_hash: str) -> Transaction:
        """A transaction with its history."""
        return await self._connection.read(f"/v1/transactions/{segment(id_or_hash)}", Transaction)

    @operation
    async def trace(self, id_or_hash: str) -> Trace:
        """What happened in a transaction: calls, events, changes, and where it failed.

        Raises :class:`~pocplatform.client.problems.Conflict` while it waits, and
        :class:`~pocplatform.client.problems.ChainError` where the node cannot tell.
        """
        return await self._connection.read(f"/v1/transactions/{segment(id_or_hash)}/trace", Trace)

    @operation
    async def wait(self, transaction_id: str, *, seconds: float = 30.0) -> Transaction:
        """The transaction once it is on the chain.

        Raises :class:`~pocplatform.client.problems.ContractReverted` if the contract refused, and
        :class:`~pocplatform.client.problems.StillPending` after ``seconds``.
        """
        deadline = time.monotonic() + seconds
        return await self._connection.settled(transaction_id, deadline, seconds)

    @operation
    async def cancel(self, id_or_hash: str) -> Transaction:
        """Call a transaction back; it is cancelled then, or a cancellation is on its way.

        Which one is told by its status; what came of a cancellation on its way, by :meth:`get`.
        Raises :class:`~pocplatform.client.problems.Conflict` if it is settled already, or with the
        node where nothing can overtake it.
        """
        path = f"/v1/transactions/{segment(id_or_hash)}/cancel"
        return await self._connection.write(path, {}, Transaction, wait=0)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Transaction]:
        """All own transactions, newest first."""
        async for found in self._connection.pages("/v1/transactions", Transaction, page_size):
            yield found


class ChainInfo(Resource[M]):
    """The chain behind the sandbox; needs no key."""

    @operation
    async def get(self) -> Chain:
        """Chain id, genesis, newest block and the platform's contracts."""
        return await self._connection.read("/v1/chain", Chain)

    @operation
    async def ask_node(self, method: str, *parameters: Any) -> Any:
        """What the chain's node answers to a method of its JSON-RPC that reads (``/rpc``).

        Raises :class:`~pocplatform.client.problems.NodeRefused` if it answers with an error.
        """
        return await self._connection.ask_node(method, parameters)

    @operation
    async def advance_time(self, seconds: int) -> Time:
        """Put the clock of a sandbox of one's own forward; with the organisers' key.

        Raises :class:`~pocplatform.client.errors.TimeTravelOff` where others rely on it.
        """
        return await self._connection.write(
            "/v1/chain/advance_time", {"seconds": seconds}, Time, wait=0
        )
