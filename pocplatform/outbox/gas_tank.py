"""The gas tank: the operator pays for the gas of custodial wallets on a network with fees.

A write whose wallet cannot pay for it stays queued, with what is behind it of the same wallet, and
the wallet is topped up by an ordinary transaction of the operator's. Each wallet gets so much a day
and no more, so that nobody can drain the tank.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlmodel import Session, col, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.ids import new_id
from pocplatform.outbox.fees import Fee, Fees
from pocplatform.outbox.models import (
    IN_FLIGHT,
    UNSETTLED,
    Transaction,
    TransactionAttempt,
    TransactionStatus,
)
from pocplatform.outbox.service import add_transaction

logger = logging.getLogger(__name__)

ETHER = 10**18
TOP_UP = "top_up"
"""The function name of the tank's transactions in the outbox."""
ALLOWANCE_USED = RpcError(0, "the gas allowance of the day is used up")

_DAY_MS = 86_400_000
_TRANSFER_GAS = 30_000
"""More than a transfer of ether takes."""
_AHEAD = 2
"""A wallet gets so many times what it lacks, lest each write wait for a top-up of its own."""
_LOOK_S = 5.0
"""How often balances of the tank, and of wallets with something in flight, are looked at."""
_REPEAT_S = 3600.0
"""How often the same alarm is written to the log again."""


class Wish(Protocol):
    """A queued write, as far as its cost matters."""

    @property
    def id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def value(self) -> str: ...


