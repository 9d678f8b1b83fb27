"""From queued intents to transactions that the node has.

One round (:meth:`Sender.send_queued`): try the next intents on the latest state, in the order in
which they will be mined, refuse what the contract refuses, give the others a nonce and a signature
in one database transaction, then send them. Sending is repeatable: whatever is signed but not mined
is sent again after any doubt (:meth:`Sender.resend`), and before an error of the node is believed,
the node is asked for our hash.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import over
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from pocplatform.chain.client import ChainClient, RpcResult
from pocplatform.chain.errors import RpcError
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import (
    IN_FLIGHT,
    SignerAccount,
    Transaction,
    TransactionHistory,
    TransactionStatus,
)
from pocplatform.outbox.service import (
    GAS_LIMIT,
    Change,
    Outbox,
    add_transaction,
    apply_changes,
    set_status,
)
from pocplatform.outbox.signers import Signers

BATCH = 200
"""Transactions a round: fills one devnet block at :data:`GAS_LIMIT` gas each."""

_REQUEST = 50
"""Transactions a request: of a longer one anvil (1.7.1) keeps the order of the first 64 only, and
who was accepted first would not be mined first."""

_GAS_MARGIN = 1.25
"""On a node that is not ours, estimated gas times this: state may change before mining."""

_FILLER = "fill_nonce"
_FILLER_GAS = 21_000

_NEVER_TAKEN = (
    "insufficient funds",
    "exceeds block gas limit",
    "gas limit too high",
    "exceeds max transaction gas limit",
    "intrinsic gas too low",
    "oversized data",
    "max initcode size exceeded",
    "invalid chain id",
)
"""What anvil, geth and Besu say of a transaction that will not become acceptable by waiting."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: ids of transactions."""

    sent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sent or self.refused)


@dataclass(frozen=True, slots=True)
class Intent:
    """A queued write, as far as it takes to try and to sign it: columns of the outbox."""

    seq: int
    id: str
    org_id: str | None
    sender: str
    to: str | None
    data: bytes
    value: str


@dataclass(frozen=True, slots=True)
class InFlight:
    """A signed transaction, as far as it takes to send it: columns of the outbox."""

    id: str
    sender: str
    nonce: int
    hash: str
    raw: bytes


