"""The read model of held payments, from the events of all contracts that hold money back."""

from typing import Literal

from pocplatform.chain.codec import checksum
from pocplatform.domains.held_payments import repository
from pocplatform.domains.held_payments.models import HeldPayment
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.ids import derived_id

projections = Projections(tables=[HeldPayment])

Source = Literal["agreement", "parcel", "split"]


@projections.on("ServiceAgreements", "PaymentHeld")
def escrow_held(event: Projected) -> None:
    """The escrow of agreements could not pay somebody."""
    place = checksum(event.log.address)
    _held(event, "agreement", place, event.args["token"], event.args["account"])


@projections.on("ServiceAgreements", "HeldPaymentWithdrawn")
def escrow_withdrawn(event: Projected) -> None:
    """Somebody fetched it."""
    place = checksum(event.log.address)
    _withdrawn(event, place, event.args["token"], event.args["account"])


@projections.on("Parcels", "ParcelPaymentHeld")
def deposit_held(event: Projected) -> None:
    """A part of a deposit could not be paid to somebody."""
    place = checksum(event.log.address)
    _held(event, "parcel", place, None, event.args["account"])


@projections.on("Parcels", "ParcelPaymentWithdrawn")
def deposit_withdrawn(event: Projected) -> None:
    """Somebody fetched it."""
    _withdrawn(event, checksum(event.log.address), None, event.args["account"])


@projections.on("Splits", "SplitPaymentHeld")
def share_held(event: Projected) -> None:
    """A share could not be paid to somebody."""
    args = event.args
    _held(event, "split", args["split"], args["token"], args["recipient"])


@projections.on("Splits", "SplitHeldWithdrawn")
def share_withdrawn(event: Projected) -> None:
    """Somebody fetched it."""
    args = event.args
    _withdrawn(event, args["split"], args["token"], args["recipient"])


def _held(event: Projected, source: Source, holder: str, token: str | None, recipient: str) -> None:
    session, units, token = event.session, event.args["amount"], token or ""
    if units == 0:
        return  # a share that rounding has left nothing of
    row = repository.of(session, holder, token, recipient) or HeldPayment(
        id=derived_id("hpy", holder, token, recipient),
        source=source,
        holder=holder,
        token=token,
        recipient=recipient,
        units="0",
        held_at=0,
    )
    row.units = str(int(row.units) + units)
    row.held_at = event.timestamp
    _told(event, row, "payment.held")


def _withdrawn(event: Projected, holder: str, token: str | None, recipient: str) -> None:
    row = repository.of(event.session, holder, token or "", recipient)
    assert row is not None, "only what is held can be withdrawn"
    row.units, row.withdrawn_at = "0", event.timestamp
    _told(event, row, "payment.held_withdrawn")


def _told(event: Projected, row: HeldPayment, type_: str) -> None:
    event.session.add(row)
    event.session.flush()
    told = {
        "held_payment": row.id,
        "source": row.source,
        "holder": row.holder,
        "raw": str(event.args["amount"]),
    }
    event.emit(type_, told, audience=[row.recipient])