class GasTank:
    """Tops wallets up.

    Args:
        database: Holds the outbox.
        client: The node.
        address: The operator's account, which is the tank.
        daily_wei: What a wallet gets in a day (UTC) at most.
        low_wei: Below this balance of the tank there is an alarm.
    """

    def __init__(
        self, database: Database, client: ChainClient, address: str, daily_wei: int, low_wei: int
    ) -> None:
        self.address = address
        self._database = database
        self._client = client
        self._daily_wei = daily_wei
        self._low_wei = low_wei
        self._looked_at = float("-inf")
        self._alarmed_at = float("-inf")
        self.held: frozenset[str] = frozenset()
        """Ids of the writes that wait for gas since the last round."""
        self.warning: Phrase | None = None
        """What the organisers must know, in one sentence: that the tank is low."""

    def sponsors(self, row: Transaction) -> bool:
        """Whether a transaction that its account cannot pay for should wait for the tank."""
        return row.sender != self.address and row.value == "0" and not row.foreign

    def funded(
        self, writes: Sequence[Wish], gas_limits: Mapping[str, int], fee: Fee
    ) -> tuple[dict[str, int], dict[str, RpcError]]:
        """Gas limits of those writes that can be paid for now, and errors of those never.

        For the others their wallets are topped up; they stay in the queue.
        """
        if fee.free:
            self.held = frozenset()
            return dict(gas_limits), {}
        wallets = {write.sender for write in writes if write.id in gas_limits} - {self.address}
        free = self._balances(wallets)
        free.subtract(self._in_flight_costs(wallets))
        payable: dict[str, int] = {}
        waiting: dict[str, list[tuple[str, int]]] = {}
        for write in writes:
            gas = gas_limits.get(write.id)
            if gas is None:
                continue
            cost = gas * fee.limit
            if write.sender == self.address or int(write.value):
                payable[write.id] = gas  # its own ether is its own matter
            elif write.sender not in waiting and free[write.sender] >= cost:
                free[write.sender] -= cost
                payable[write.id] = gas
            else:
                waiting.setdefault(write.sender, []).append((write.id, cost))
        held, refused = self._serve(waiting, free, fee)
        self.held = frozenset(held)
        return payable, dict.fromkeys(refused, ALLOWANCE_USED)

    def _serve(
        self, waiting: Mapping[str, Sequence[tuple[str, int]]], free: Mapping[str, int], fee: Fee
    ) -> tuple[list[str], list[str]]:
        """Order top-ups for writes (ids and costs, by wallet); ids of those to hold and to refuse.

        A wallet's writes are served in their order, as far as its allowance of the day goes.
        """
        held, refused = [], []
        lacking: dict[str, int] = {}
        for wallet, allowance in self._allowances(waiting).items():
            budget, needed = free[wallet] + (allowance or 0), 0
            for id_, cost in waiting[wallet]:
                needed += cost
                if allowance is None or needed <= budget:
                    held.append(id_)
                    lacking[wallet] = needed - free[wallet]
                else:
                    refused.append(id_)
        self._top_up(lacking, fee)
        return held, refused

    def look(self, fees: Fees) -> None:
        """See to wallets whose transactions in flight have become too dear, and to the tank."""
        if time.monotonic() - self._looked_at < _LOOK_S:
            return
        self._looked_at = time.monotonic()
        fee = fees.suggested()
        if fee.free:
            self.warning = None
            return
        costs = self._in_flight_costs(None)
        del costs[self.address]
        if costs:
            costs.subtract(self._balances(costs))
            self._top_up(+costs, fee)
        self._watch_level(self._client.balance(self.address))

    def _balances(self, wallets: Iterable[str]) -> Counter[str]:
        accounts = sorted(wallets)
        calls = [("eth_getBalance", [account, "latest"]) for account in accounts]
        answers = self._client.batch(calls)
        return Counter({a: int(r.unwrap(), 16) for a, r in zip(accounts, answers, strict=True)})

    def _in_flight_costs(self, wallets: set[str] | None) -> Counter[str]:
        """What the transactions in flight of each wallet (None: of all) cost at most."""
        statement = (
            select(Transaction.sender, Transaction.value, TransactionAttempt.gas,
                   TransactionAttempt.fee_limit)
            .join(TransactionAttempt, col(TransactionAttempt.hash) == Transaction.hash)
            .where(col(Transaction.status).in_(IN_FLIGHT))
        )  # fmt: skip
        costs = Counter[str]()
        with self._database.snapshot() as session:
            rows: Sequence[Any] = session.execute(statement).all()
        for sender, value, gas, limit in rows:
            if wallets is None or sender in wallets:
                costs[sender] += int(value) + gas * limit
        return costs

    def _allowances(self, wallets: Iterable[str]) -> dict[str, int | None]:
        """What each wallet may still get today, in wei; None where something is on its way."""
        with self._database.snapshot() as session:
            return {wallet: self._allowance(session, wallet) for wallet in wallets}

    def _allowance(self, session: Session, wallet: str) -> int | None:
        given, on_its_way = _given_today(session, wallet)
        return None if on_its_way else max(self._daily_wei - given, 0)

    def _top_up(self, lacking: Mapping[str, int], fee: Fee) -> None:
        """Order top-ups, as far as tank and allowances go."""
        if not lacking:
            return
        level = self._client.balance(self.address)
        level -= self._in_flight_costs({self.address})[self.address]
        with self._database.transaction() as session:
            for wallet, missing in lacking.items():
                allowance = self._allowance(session, wallet)
                if allowance is None or allowance < missing:
                    continue
                amount = min(_AHEAD * missing, allowance)
                level -= amount + _TRANSFER_GAS * fee.limit
                if level < 0:
                    break
                add_transaction(session, self._transfer(wallet, amount), f"for the gas of {wallet}")
        self._watch_level(level)

    def _transfer(self, wallet: str, amount: int) -> Transaction:
        return Transaction(
            id=new_id("tx"),
            sender=self.address,
            to=wallet,
            data=b"",
            value=str(amount),
            function=TOP_UP,
            resource_id=wallet,
            created_ms=now_ms(),
            updated_ms=now_ms(),
        )

    def _watch_level(self, wei: int) -> None:
        if wei >= self._low_wei:
            self.warning = None
            return
        self.warning = Phrase(
            "The gas tank {address} is low: {ether:.4f} ether. Send it more, or writes will wait.",
            address=self.address,
            ether=max(wei, 0) / ETHER,
        )
        if time.monotonic() - self._alarmed_at > _REPEAT_S:
            self._alarmed_at = time.monotonic()
            logger.warning("%s", self.warning)


def _given_today(session: Session, wallet: str) -> tuple[int, bool]:
    """What a wallet was given this day, in wei, and whether there is some on its way."""
    now = now_ms()
    statement = select(Transaction.value, Transaction.status).where(
        Transaction.resource_id == wallet,
        Transaction.function == TOP_UP,
        Transaction.created_ms >= now - now % _DAY_MS,
        col(Transaction.status).not_in(
            [TransactionStatus.REFUSED, TransactionStatus.CANCELLED, TransactionStatus.REVERTED]
        ),
    )
    rows = session.exec(statement).all()
    return sum(int(value) for value, _ in rows), any(status in UNSETTLED for _, status in rows)