class Sender:
    """Sends what the outbox holds.

    Args:
        database: Holds the outbox.
        client: The node.
        outbox: Simulates and explains.
        signers: Signs.
        chain_id: Goes into every signature (EIP-155).
    """

    def __init__(
        self,
        database: Database,
        client: ChainClient,
        outbox: Outbox,
        signers: Signers,
        chain_id: int,
    ) -> None:
        self._database = database
        self._client = client
        self._outbox = outbox
        self._signers = signers
        self._chain_id = chain_id
        self.batch = BATCH
        """Transactions a round."""

    def send_queued(self) -> Round:
        """One round over the oldest intents, fairly between tenants."""
        with self._database.snapshot() as session:
            candidates = _next_queued(session, self.batch)
            elsewhere = _lowest_unsettled_beside(session, candidates)
        if not candidates:
            return Round()
        gas_limits, refused = self._judge(candidates, elsewhere)
        gas_price = self._gas_price() if gas_limits else 0
        with self._database.transaction() as session:
            queued = _still_queued(session, candidates)
            apply_changes(
                session,
                [
                    Change(id_, TransactionStatus.REFUSED, error["name"], {"error": error})
                    for id_, error in refused.items()
                    if id_ in queued
                ],
            )
            signed = self._sign(
                session,
                [(intent, gas_limits[intent.id]) for intent in candidates
                 if intent.id in gas_limits and intent.id in queued],
                gas_price,
            )  # fmt: skip
        self._send(signed)
        return Round(tuple(t.id for t in signed), tuple(refused))

    def resend(self) -> tuple[str, ...]:
        """Send everything again that is signed but not known to be mined, in its first order."""
        with self._database.snapshot() as session:
            in_flight = _in_flight(session)
        self._send(in_flight)
        return tuple(t.id for t in in_flight)

    def _judge(
        self, candidates: Sequence[Intent], elsewhere: int | None
    ) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
        """Gas limits of those that would succeed, errors of those that would not.

        A write may rely on all that was accepted before it. So one that fails while something
        older is not in the trial (``elsewhere``: the lowest ``seq`` of it) is in neither: it stays
        queued, and so does everything behind it of the same sender, whose order is kept. The
        oldest of all has nothing ahead, so every round with nothing in flight settles at least one.
        """
        rest = list(candidates)
        while True:
            results, in_order = self._try(rest)
            gas_limits: dict[str, int] = {}
            refused: dict[str, dict[str, Any]] = {}
            held: dict[str, int] = {}
            for transaction, result in zip(rest, results, strict=True):
                if transaction.sender in held:
                    continue
                seq = transaction.seq
                if isinstance(result, int):
                    gas_limits[transaction.id] = result
                elif (elsewhere is not None and elsewhere < seq) or (gas_limits and not in_order):
                    held[transaction.sender] = seq
                else:
                    refused[transaction.id] = self._outbox.explain(result)
            if not held or not in_order:
                return gas_limits, refused
            # The others were tried on top of what is held back: once more without it.
            rest = [t for t in rest if t.sender not in held or t.seq < held[t.sender]]

    def _try(self, transactions: Sequence[Intent]) -> tuple[list[int | RpcError], bool]:
        """A gas limit or an error for each; and whether each was tried on top of those before."""
        if self._outbox.managed:
            calls = [(t.sender, t.to, t.data) for t in transactions]
            errors, in_order = self._outbox.try_in_order(calls)
            return [GAS_LIMIT if error is None else error for error in errors], in_order
        results = self._client.batch(
            [("eth_estimateGas", self._outbox.trial(t.sender, t.to, t.data)) for t in transactions]
        )
        return [r.error or int(int(r.value, 16) * _GAS_MARGIN) for r in results], False

    def _sign(
        self, session: Session, intents: Sequence[tuple[Intent, int]], gas_price: int
    ) -> list[InFlight]:
        """Give each intent (with its gas limit) its account's next nonce and a signature."""
        senders = {intent.sender for intent, _ in intents}
        accounts = {
            account.address: account
            for account in session.exec(
                select(SignerAccount)
                .where(col(SignerAccount.address).in_(senders))
                .with_for_update()
            )
        }
        signed = []
        for intent, gas in intents:
            account = accounts[intent.sender]
            signed.append(self._signed(intent, account, account.next_nonce, gas, gas_price))
            account.next_nonce += 1
        session.flush()
        apply_changes(session, [_signing(transaction) for transaction in signed])
        return signed

    def _signed(
        self, intent: Intent, account: SignerAccount, nonce: int, gas: int, gas_price: int
    ) -> InFlight:
        signature = self._signers.of(account).sign_transaction(
            {
                "chainId": self._chain_id,
                "nonce": nonce,
                "to": intent.to or "",
                "data": intent.data,
                "value": int(intent.value),
                "gas": gas,
                "gasPrice": gas_price,
            }
        )
        return InFlight(intent.id, intent.sender, nonce, signature.hash, signature.raw)

    def _gas_price(self) -> int:
        """Wei a unit of gas; 0 where the network asks no fee (its base fee is 0)."""
        if self._outbox.managed:
            return 0
        if self._client.gas_is_free():
            return 0  # nodes suggest a tip there all the same
        return int(self._client.request("eth_gasPrice"), 16)

    def _send(self, transactions: Sequence[InFlight]) -> None:
        """Offer signed transactions to the node, and note what it answered."""
        results: list[RpcResult] = []
        for start in range(0, len(transactions), _REQUEST):
            request = transactions[start : start + _REQUEST]
            results += self._client.batch(
                [("eth_sendRawTransaction", ["0x" + t.raw.hex()]) for t in request]
            )
        failed = [(t, r.error) for t, r in zip(transactions, results, strict=True) if r.error]
        known = self._known_to_node([t.hash for t, _ in failed])
        errors = {t.id: error for t, error in failed if t.hash not in known}
        used = self._used_nonces({t.sender for t, _ in failed if t.id in errors})
        gas_price = self._gas_price() if errors else 0
        taken = [t for t in transactions if t.id not in errors]
        with self._database.transaction() as session:
            new = _still_signed(session, taken)
            apply_changes(
                session, [Change(t.id, TransactionStatus.SENT) for t in taken if t.id in new]
            )
            rows = _locked(session, list(errors))
            # Backwards, so that nonces at the end of an account's row can be given back.
            for transaction in reversed(transactions):
                row = rows.get(transaction.id)
                if row is None or row.status not in IN_FLIGHT or row.hash != transaction.hash:
                    continue
                self._give_up(session, row, errors[row.id], used[row.sender], gas_price)

    def _known_to_node(self, hashes: Sequence[str | None]) -> set[str | None]:
        """Those that the node has, whatever it said about sending them."""
        answers = self._client.batch([("eth_getTransactionByHash", [hash_]) for hash_ in hashes])
        return {h for h, a in zip(hashes, answers, strict=True) if a.unwrap() is not None}

    def _used_nonces(self, senders: Iterable[str]) -> dict[str, int]:
        """How many nonces of each account mined transactions have used."""
        accounts = list(senders)
        answers = self._client.batch(
            [("eth_getTransactionCount", [account, "latest"]) for account in accounts]
        )
        return {a: int(r.unwrap(), 16) for a, r in zip(accounts, answers, strict=True)}

    def _give_up(
        self,
        session: Session,
        row: Transaction,
        error: RpcError,
        used: int,
        gas_price: int,
    ) -> None:
        """Deal with an answer by which the node does not have a transaction that we signed.

        * Its nonce was used by somebody else with the same key: the signed bytes can never be
          mined, so the intent goes back into the queue and will get another nonce.
        * The node will never take it: it is refused. Its nonce is given back if it was the
          account's last, else filled with an empty transaction, so that those behind it can be
          mined. (Giving the nonce to one of those instead could have both its old and its new form
          mined.) A filler itself is never given up: without it nothing behind it could be mined.
        * Anything else passes: it stays signed and is sent again.
        """
        words = error.message.lower()
        if "nonce too low" in words and row.nonce is not None and row.nonce < used:
            requeue(session, row, error.message[:500])
            take_nonce(session, row.sender, used - 1)
        elif row.function != _FILLER and any(reason in words for reason in _NEVER_TAKEN):
            freed = row.nonce
            row.nonce = row.raw = row.hash = None
            row.error = self._outbox.explain(error)
            set_status(session, row, TransactionStatus.REFUSED, error.message[:500])
            session.flush()
            account = session.get(SignerAccount, row.sender)
            if account is None or row.foreign or freed is None:
                return
            if account.next_nonce == freed + 1:
                account.next_nonce = freed
                session.add(account)
                return
            filler = Transaction(
                id=new_id("tx"),
                sender=row.sender,
                to=row.sender,
                data=b"",
                function=_FILLER,
                created_ms=now_ms(),
                updated_ms=now_ms(),
            )
            add_transaction(session, filler, f"in place of {row.id}")
            session.flush()
            intent = Intent(0, filler.id, None, filler.sender, filler.to, b"", "0")
            signed = self._signed(intent, account, freed, _FILLER_GAS, gas_price)
            session.expunge(filler)
            apply_changes(session, [_signing(signed)])


