"""Signed transactions that others hand in: they are kept before the node sees them, like ours."""

from sqlmodel import Session, col, func, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import IN_FLIGHT, SignerAccount, Transaction, TransactionStatus
from pocplatform.outbox.service import add_transaction

AT_MOST_WAITING = 64
"""Transactions of one account that may wait for an earlier nonce."""
_AT_MOST_IN_ALL = 1000
"""The same, of all accounts: after any doubt all of them are offered to the node again."""

_REJECTED = -32003
"""JSON-RPC's code for a transaction that is rejected (EIP-1474)."""


def accept(
    session: Session, transaction: RawTransaction, client: ChainClient, chain_id: int
) -> Transaction:
    """Keep a signed transaction, to be sent, mined and recorded with ours; its row.

    One that was kept before is found again.

    Raises:
        RpcError: It can never be mined here: its nonce is used, or it is for another chain. Or it
            is signed with a key of the platform's, such as the devnet's well-known one: what that
            account may do is done through the API. Or too many wait already.
        NodeUnreachable: The node must be asked for the account's nonce, and does not answer.
    """
    known = session.exec(select(Transaction).where(Transaction.hash == transaction.hash)).first()
    if known is not None:
        return known
    if transaction.chain_id not in (None, chain_id):
        raise RpcError(_REJECTED, f"invalid chain id: this is {chain_id}")
    if session.get(SignerAccount, transaction.sender) is not None:
        raise RpcError(
            _REJECTED, f"{transaction.sender} is an account of the sandbox: use one of your own"
        )
    if _is_used(session, transaction):
        raise RpcError(_REJECTED, "nonce too low: another transaction of the account has it")
    # With the account's next nonce it would go on, however many wait.
    if _too_many_wait(session, transaction.sender) and (
        client.nonce(transaction.sender) != transaction.nonce
    ):
        raise RpcError(_REJECTED, "too many transactions wait for an earlier nonce")
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


def _too_many_wait(session: Session, sender: str) -> bool:
    waiting = select(func.count()).where(
        col(Transaction.status).in_(IN_FLIGHT), Transaction.function == ""
    )
    return (
        session.exec(waiting.where(Transaction.sender == sender)).one() >= AT_MOST_WAITING
        or session.exec(waiting).one() >= _AT_MOST_IN_ALL
    )


def _is_used(session: Session, transaction: RawTransaction) -> bool:
    statement = select(Transaction.id).where(
        Transaction.sender == transaction.sender,
        col(Transaction.nonce) == transaction.nonce,
    )
    return session.exec(statement).first() is not None
