"""Paying many at once, and saying what became of each."""

from collections.abc import Sequence

from sqlmodel import Session

from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.payments import service as payments
from pocplatform.domains.payouts import repository
from pocplatform.domains.payouts.models import Payout, PayoutItem
from pocplatform.domains.payouts.schemas import (
    ItemStatus,
    PayoutCreate,
    PayoutItemRead,
    PayoutRead,
    PayoutStatus,
)
from pocplatform.domains.transactions.schemas import ContractErrorRead
from pocplatform.kit.bulk import stage
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.explanations import localized
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import Outbox

visible_to = repository.visible_to


def pay_out(
    session: Session,
    outbox: Outbox,
    *,
    org_id: str | None,
    sender: str,
    chain_id: int,
    body: PayoutCreate,
) -> tuple[Payout, list[str]]:
    """Accept all items, in this order; also gives the ids of their transactions.

    A recipient that does not exist refuses the whole (:class:`InvalidInput`); an item that the
    contract refuses, for want of money for one, leaves the others as they are.
    """
    recipients = [
        organizations.resolve_address(session, item.to, chain_id, param=f"items[{index}].to")
        for index, item in enumerate(body.items)
    ]
    payout = Payout(
        id=new_id("pyt"),
        org_id=org_id,
        sender=sender,
        total_cents=sum(item.amount for item in body.items),
        metadata_=body.metadata,
        created_ms=now_ms(),
    )
    session.add(payout)
    session.flush()
    transactions = []
    for index, (item, recipient) in enumerate(zip(body.items, recipients, strict=True)):
        payment_id = error = None
        try:
            asked = payments.transfer(
                session, outbox, org_id=org_id, sender=sender, recipient=recipient,
                amount_cents=item.amount, kind="payout",
            )  # fmt: skip
            payment_id = asked.payment.id
            transactions.append(asked.payment.transaction_id)
        except ContractReverted as refused:
            error = dict(refused.error)
        row = {
            "payout_id": payout.id,
            "index": index,
            "recipient": recipient,
            "amount_cents": item.amount,
            "payment_id": payment_id,
            "error": error,
        }
        stage(session, PayoutItem, row)
    return payout, transactions


def get(session: Session, org_id: str | None, payout_id: str) -> Payout:
    """A payout of this tenant. Raises :class:`NotFound`."""
    payout = repository.by_id(session, org_id, payout_id)
    if payout is None:
        raise NotFound("There is no payout {payout_id}.", payout_id=payout_id)
    return payout


def read(session: Session, payout: Payout, language: str = DEFAULT_LANGUAGE) -> PayoutRead:
    """A payout as it is shown, errors explained in ``language``."""
    items = [
        _item(item, transaction, language)
        for item, transaction in repository.items_of(session, payout.id)
    ]
    return PayoutRead(
        id=payout.id,
        status=_status([item.status for item in items]),
        sender=payout.sender,
        total=payout.total_cents,
        paid=sum(item.amount for item in items if item.status == "paid"),
        items=items,
        metadata=payout.metadata_,
        created=iso(payout.created_ms),
    )


def read_page(session: Session, payouts: Sequence[Payout]) -> list[PayoutRead]:
    """Payouts as lists show them: with what became of the whole, without their items."""
    parts: dict[str, list[tuple[ItemStatus, int]]] = {payout.id: [] for payout in payouts}
    for part in repository.parts_of(session, list(parts)):
        parts[part.payout_id].append((_status_of(part.status, part.failed), part.cents))
    return [
        PayoutRead(
            id=payout.id,
            status=_status([status for status, _ in parts[payout.id]]),
            sender=payout.sender,
            total=payout.total_cents,
            paid=sum(cents for status, cents in parts[payout.id] if status == "paid"),
            items=None,
            metadata=payout.metadata_,
            created=iso(payout.created_ms),
        )
        for payout in payouts
    ]


def _item(item: PayoutItem, transaction: Transaction | None, language: str) -> PayoutItemRead:
    error = transaction.error if transaction is not None else item.error
    return PayoutItemRead(
        index=item.index,
        recipient=item.recipient,
        amount=item.amount_cents,
        status=_status_of(transaction.status, transaction.error is not None)
        if transaction
        else "failed",
        payment=item.payment_id,
        transaction=transaction.id if transaction else None,
        transaction_hash=transaction.hash if transaction else None,
        error=ContractErrorRead(**localized(error, language)) if error else None,
    )


def _status_of(status: str | None, refused: bool) -> ItemStatus:
    """What became of an item, by its transaction's status, if it has one, and error."""
    if status is None or refused or status == TransactionStatus.CANCELLED:
        return "failed"
    return "paid" if TransactionStatus(status).settled else "pending"


def _status(items: list[ItemStatus]) -> PayoutStatus:
    if "pending" in items:
        return "pending"
    if "failed" not in items:
        return "paid"
    return "partially_paid" if "paid" in items else "failed"