def take_nonce(session: Session, sender: str, nonce: int) -> None:
    """Never give this nonce, or a lower one, to a new transaction of the account, if it is ours."""
    account = session.get(SignerAccount, sender)
    if account is not None and account.next_nonce <= nonce:
        account.next_nonce = nonce + 1
        session.add(account)


def requeue(session: Session, row: Transaction, why: str) -> None:
    """Take the nonce and the signature from a write whose nonce was used by another transaction.

    It will get others; unless it was somebody's own transaction, which we cannot sign anew.
    """
    if row.foreign:
        set_status(session, row, TransactionStatus.REPLACED, why)
        row.nonce = None  # the bytes stay: they are what was sent
    else:
        row.nonce = row.raw = row.hash = None
        set_status(session, row, TransactionStatus.QUEUED, why)
    session.flush()


def _locked(session: Session, ids: Sequence[str]) -> dict[str, Transaction]:
    statement = select(Transaction).where(col(Transaction.id).in_(ids)).with_for_update()
    return {row.id: row for row in session.exec(statement)}


def _still_queued(session: Session, intents: Sequence[Intent]) -> set[str]:
    """Those that nobody has taken out of the queue meanwhile."""
    statement = select(Transaction.id).where(
        col(Transaction.id).in_([intent.id for intent in intents]),
        Transaction.status == TransactionStatus.QUEUED,
    )
    return set(session.exec(statement.with_for_update()))


