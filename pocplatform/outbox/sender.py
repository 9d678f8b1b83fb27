"""From queued intents to transactions that the node has.

One round (:meth:`Sender.send_queued`): try the next intents on the latest state, in the order in
which they will be mined, refuse what the contract refuses, store nonces and signatures of the
others in one database transaction, then send them. Sending is repeatable: whatever is signed but
not mined is sent again after any doubt (:meth:`Sender.resend`), and before an error of the node is
believed, the node is asked for our hash.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from pocplatform.chain.client import ChainClient, RpcResult
from pocplatform.chain.errors import RpcError
from pocplatform.chain.signer import SignedTransaction
from pocplatform.kit.bulk import Row, fetch, update_many
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.outbox.attempts import Kind, attempt, beside, remember
from pocplatform.outbox.fees import FREE, Fee, Fees
from pocplatform.outbox.gas_tank import GasTank
from pocplatform.outbox.models import (
    IN_FLIGHT,
    SignerAccount,
    Transaction,
    TransactionAttempt,
    TransactionStatus,
)
from pocplatform.outbox.node_errors import Reaction, reaction_to
from pocplatform.outbox.queries import (
    ACCOUNTS,
    LOCKED_ACCOUNTS,
    InFlight,
    Intent,
    in_flight,
    locked,
    lowest_unsettled_beside,
    next_queued,
    requeue,
    still_queued,
    still_signed,
    take_nonce,
)
from pocplatform.outbox.service import (
    GAS_LIMIT,
    Change,
    Outbox,
    add_transaction,
    apply_changes,
    set_status,
)
from pocplatform.outbox.signers import Account, Signers
from pocplatform.outbox.simulation import too_little_gas
from pocplatform.outbox.watch import Settled

BATCH = 200
"""Transactions a round: fills one devnet block at :data:`GAS_LIMIT` gas each."""

_REQUEST = 64
"""Transactions a request: of a longer one anvil (1.7.1) keeps the order of the first 64 only, and
who was accepted first would not be mined first."""

_GAS_MARGIN = 1.25
"""On a node that is not ours, estimated gas times this: state may change before mining."""

_FILLER = "fill_nonce"
_FILLER_GAS = 21_000


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: what was signed, to be sent, and the ids of what was refused."""

    signed: tuple[InFlight, ...] = ()
    refused: tuple[str, ...] = ()
    more: bool = False
    """Whether writes were left that could be sent now."""

    def __bool__(self) -> bool:
        return bool(self.signed or self.refused)


