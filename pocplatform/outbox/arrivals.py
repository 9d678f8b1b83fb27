"""Signed transactions that others hand in: they are kept before the node sees them, like ours."""

from sqlmodel import Session, col, func, select

from pocplatform.chain.client import ChainClient
from pocplatform.chain.epoch import Epoch
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


_SINCE = {
    "reset": "The chain began anew at {began}, so what your wallet remembers of it is not true any "
    "more",
    "restored": "The chain was put back to an earlier state at {began}, so what your wallet "
    "remembers of it is not true any more",
    "started": "Your wallet may remember another chain with the id {chain_id}",
}
_CLEAR = (
    "have it forget its history of this chain (MetaMask: Settings, Advanced, Clear activity tab "
    "data), then send again"
)


class NonceTooHigh(RpcError):
    """A transaction whose account lacks those before it, and is not likely to bring them."""


def accept(
    session: Session,
    transaction: RawTransaction,
    client: ChainClient,
    chain_id: int,
    epoch: Epoch,
    *,
    org_id: str | None = None,
) -> Transaction:
    """Keep a signed transaction, to be sent, mined and recorded with ours; its row.

    One that was kept before is found again. ``org_id`` is who has handed it in, where that is
    known.

    Raises:
        NonceTooHigh: Its nonce is far ahead; or, on a chain that has begun anew, the account's
            first one here leaves others out, as wallets do that remember the chain before.
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
    _check_gap(session, transaction, client, chain_id, epoch)
    # With the account's next nonce it would go on, however many wait.
    if _too_many_wait(session, transaction.sender) and (
        client.nonce(transaction.sender) != transaction.nonce
    ):
        raise RpcError(_REJECTED, "too many transactions wait for an earlier nonce")
    row = Transaction(
        id=new_id("tx"),
        org_id=org_id,
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


def _check_gap(
    session: Session, transaction: RawTransaction, client: ChainClient, chain_id: int, epoch: Epoch
) -> None:
    """Raise :class:`NonceTooHigh` where those before it will most likely never come."""
    nonce, of_account = transaction.nonce, Transaction.sender == transaction.sender
    before = select(Transaction.id).where(of_account, col(Transaction.nonce) == nonce - 1)
    if nonce == 0 or session.exec(before).first() is not None:
        return
    expected = client.nonce(transaction.sender)
    since = select(Transaction.id).where(of_account, col(Transaction.created_ms) >= epoch.began_ms)
    stale = epoch.follows_another and session.exec(since).first() is None
    if nonce > expected and (stale or nonce - expected > AT_MOST_WAITING):
        words = _SINCE[epoch.why].format(began=epoch.began, chain_id=chain_id)
        raise NonceTooHigh(
            _REJECTED,
            f"nonce too high: the next one of {transaction.sender} is {expected}, this is {nonce}. "
            f"{words}: {_CLEAR}.",
        )


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
