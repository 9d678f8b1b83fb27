"""Read models of payments from the events of PilotEuro."""

from sqlmodel import Session

from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[TokenBalance, TokenTransfer])

_ZERO = "0x" + "0" * 40


@projections.on("PilotEuro", "Transfer")
def transferred(event: Projected) -> None:
    """Move the balance (ERC-20 Transfer)."""
    sender, recipient, units = event.args["from"], event.args["to"], event.args["value"]
    _add(event.session, sender, -units)
    _add(event.session, recipient, units)
    event.session.add(
        TokenTransfer(
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            block_number=event.log.block_number,
            timestamp=event.timestamp,
            sender=sender,
            recipient=recipient,
            units=str(units),
        )
    )
    event.emit(
        "payment.received",
        {
            "from": sender,
            "to": recipient,
            "amount": to_cents(units),
            "currency": CURRENCY,
            "raw": str(units),
        },
        audience=[address for address in (sender, recipient) if address != _ZERO],
    )


def _add(session: Session, address: str, units: int) -> None:
    if address == _ZERO:
        return
    balance = session.get(TokenBalance, address) or TokenBalance(address=address, units="0")
    balance.units = str(int(balance.units) + units)
    session.add(balance)
    session.flush()