class Sender:
    """Sends what the outbox holds.

    Args:
        database: Holds the outbox.
        client: The node.
        outbox: Simulates and explains.
        signers: Signs.
        fees: What the network asks.
        tank: Pays for the gas of wallets; None where each pays for its own, or nobody does.
        chain_id: Goes into every signature (EIP-155).
    """

    def __init__(
        self,
        database: Database,
        client: ChainClient,
        outbox: Outbox,
        signers: Signers,
        fees: Fees,
        tank: GasTank | None,
        chain_id: int,
    ) -> None:
        self._database = database
        self._client = client
        self._outbox = outbox
        self._signers = signers
        self._fees = fees
        self._tank = tank
        self._chain_id = chain_id
        self.batch = BATCH
        """Transactions a round."""
        self.underpriced: set[str] = set()
        """Ids of those for which the node wants more than they offer."""
        self._ended: list[Settled] = []

    def send_queued(self) -> Round:
        """One round over the oldest intents, fairly between tenants."""
        round_ = self.take_queued()
        self.send(round_)
        return round_

    def send(self, round_: Round) -> None:
        """Send what :meth:`take_queued` has signed."""
        # What our devnet takes is mined, and recorded as sent and mined, in a moment.
        self._send(round_.signed, note=not self._outbox.managed)

    def take_queued(self) -> Round:
        """The first part of a round, after which all is stored: what is to be sent, is signed."""
        candidates = next_queued(self._database, self.batch)
        if not candidates:
            return Round()
        gas_limits, refused = self._judge(candidates)
        for transaction in candidates if self._outbox.reverting else ():
            if transaction.id in gas_limits.keys() & self._outbox.reverting:
                gas_limits[transaction.id] = too_little_gas(transaction.data)
        fee = self._fees.suggested() if gas_limits else FREE
        if self._tank is not None:
            gas_limits, unpaid = self._tank.funded(candidates, gas_limits, fee)
            refused |= {id_: self._outbox.explain(error) for id_, error in unpaid.items()}
        good = [(it, gas_limits[it.id]) for it in candidates if it.id in gas_limits]
        ahead = self._signed_ahead(good, fee)
        # A power failure ends our own devnet too: what it had and the disk has not is signed anew,
        # for the chain that is rebuilt. Another node keeps what it was given.
        with self._database.transaction(durable=not self._outbox.managed) as session:
            queued = still_queued(session, candidates)
            refusals = [(id_, error) for id_, error in refused.items() if id_ in queued]
            apply_changes(session, [_refusal(id_, error) for id_, error in refusals])
            still_good = [(it, gas) for it, gas in good if it.id in queued]
            signed = self._sign(session, still_good, fee, ahead)
        # Kept before anything that may raise: somebody may be waiting for it.
        self._ended += [
            Settled(id_, TransactionStatus.REFUSED, error=error) for id_, error in refusals
        ]
        return Round(
            tuple(signed),
            tuple(id_ for id_, _ in refusals),
            more=len(candidates) == self.batch or len(candidates) > len(signed) + len(refusals),
        )

    def ended(self) -> tuple[Settled, ...]:
        """What a trial or a node's answer has settled since the last call."""
        ended, self._ended = tuple(self._ended), []
        return ended

    def resend(self, only: Collection[str] | None = None) -> tuple[str, ...]:
        """Send everything again that is signed but not known to be mined, in its first order.

        Args:
            only: Ids of those to send; None for all.
        """
        with self._database.snapshot() as session:
            transactions = in_flight(session, only)
        self._send(transactions)
        return tuple(t.id for t in transactions)

    def _judge(
        self, candidates: Sequence[Intent]
    ) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
        """Gas limits of those that would succeed, errors of those that would not.

        A write may rely on all that was accepted before it. So one that fails while something
        older is not in the trial is in neither: it stays queued, and so does everything behind it
        of the same sender, whose order is kept. The oldest of all has nothing ahead, so every round
        with nothing in flight settles at least one.
        """
        rest = list(candidates)
        while True:
            results, in_order = self._try(rest)
            elsewhere = None
            if any(not isinstance(result, int) for result in results):
                with self._database.snapshot() as session:
                    elsewhere = lowest_unsettled_beside(session, candidates)
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
                    refused[transaction.id] = self._outbox.explain(result, transaction.to)
            if not held or not in_order:
                return gas_limits, refused
            # The others were tried on top of what is held back: once more without it.
            rest = [t for t in rest if t.sender not in held or t.seq < held[t.sender]]

    def _try(self, transactions: Sequence[Intent]) -> tuple[list[int | RpcError], bool]:
        """A gas limit or an error for each; and whether each was tried on top of those before."""
        if self._outbox.managed:
            if len(transactions) == 1 and self._outbox.is_tried(transactions[0].id):
                return [GAS_LIMIT], True
            calls = [(t.sender, t.to, t.data, int(t.value)) for t in transactions]
            errors, in_order = self._outbox.try_in_order(calls)
            return [GAS_LIMIT if error is None else error for error in errors], in_order
        trials = [self._outbox.trial(t.sender, t.to, t.data, int(t.value)) for t in transactions]
        results = self._client.batch([("eth_estimateGas", trial) for trial in trials])
        return [r.error or int(int(r.value, 16) * _GAS_MARGIN) for r in results], False

    def _signed_ahead(
        self, intents: Sequence[tuple[Intent, int]], fee: Fee
    ) -> dict[tuple[str, int], InFlight]:
        """Signatures as :meth:`_sign` will most likely need them, by id and nonce.

        Signing takes long, and in a database transaction others would wait for it.
        """
        found = self._database.fetch(ACCOUNTS, wanted={intent.sender for intent, _ in intents})
        signed, _ = self._sign_from(found, intents, fee, {})
        return {(transaction.id, transaction.nonce): transaction for transaction in signed}

    def _sign_from(
        self,
        accounts: Sequence[Row],
        intents: Sequence[tuple[Intent, int]],
        fee: Fee,
        ahead: Mapping[tuple[str, int], InFlight],
    ) -> tuple[list[InFlight], dict[str, int]]:
        """Signed transactions, in their order; and the nonces that come next, by account."""
        owners = {address: Account(address, key) for address, key, _ in accounts}
        nonces = {address: next_nonce for address, _, next_nonce in accounts}
        signed = []
        for intent, gas in intents:
            nonce = nonces[intent.sender]
            known = ahead.get((intent.id, nonce))
            signed.append(known or self._signed(intent, owners[intent.sender], nonce, gas, fee))
            nonces[intent.sender] = nonce + 1
        return signed, nonces

    def _sign(
        self,
        session: Session,
        intents: Sequence[tuple[Intent, int]],
        fee: Fee,
        ahead: Mapping[tuple[str, int], InFlight],
    ) -> list[InFlight]:
        """Give each intent (with its gas limit) its account's next nonce and a signature."""
        if not intents:
            return []
        connection = session.connection()
        wanted = {intent.sender for intent, _ in intents}
        found = fetch(connection, LOCKED_ACCOUNTS, wanted=wanted)
        signed, nonces = self._sign_from(found, intents, fee, ahead)
        counted = [{"address": address, "next_nonce": nonce} for address, nonce in nonces.items()]
        update_many(connection, SignerAccount, "address", counted)
        if not fee.free:
            gas_limits = [gas for _, gas in intents]
            remember(session, [_original(*it, fee) for it in zip(signed, gas_limits, strict=True)])
        apply_changes(session, [_signing(transaction) for transaction in signed])
        return signed

    def _signed(
        self, intent: Intent, account: Account | SignerAccount, nonce: int, gas: int, fee: Fee
    ) -> InFlight:
        signature = self._signers.of(account).sign_transaction(
            {
                "chainId": self._chain_id,
                "nonce": nonce,
                "to": intent.to or "",
                "data": intent.data,
                "value": int(intent.value),
                "gas": gas,
                **fee.fields(),
            }
        )
        return InFlight(intent.id, intent.sender, nonce, signature.hash, signature.raw)

    def _send(self, transactions: Sequence[InFlight], *, note: bool = True) -> None:
        """Offer signed transactions to the node, and note what it answered.

        Args:
            transactions: In their order.
            note: Whether those that it took are noted as sent.
        """
        results: list[RpcResult] = []
        for start in range(0, len(transactions), _REQUEST):
            request = transactions[start : start + _REQUEST]
            results += self._client.batch(
                [("eth_sendRawTransaction", ["0x" + t.raw.hex()]) for t in request]
            )
        failed = [(t, r.error) for t, r in zip(transactions, results, strict=True) if r.error]
        if not (failed or note):
            return
        known = self._known_to_node([t.hash for t, _ in failed])
        errors = {t.id: error for t, error in failed if t.hash not in known}
        used = self._client.nonces({t.sender for t, _ in failed if t.id in errors})
        reactions = {id_: reaction_to(error) for id_, error in errors.items()}
        self.underpriced |= {id_ for id_, it in reactions.items() if it is Reaction.BUMP}
        held = self._held_by_others([t for t, _ in failed if t.id in errors], reactions)
        fee = self._fees.suggested() if errors else FREE
        taken = [t for t in transactions if t.id not in errors]
        with self._database.transaction() as session:
            new = still_signed(session, taken)
            apply_changes(
                session, [Change(t.id, TransactionStatus.SENT) for t in taken if t.id in new]
            )
            rows = locked(session, [id_ for id_ in errors if id_ not in held])
            # Backwards, so that nonces at the end of an account's row can be given back.
            for transaction in reversed(transactions):
                row = rows.get(transaction.id)
                if row is None or row.status not in IN_FLIGHT or row.hash != transaction.hash:
                    continue
                self._give_up(session, row, errors[row.id], used[row.sender], fee)
        self._ended += [
            Settled(id_, status, error=row.error)
            for id_, row in rows.items()
            if (status := TransactionStatus(row.status)).settled
        ]

    def _known_to_node(self, hashes: Sequence[str | None]) -> set[str | None]:
        """Those that the node has, whatever it said about sending them."""
        answers = self._client.batch([("eth_getTransactionByHash", [hash_]) for hash_ in hashes])
        return {h for h, a in zip(hashes, answers, strict=True) if a.unwrap() is not None}

    def _held_by_others(
        self, failed: Sequence[InFlight], reactions: Mapping[str, Reaction]
    ) -> set[str]:
        """Those of which another form was sent that may be mined, or is: they wait for it."""
        with self._database.snapshot() as session:
            others = beside(session, {t.id: (t.nonce, t.hash) for t in failed})
        if not others:
            return set()
        known = self._known_to_node([hash_ for hashes in others.values() for hash_ in hashes])
        return {
            id_
            for id_, hashes in others.items()
            if reactions[id_] is not Reaction.REQUEUE or known & set(hashes)
        }

    def _give_up(
        self,
        session: Session,
        row: Transaction,
        error: RpcError,
        used: int,
        fee: Fee,
    ) -> None:
        """Deal with an answer by which the node does not have a transaction that we signed.

        * Its nonce was used by somebody else with the same key: the signed bytes can never be
          mined, so the intent goes back into the queue and will get another nonce.
        * The node will never take it: it is refused. Its nonce is given back if it was the
          account's last, else filled with an empty transaction, so that those behind it can be
          mined. (Giving the nonce to one of those instead could have both its old and its new form
          mined.) A filler itself is never given up: without it nothing behind it could be mined.
          Nor is what an outside node has taken before: another node may still have it.
        * Anything else passes: it stays signed and is sent again.
        """
        reaction = reaction_to(error)
        if reaction is Reaction.REQUEUE and row.nonce is not None and row.nonce < used:
            requeue(session, row, error.message[:500])
            take_nonce(session, row.sender, used - 1)
        elif row.function != _FILLER and self._is_lost(row, reaction):
            freed = row.nonce
            row.nonce = row.raw = row.hash = None
            row.error = self._outbox.explain(error)
            set_status(session, row, TransactionStatus.REFUSED, error.message[:500])
            session.flush()
            account = session.get(SignerAccount, row.sender)
            if account is None or freed is None:
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
            signed = self._signed(intent, account, freed, _FILLER_GAS, fee)
            session.expunge(filler)
            apply_changes(session, [_signing(signed)])
            if not fee.free:
                remember(session, [_original(signed, _FILLER_GAS, fee)])

    def _is_lost(self, row: Transaction, reaction: Reaction) -> bool:
        """Whether a node's refusal is final."""
        if row.status == TransactionStatus.SENT and not self._outbox.managed:
            return False  # it was taken before; another node of the network may still have it
        if reaction is Reaction.FUND and self._tank is not None and self._tank.sponsors(row):
            return False  # the tank will pay
        return reaction in (Reaction.REFUSE, Reaction.FUND)


def _refusal(id_: str, error: dict[str, Any]) -> Change:
    return Change(id_, TransactionStatus.REFUSED, error["name"], {"error": error})


def _original(signed: InFlight, gas: int, fee: Fee) -> TransactionAttempt:
    form = SignedTransaction(signed.raw, signed.hash)
    return attempt(signed.id, Kind.ORIGINAL, signed.nonce, gas, fee, form)


def _signing(signed: InFlight) -> Change:
    values = {"nonce": signed.nonce, "raw": signed.raw, "hash": signed.hash}
    return Change(signed.id, TransactionStatus.SIGNED, "", values)
