"""Replacing what the node has but has not mined: with a higher fee, or with nothing.

Only networks with fees let a transaction be replaced, by another one of the same account and nonce
that pays more. The replacement is stored as the transaction's present form before anybody sees it,
and sent like every other; whichever form is mined counts.
"""

import logging
from collections.abc import Sequence

from sqlmodel import Session, col, select

from pocplatform.chain.client import ChainClient
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.outbox.attempts import Kind, attempt, by_hash, remember
from pocplatform.outbox.fees import FREE, Fee, Fees
from pocplatform.outbox.models import (
    IN_FLIGHT,
    SignerAccount,
    Transaction,
    TransactionAttempt,
    TransactionStatus,
)
from pocplatform.outbox.sender import Sender
from pocplatform.outbox.service import set_status
from pocplatform.outbox.signers import Signers

logger = logging.getLogger(__name__)

_TRANSFER_GAS = 21_000


class Replacements:
    """Replaces transactions in flight.

    Args:
        database: Holds the outbox.
        client: The node.
        sender: Knows for which ones the node wants more.
        signers: Signs.
        fees: What the network asks, and the most that we offer.
        chain_id: Goes into every signature.
        raise_after_s: Seconds after which what is not mined gets a higher fee.
    """

    def __init__(
        self,
        database: Database,
        client: ChainClient,
        sender: Sender,
        signers: Signers,
        fees: Fees,
        chain_id: int,
        raise_after_s: float,
    ) -> None:
        self._database = database
        self._client = client
        self._sender = sender
        self._signers = signers
        self._fees = fees
        self._chain_id = chain_id
        self._raise_after_ms = int(raise_after_s * 1000)
        self._offered: set[str] = set()
        self._at_cap: set[str] = set()

    def cancel(self, session: Session, row: Transaction) -> bool:
        """Put an empty transaction in the place of one in flight; False where that cannot be.

        It offers an eighth more than its predecessor, the cap notwithstanding: of so little gas
        that less is paid all the same. A second call changes nothing.
        """
        present = by_hash(session, row.hash)
        if row.foreign or present is None:
            return False
        if present.kind != Kind.CANCELLING:
            fee = _fee(present)
            self._replace(session, row, present, Kind.CANCELLING, fee.over(fee))
        return True

    def due(self) -> bool:
        """Raise the fees of what has waited too long; whether there is anything new to send.

        Only of the next one in each account's row: those behind it wait for it, whatever they pay.
        """
        statement = (
            select(Transaction, TransactionAttempt.kind)
            .join(TransactionAttempt, col(TransactionAttempt.hash) == Transaction.hash)
            .where(col(Transaction.status).in_(IN_FLIGHT))
        )
        with self._database.snapshot() as session:
            in_flight = session.exec(statement).all()
        raised = self._raise_late([row for row, _ in in_flight])
        replaced = {
            row.hash or ""
            for row, kind in in_flight
            if kind != Kind.ORIGINAL and row.status == TransactionStatus.SIGNED
        }
        # What a node goes on refusing is offered again with everything else, not all the time.
        new, self._offered = replaced - self._offered, replaced
        return raised or bool(new)

    def _raise_late(self, in_flight: Sequence[Transaction]) -> bool:
        """Raise the fees of what is to be mined next and has waited, or offers too little."""
        wanted, self._sender.underpriced = self._sender.underpriced, set()
        limit = now_ms() - self._raise_after_ms
        late = [row for row in in_flight if row.updated_ms < limit or row.id in wanted]
        next_nonces = self._client.nonces({row.sender for row in late})
        late = [row for row in late if row.nonce == next_nonces[row.sender]]
        fee = self._fees.suggested() if late else FREE
        if fee.free:
            return False
        return any([self._raise(row.id, row.hash or "", fee) for row in late])

    def _raise(self, id_: str, hash_: str, suggested: Fee) -> bool:
        with self._database.transaction() as session:
            statement = select(Transaction).where(Transaction.id == id_, Transaction.hash == hash_)
            row = session.exec(statement.with_for_update()).first()
            present = by_hash(session, hash_)
            if row is None or present is None or row.status not in IN_FLIGHT:
                return False
            fee = suggested.over(_fee(present))
            if fee.limit > self._fees.cap:
                self._tell_of_cap(row)
                return False
            kind = Kind.CANCELLING if present.kind == Kind.CANCELLING else Kind.RAISED
            self._replace(session, row, present, kind, fee)
            return True

    def _tell_of_cap(self, row: Transaction) -> None:
        if row.id not in self._at_cap:
            self._at_cap.add(row.id)
            logger.warning("%s is not mined and its fee is at the cap of POC_MAX_FEE_GWEI", row.id)

    def _replace(
        self, session: Session, row: Transaction, present: TransactionAttempt, kind: Kind, fee: Fee
    ) -> None:
        """Sign another form of a transaction and make it the present one."""
        empty = kind == Kind.CANCELLING
        gas = _TRANSFER_GAS if empty else present.gas
        signed = self._signers.of(session.get_one(SignerAccount, row.sender)).sign_transaction(
            {
                "chainId": self._chain_id,
                "nonce": present.nonce,
                "to": row.sender if empty else row.to or "",
                "data": b"" if empty else row.data,
                "value": 0 if empty else int(row.value),
                "gas": gas,
                **fee.fields(),
            }
        )
        remember(session, [attempt(row.id, kind, present.nonce, gas, fee, signed)])
        row.raw, row.hash = signed.raw, signed.hash
        what = "to be cancelled" if empty else "not mined; sent with a higher fee"
        set_status(session, row, TransactionStatus.SIGNED, what)
        session.flush()


def _fee(present: TransactionAttempt) -> Fee:
    return Fee(present.fee_limit, present.fee_tip)
