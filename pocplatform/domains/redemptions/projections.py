"""Read model of redemptions from the events of PilotEuro."""

from pocplatform.domains.redemptions.models import RedemptionRecord
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[RedemptionRecord])


@projections.on("PilotEuro", "Redeemed")
def redeemed(event: Projected) -> None:
    """Test euros were destroyed, to be paid out in the simulation."""
    holder, units = event.args["account"], event.args["amount"]
    reference = _readable(event.args["redemptionReference"])
    event.session.add(
        RedemptionRecord(
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            holder=holder,
            units=str(units),
            reference=reference,
            timestamp=event.timestamp,
        )
    )
    event.session.flush()
    data = {
        "holder": holder,
        "amount": to_cents(units),
        "currency": CURRENCY,
        "reference": reference,
    }
    event.emit("redemption.paid_out", data, audience=[holder])


def _readable(reference: bytes) -> str:
    """The id of a redemption that the API made; else the 32 bytes in hex."""
    text = reference.rstrip(b"\0")
    if text.startswith(b"rdm_") and text.isascii() and text[4:].isalnum():
        return text.decode("ascii")
    return "0x" + reference.hex()
