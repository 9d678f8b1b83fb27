"""Read models of payments from the events of PilotEuro."""

from collections import Counter
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.bulk import WANTED, fetch, insert_many, put_many
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[TokenBalance, TokenTransfer])

_ZERO = "0x" + "0" * 40


class _Movements:
    """The movements of tEUR in one block, and what each balance changes by."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.changes: Counter[str] = Counter()

    def add(self, event: Projected, sender: str, recipient: str, units: int) -> None:
        self.changes[sender] -= units
        self.changes[recipient] += units
        self.rows.append(
            {
                "transaction_hash": event.log.transaction_hash,
                "log_index": event.log.log_index,
                "block_number": event.log.block_number,
                "timestamp": event.timestamp,
                "sender": sender,
                "recipient": recipient,
                "units": str(units),
            }
        )

    def write(self, session: Session) -> None:
        """The movements as they are, and each balance once."""
        connection = session.connection()
        insert_many(connection, TokenTransfer, self.rows)
        del self.changes[_ZERO]  # money that is made or destroyed is nobody's
        known: dict[str, str] = dict(fetch(connection, _BALANCES, wanted=self.changes))
        after = [
            {"address": address, "units": str(int(known.get(address, "0")) + change)}
            for address, change in self.changes.items()
        ]
        put_many(connection, TokenBalance, "address", after)


_BALANCES = select(TokenBalance.address, TokenBalance.units).where(
    col(TokenBalance.address).in_(bindparam(WANTED, expanding=True))
)


@projections.on("PilotEuro", "Transfer")
def transferred(event: Projected) -> None:
    """Move the balance (ERC-20 Transfer)."""
    sender, recipient, units = event.args["from"], event.args["to"], event.args["value"]
    event.recording.collector(_Movements).add(event, sender, recipient, units)
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
