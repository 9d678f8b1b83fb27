"""Writes of wallets whose key is not ours: prepared here, signed by their owners, sent like all.

A prepared write is a row as every other, with the status ``prepared``: what it is about is stored
with it, once and for all. When its signed bytes come, they are put into that row, and it goes the
way of all signed transactions. Nobody else can take its place, since nobody else can sign.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from pocplatform.chain.contracts import ContractCall
from pocplatform.chain.errors import RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.chain.signer import typed_data_digest
from pocplatform.outbox.errors import ContractReverted, WalletCustodial, WalletIsContract
from pocplatform.outbox.models import SignerAccount, Transaction, TransactionStatus
from pocplatform.outbox.service import GAS_LIMIT, Outbox, Write, keep, set_status
from pocplatform.outbox.signers import Signers

_GAS_MARGIN = 1.25
_DELEGATED = bytes.fromhex("ef0100")
"""How the code of a key's own account begins that lets a contract act for it (EIP-7702)."""
_TAKEN = "signed by their owners"


class SignatureNeeded(Exception):
    """A write takes a signature over typed data (EIP-712) that only its owner can give.

    Attributes:
        address: Whose.
        typed_data: Over what.
        digest: The hash of that, as 0x-hex.
    """

    def __init__(self, address: str, typed_data: dict[str, Any], digest: str) -> None:
        super().__init__(f"{address} is to sign {digest}")
        self.address = address
        self.typed_data = typed_data
        self.digest = digest


class PreparingOutbox(Outbox):
    """An outbox for one request, whose writes wait for their owner's signature.

    Attributes:
        prepared: Those writes, with the gas that each takes.
    """

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(
            outbox.contracts, outbox.decoder, managed=outbox.managed, max_queued=outbox.max_queued
        )
        self.prepared: list[tuple[Write, int]] = []
        self._with_key: set[str] = set()

    def enqueue(
        self,
        session: Session,
        call: ContractCall,
        *,
        sender: str,
        org_id: str | None = None,
        resource_id: str | None = None,
    ) -> Write:
        """Accept a write that is to be signed by its sender.

        Raises :class:`ContractReverted` if the contract would refuse it now,
        :class:`WalletCustodial` if the platform signs for the sender, and
        :class:`WalletIsContract` if nobody can sign a transaction of its.
        """
        if session.get(SignerAccount, sender) is not None:
            raise WalletCustodial(sender)
        if sender not in self._with_key:  # asked once: a payout has hundreds of writes
            code = self.contracts.client.code(sender)
            if code and not code.startswith(_DELEGATED):
                raise WalletIsContract(sender)
            self._with_key.add(sender)
        # What comes after another one may rely on it, so only the first can be tried.
        gas = GAS_LIMIT if self.prepared else self._gas(sender, call)
        write = Write.of(call, sender, org_id, resource_id, TransactionStatus.PREPARED)
        keep(session, write, by_owner=True)
        self.prepared.append((write, gas))
        return write

    def _gas(self, sender: str, call: ContractCall) -> int:
        trial = self.trial(sender, call.to, call.data, call.value)
        try:
            if self.managed:
                self.contracts.client.request("eth_call", *trial)
                return GAS_LIMIT
            return int(
                int(self.contracts.client.request("eth_estimateGas", *trial), 16) * _GAS_MARGIN
            )
        except RpcError as error:
            raise ContractReverted(self.explain(error, call.to)) from error


class PreparingSigners(Signers):
    """Signs for the platform's wallets, and asks others for what they have not signed yet.

    Args:
        signers: The platform's.
        signatures: What was signed already, by digest (both as 0x-hex).
        numbers: Those of :meth:`fixed` when that was asked for.

    Attributes:
        numbers: The same, with those that have come since.
    """

    def __init__(
        self, signers: Signers, signatures: Mapping[str, str], numbers: Mapping[str, int]
    ) -> None:
        vars(self).update(vars(signers))  # the same keys, and the same ones at hand
        self._signatures = signatures
        self.numbers = dict(numbers)

    def fixed(self, name: str, make: Callable[[], int]) -> int:
        """The number of the first time."""
        if name not in self.numbers:
            self.numbers[name] = make()
        return self.numbers[name]

    def sign_typed_data(self, session: Session, address: str, typed_data: dict[str, Any]) -> bytes:
        """An EIP-712 signature by ``address``. Raises :class:`SignatureNeeded`."""
        if session.get(SignerAccount, address) is not None or address == self.operator.address:
            return super().sign_typed_data(session, address, typed_data)
        digest = "0x" + typed_data_digest(typed_data).hex()
        if digest not in self._signatures:
            raise SignatureNeeded(address, typed_data, digest)
        return bytes.fromhex(self._signatures[digest][2:])


def is_of(transaction: RawTransaction, row: Transaction, chain_id: int) -> bool:
    """Whether signed bytes do what was prepared, and nothing else."""
    return (
        transaction.sender == row.sender
        and transaction.to == row.to
        and transaction.data == row.data
        and transaction.value == int(row.value)
        and transaction.chain_id == chain_id
    )


def is_known(session: Session, transaction: RawTransaction) -> bool:
    """Whether these bytes, or others of the same account and nonce, were handed in before."""
    same = (col(Transaction.hash) == transaction.hash) | (
        (col(Transaction.sender) == transaction.sender)
        & (col(Transaction.nonce) == transaction.nonce)
    )
    return session.exec(select(Transaction.id).where(same)).first() is not None


def take(session: Session, row: Transaction, transaction: RawTransaction) -> None:
    """Put the signed bytes into the row of what was prepared; it is to be sent from then on."""
    row.raw, row.hash, row.nonce = transaction.raw, transaction.hash, transaction.nonce
    set_status(session, row, TransactionStatus.SIGNED, "signed by its owner")
    session.flush()
    session.info.setdefault(_TAKEN, []).append(row.id)


def taken(session: Session) -> list[str]:
    """Ids of what was handed in signed in this session's database transaction."""
    return list(session.info.get(_TAKEN, ()))


def give_up(session: Session, ids: Sequence[str]) -> int:
    """Cancel what nobody has signed; how many there were."""
    statement = select(Transaction).where(
        col(Transaction.id).in_(ids), Transaction.status == TransactionStatus.PREPARED
    )
    rows = session.exec(statement.with_for_update()).all()
    for row in rows:
        set_status(session, row, TransactionStatus.CANCELLED, "nobody has signed it")
    return len(rows)
