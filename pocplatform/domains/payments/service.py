"""Paying, and asking for test money."""

from typing import Literal, NamedTuple

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import ContractCall, Contracts
from pocplatform.domains.payments.errors import EtherNotGiven
from pocplatform.domains.payments.models import Payment
from pocplatform.domains.payments.schemas import BalanceRead, PaymentRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit import tenants
from pocplatform.kit.bulk import stage
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_cents, to_units
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.watch import Settled


class NewPayment(NamedTuple):
    """The row of a payment that is asked for."""

    id: str
    org_id: str | None
    kind: str
    sender: str | None
    recipient: str
    amount_cents: int
    transaction_id: str
    created_ms: int


class Asked(NamedTuple):
    """A payment that was asked for, and the transaction that makes it."""

    payment: NewPayment
    transaction: Write

    def settled(self, outcome: Settled) -> PaymentRead:
        """The payment as it is shown when the transaction has settled."""
        return shown(self.payment, self.transaction.settled(outcome))


def transfer(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    sender: str,
    recipient: str,
    amount_cents: int,
    kind: Literal["transfer", "payout"] = "transfer",
) -> Asked:
    """Pay ``amount_cents`` from the sender's wallet. The contract refuses what is not there."""
    call = outbox.contracts.call(
        "PilotEuro", "transfer", to=recipient, value=to_units(amount_cents)
    )
    return _send(
        session, outbox, call, by=sender,
        org_id=org_id, kind=kind, sender=sender, recipient=recipient, cents=amount_cents,
    )  # fmt: skip


def faucet(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    operator: str,
    recipient: str,
    amount_cents: int,
) -> Asked:
    """Test money from the sandbox, up to the contract's limit a day and address."""
    call = outbox.contracts.call("PilotEuro", "drip", to=recipient, amount=to_units(amount_cents))
    return _send(
        session, outbox, call, by=operator,
        org_id=org_id, kind="faucet", sender=None, recipient=recipient, cents=amount_cents,
    )  # fmt: skip


def ether(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    operator: str,
    recipient: str,
    wei: int,
) -> Write:
    """Test ether from the sandbox's operator, who has it on our own devnet only.

    Raises:
        EtherNotGiven: The chain is an outside network.
    """
    if not outbox.managed:
        raise EtherNotGiven(
            "The sandbox gives no ether on this network, where it belongs to somebody.",
            next_step="Send some to {address} from an account of your own there.",
            address=recipient,
        )
    arguments = {"to": recipient, "amount": str(wei)}
    call = ContractCall(recipient, b"", "ether", "transfer", arguments, wei)
    return outbox.enqueue(session, call, sender=operator, org_id=org_id)


def _send(
    session: Session,
    outbox: Outbox,
    call: ContractCall,
    *,
    by: str,
    org_id: str | None,
    kind: str,
    sender: str | None,
    recipient: str,
    cents: int,
) -> Asked:
    """The payment's row and its transaction, in one."""
    id_ = new_id("pay")
    transaction = outbox.enqueue(session, call, sender=by, org_id=org_id, resource_id=id_)
    payment = NewPayment(
        id=id_,
        org_id=org_id,
        kind=kind,
        sender=sender,
        recipient=recipient,
        amount_cents=cents,
        transaction_id=transaction.id,
        created_ms=now_ms(),
    )
    stage(session, Payment, payment._asdict())
    return Asked(payment, transaction)


def visible_to(org_id: str | None) -> SelectOfScalar[Payment]:
    """The payments that a tenant may see; the organisers see all."""
    return tenants.visible_to(Payment, org_id)


def get(session: Session, org_id: str | None, payment_id: str) -> Payment:
    """A payment of this tenant. Raises :class:`NotFound`."""
    payment = session.exec(visible_to(org_id).where(Payment.id == payment_id)).first()
    if payment is None:
        raise NotFound("There is no payment {payment_id}.", payment_id=payment_id)
    return payment


def read(session: Session, payment: Payment) -> PaymentRead:
    """A payment as it is shown."""
    return shown(payment, transactions.get(session, None, payment.transaction_id))


def shown(payment: Payment | NewPayment, transaction: Transaction | Write) -> PaymentRead:
    """A payment as it is shown, with its transaction at hand."""
    return PaymentRead(
        id=payment.id,
        kind=payment.kind,  # type: ignore[arg-type]
        sender=payment.sender,
        recipient=payment.recipient,
        amount=payment.amount_cents,
        transaction=transactions.read(transaction),
        created=iso(payment.created_ms),
    )


def balance(contracts: Contracts, address: str) -> BalanceRead:
    """The balance as the chain has it now."""
    block = contracts.client.block_number()
    units: int = contracts.read("PilotEuro", "balanceOf", address)
    return BalanceRead(address=address, amount=to_cents(units), raw=str(units), block=block)
