"""Read models of payments from the events of PilotEuro."""

from collections import Counter
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.bulk import execute_many, insert_into
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[TokenBalance, TokenTransfer])

_AT_ONCE = 1000
"""Balances that are looked up in one statement: databases take some ten thousand values at most."""

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
        execute_many(connection, insert_into(TokenTransfer), self.rows)
        del self.changes[_ZERO]  # money that is made or destroyed is nobody's
        known: dict[str, str] = {}
        addresses = iter(self.changes)
        while part := list(islice(addresses, _AT_ONCE)):
            found = connection.execute(_BALANCES, {"wanted": part})
            known |= {row.address: row.units for row in found}
        after = [
            {"of_address": address, "new_units": str(int(known.get(address, "0")) + change)}
            for address, change in self.changes.items()
        ]
        if old := [row for row in after if row["of_address"] in known]:
            execute_many(connection, _UPDATE_BALANCE, old)
        if new := [row for row in after if row["of_address"] not in known]:
            execute_many(connection, _INSERT_BALANCE, new)


_BALANCES = select(TokenBalance.address, TokenBalance.units).where(
    col(TokenBalance.address).in_(bindparam("wanted", expanding=True))
)
_UPDATE_BALANCE = (
    update(TokenBalance.__table__)  # type: ignore[attr-defined]
    .where(col(TokenBalance.address) == bindparam("of_address"))
    .values(units=bindparam("new_units"))
)
_INSERT_BALANCE = insert(TokenBalance.__table__).values(  # type: ignore[attr-defined]
    address=bindparam("of_address"), units=bindparam("new_units")
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
