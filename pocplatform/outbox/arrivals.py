"""Signed transactions that others hand in: they are kept before the node sees them, like ours."""

from sqlmodel import Session, col, select

from pocplatform.chain.errors import RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import SignerAccount, Transaction, TransactionStatus
from pocplatform.outbox.queries import take_nonce
from pocplatform.outbox.service import add_transaction

_REJECTED = -32003
"""JSON-RPC's code for a transaction that is rejected (EIP-1474)."""


def accept(session: Session, transaction: RawTransaction, chain_id: int) -> Transaction:
    """Keep a signed transaction, to be sent, mined and recorded with ours; its row.

    One that was kept before is found again. Whoever signs with a key of the platform's, as with the
    devnet's well-known one, must use the account's next nonce, which ours then no longer get.

    Raises:
        RpcError: It can never be mined here: its nonce is used, or it is for another chain.
    """
    known = session.exec(select(Transaction).where(Transaction.hash == transaction.hash)).first()
    if known is not None:
        return known
    if transaction.chain_id not in (None, chain_id):
        raise RpcError(_REJECTED, f"invalid chain id: this is {chain_id}")
    account = session.get(SignerAccount, transaction.sender)
    if account is not None and transaction.nonce > account.next_nonce:
        raise RpcError(_REJECTED, f"nonce too high: the account's next is {account.next_nonce}")
    if (account is not None and transaction.nonce < account.next_nonce) or _is_used(
        session, transaction
    ):
        raise RpcError(_REJECTED, "nonce too low: another transaction of the account has it")
    take_nonce(session, transaction.sender, transaction.nonce)
    row = Transaction(
        id=new_id("tx"),
        sender=transaction.sender,
        to=transaction.to,
        data=transaction.data,
        value=str(transaction.value),
        status=TransactionStatus.SIGNED,
        nonce=transaction.nonce,
        raw=transaction.raw,
        hash=transaction.hash,
        created_ms=now_ms(),
        updated_ms=now_ms(),
    )
    return add_transaction(session, row, "handed in at /rpc")


def _is_used(session: Session, transaction: RawTransaction) -> bool:
    statement = select(Transaction.id).where(
        Transaction.sender == transaction.sender,
        col(Transaction.nonce) == transaction.nonce,
    )
    return session.exec(statement).first() is not None