def _still_signed(session: Session, transactions: Sequence[InFlight]) -> set[str]:
    """Those that are noted as signed, with these very bytes, and as no more than that."""
    statement = select(Transaction.id, Transaction.hash).where(
        col(Transaction.id).in_([transaction.id for transaction in transactions]),
        Transaction.status == TransactionStatus.SIGNED,
    )
    hashes = {transaction.id: transaction.hash for transaction in transactions}
    found = session.exec(statement.with_for_update())
    return {id_ for id_, hash_ in found if hashes[id_] == hash_}


def _signing(signed: InFlight) -> Change:
    values = {"nonce": signed.nonce, "raw": signed.raw, "hash": signed.hash}
    return Change(signed.id, TransactionStatus.SIGNED, "", values)


def _in_flight(session: Session) -> list[InFlight]:
    """Signed but not mined ones in the order of their signing (of somebody's own: of arrival)."""
    of_row = TransactionHistory.transaction_id == Transaction.id
    signing = select(func.max(TransactionHistory.seq)).where(
        of_row, TransactionHistory.status == TransactionStatus.SIGNED
    )
    arrival = select(func.min(TransactionHistory.seq)).where(of_row)
    statement = (
        sa_select(*_columns(InFlight))
        .where(col(Transaction.status).in_(IN_FLIGHT))
        .order_by(func.coalesce(signing.scalar_subquery(), arrival.scalar_subquery()))
    )
    return [InFlight(*row) for row in session.execute(statement)]


def _columns(kind: type[Intent] | type[InFlight]) -> list[Any]:
    return [getattr(Transaction, field.name) for field in fields(kind)]


def _lowest_unsettled_beside(session: Session, candidates: Sequence[Intent]) -> int | None:
    """The lowest ``seq`` of what is queued or in flight beside ``candidates``; None for nothing."""
    in_flight = select(func.min(Transaction.seq)).where(col(Transaction.status).in_(IN_FLIGHT))
    queued = select(func.min(Transaction.seq)).where(
        Transaction.status == TransactionStatus.QUEUED,
        col(Transaction.seq).not_in([t.seq for t in candidates]),
    )
    found = [session.exec(in_flight).one()]
    found.append(session.exec(queued).one())
    return min((seq for seq in found if seq is not None), default=None)


def _next_queued(session: Session, at_most: int) -> list[Intent]:
    """The next intents in the order of their acceptance.

    When there are more than a block takes: each tenant's first, each tenant's second, and so on.
    """
    turn = over(
        func.row_number(), partition_by=col(Transaction.org_id), order_by=col(Transaction.seq)
    )
    ranked = (
        select(Transaction.seq, turn.label("turn"))
        .where(Transaction.status == TransactionStatus.QUEUED)
        .subquery()
    )
    statement = (
        sa_select(*_columns(Intent))
        .join(ranked, col(Transaction.seq) == ranked.c.seq)
        .order_by(ranked.c.turn, col(Transaction.seq))
        .limit(at_most)
    )
    return sorted((Intent(*row) for row in session.execute(statement)), key=lambda it: it.seq)
