"""Paying, and asking for test money."""

from typing import NamedTuple

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import ContractCall, Contracts
from pocplatform.domains.payments.models import Payment
from pocplatform.domains.payments.schemas import BalanceRead, PaymentRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_cents, to_units
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox


class Asked(NamedTuple):
    """A payment that was asked for, and the transaction that makes it."""

    payment: Payment
    transaction: Transaction


def transfer(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    sender: str,
    recipient: str,
    amount_cents: int,
) -> Asked:
    """Pay ``amount_cents`` from the sender's wallet. The contract refuses what is not there."""
    call = outbox.contracts.call(
        "PilotEuro", "transfer", to=recipient, value=to_units(amount_cents)
    )
    payment = _payment("transfer", org_id, sender, recipient, amount_cents)
    return _send(session, outbox, payment, call, by=sender)


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
    payment = _payment("faucet", org_id, None, recipient, amount_cents)
    return _send(session, outbox, payment, call, by=operator)


def _payment(
    kind: str, org_id: str | None, sender: str | None, recipient: str, amount_cents: int
) -> Payment:
    return Payment(
        id=new_id("pay"),
        org_id=org_id,
        kind=kind,
        sender=sender,
        recipient=recipient,
        amount_cents=amount_cents,
        transaction_id="",  # given when it is sent
        created_ms=now_ms(),
    )


def _send(
    session: Session, outbox: Outbox, payment: Payment, call: ContractCall, *, by: str
) -> Asked:
    """The payment's row and its transaction, in one."""
    transaction = outbox.enqueue(
        session, call, sender=by, org_id=payment.org_id, resource_id=payment.id
    )
    payment.transaction_id = transaction.id
    session.add(payment)
    return Asked(payment, transaction)


def visible_to(org_id: str | None) -> SelectOfScalar[Payment]:
    """The payments that a tenant may see; the organisers see all."""
    statement = select(Payment)
    return statement if org_id is None else statement.where(Payment.org_id == org_id)


def get(session: Session, org_id: str | None, payment_id: str) -> Payment:
    """A payment of this tenant. Raises :class:`NotFound`."""
    payment = session.exec(visible_to(org_id).where(Payment.id == payment_id)).first()
    if payment is None:
        raise NotFound("There is no payment {payment_id}.", payment_id=payment_id)
    return payment


def read(session: Session, payment: Payment) -> PaymentRead:
    """A payment as it is shown."""
    return shown(payment, transactions.get(session, None, payment.transaction_id))


def shown(payment: Payment, transaction: Transaction) -> PaymentRead:
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
