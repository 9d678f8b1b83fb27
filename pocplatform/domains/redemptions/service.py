"""Giving test euros back at par."""

from sqlmodel import Session

from pocplatform.domains.redemptions import repository
from pocplatform.domains.redemptions.models import Redemption
from pocplatform.domains.redemptions.schemas import RedemptionCreate, RedemptionRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_units
from pocplatform.outbox.service import Outbox

visible_to = repository.visible_to


def redeem(
    session: Session, outbox: Outbox, *, org_id: str | None, holder: str, body: RedemptionCreate
) -> Redemption:
    """Destroy test euros of the holder's under a reference to find the payout by."""
    id_ = new_id("rdm")
    call = outbox.contracts.call(
        "PilotEuro",
        "redeem",
        amount=to_units(body.amount),
        redemptionReference=reference_bytes(id_),
    )
    write = outbox.enqueue(session, call, sender=holder, org_id=org_id, resource_id=id_)
    redemption = Redemption(
        id=id_,
        org_id=org_id,
        holder=holder,
        amount_cents=body.amount,
        transaction_id=write.id,
        metadata_=body.metadata,
        created_ms=now_ms(),
    )
    session.add(redemption)
    session.flush()
    return redemption


def get(session: Session, org_id: str | None, redemption_id: str) -> Redemption:
    """A redemption of this tenant. Raises :class:`NotFound`."""
    redemption = repository.by_id(session, org_id, redemption_id)
    if redemption is None:
        raise NotFound("There is no redemption {redemption_id}.", redemption_id=redemption_id)
    return redemption


def read(session: Session, redemption: Redemption) -> RedemptionRead:
    """A redemption as it is shown."""
    transaction = transactions.get(session, None, redemption.transaction_id)
    recorded = repository.is_recorded(session, redemption)
    failed = transactions.has_failed(transaction)
    return RedemptionRead(
        id=redemption.id,
        status="paid_out" if recorded else "failed" if failed else "pending",
        holder=redemption.holder,
        amount=redemption.amount_cents,
        reference="0x" + reference_bytes(redemption.id).hex(),
        transaction=transactions.read(transaction),
        metadata=redemption.metadata_,
        created=iso(redemption.created_ms),
    )


def reference_bytes(redemption_id: str) -> bytes:
    """A redemption's id as the contract takes it: ASCII from the left, zero-padded."""
    return redemption_id.encode("ascii").ljust(32, b"\0")
