"""What services of one caller have in common: writing to the chain, signing, naming others."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.chain.typed_data import Members, typed_data
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.kit.clock import now_s
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

_UNLIMITED = 2**256 - 1


class Done(NamedTuple):
    """What a service did: to which resource, and by which writes."""

    resource: str
    writes: tuple[Write, ...] = ()

    @property
    def transactions(self) -> tuple[str, ...]:
        """The ids of the writes."""
        return tuple(write.id for write in self.writes)

    @property
    def note(self) -> str:
        """Resource and writes as one text, from which :meth:`noted` reads them again."""
        return " ".join((self.resource, *self.transactions))


def noted(session: Session, note: str) -> tuple[str, list[TransactionRead]]:
    """The resource of a :attr:`Done.note`, and its writes as they are now."""
    resource, *ids = note.split()
    return resource, [transactions.read(transactions.get(session, None, id_)) for id_ in ids]


class Acting:
    """Base of services that act for one caller.

    Args:
        session: The request's database transaction.
        outbox: Where writes to the chain begin.
        signers: Signs for custodial wallets.
        chain_id: The chain's id.
        org_id: The caller's organization; None for the organisers.
        address: The caller's wallet.
    """

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        signers: Signers,
        chain_id: int,
        *,
        org_id: str | None,
        address: str,
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._signers = signers
        self._chain_id = chain_id
        self._org_id = org_id
        self._me = address

    @property
    def _contracts(self) -> Contracts:
        return self._outbox.contracts

    def _send(self, resource: str, contract: str, function: str, **arguments: Any) -> Write:
        """A write of the caller's. Raises :class:`ContractReverted`."""
        return self._outbox.enqueue(
            self._session,
            self._contracts.call(contract, function, **arguments),
            sender=self._me,
            org_id=self._org_id,
            resource_id=resource,
        )

    def _ahead(self, seconds: int) -> int:
        """The second that lies so far ahead, for a deadline that nobody has named.

        It is the same when the request comes again with the signature.
        """
        return self._signers.fixed("deadline", lambda: now_s() + seconds)

    def _resolve(self, who: str | None, param: str) -> str:
        """The address of somebody, or the caller's."""
        if who is None:
            return self._me
        return organizations.resolve_address(self._session, who, self._chain_id, param=param)

    def _sign(self, contract: str, struct: str, message: Mapping[str, Any]) -> bytes:
        """The caller's EIP-712 signature for a contract whose domain has its name and version 1.

        Args:
            contract: The contract.
            struct: The struct's type as EIP-712 writes it: ``Name(type member,…)``.
            message: Its members.
        """
        name, _, members = struct.removesuffix(")").partition("(")
        message_to_sign = typed_data(
            name, _members(members), message, contract, self._chain_id,
            self._contracts.address(contract),
        )  # fmt: skip
        return self._signers.sign_typed_data(self._session, self._me, message_to_sign)

    def _let_spend(self, resource: str, contract: str, units: int, payee: str) -> list[Write]:
        """Let a contract of ours take the caller's tEUR, if it may not yet.

        It takes only what the caller asks it to or has signed for, so it is allowed once and
        without limit: a sum for each purchase would be overwritten by the next one on its way.

        Args:
            resource: What it is for.
            contract: Who is to take it.
            units: How much will be needed now, in the token's units.
            payee: Who will get most of it.

        Raises:
            ContractReverted: The caller has not so much.
        """
        spender = self._contracts.address(contract)
        if self._contracts.read("PilotEuro", "allowance", self._me, spender) >= units:
            return []
        self._check_funds(self._me, units, payee)
        return [self._send(resource, "PilotEuro", "approve", spender=spender, value=_UNLIMITED)]

    def _check_funds(self, payer: str, units: int, payee: str) -> None:
        """Raise :class:`ContractReverted` if somebody could not pay so much now.

        The token itself is asked, and nothing is paid.
        """
        payment = self._contracts.call("PilotEuro", "transfer", to=payee, value=units)
        if error := self._outbox.simulate([(payer, payment.to, payment.data)])[0]:
            raise ContractReverted(error)

    def _let_move(self, resource: str, collection: str, operator: str) -> list[Write]:
        """Let a contract of ours move the caller's tokens of a collection, if it may not yet."""
        address = self._contracts.address(operator)
        if self._contracts.read(collection, "isApprovedForAll", self._me, address):
            return []
        return [
            self._send(resource, collection, "setApprovalForAll", operator=address, approved=True)
        ]


def _members(members: str) -> Members:
    """Name and type of each, from the type as EIP-712 writes it."""
    pairs = [member.split(" ") for member in members.split(",")]
    return [(name, kind) for kind, name in pairs]
