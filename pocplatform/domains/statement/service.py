"""Putting a statement together: lines, running balances, what each was for."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.invoices import repository as invoices
from pocplatform.domains.mandates import repository as mandates
from pocplatform.domains.payments.models import TokenTransfer
from pocplatform.domains.redemptions import repository as redemptions
from pocplatform.domains.statement import repository
from pocplatform.domains.statement.errors import StatementTooLong
from pocplatform.domains.statement.schemas import Kind, StatementLine
from pocplatform.kit.clock import iso_s, now_s
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.money import to_cents

MOVEMENTS = repository.MOVEMENTS
MAX_FILE_LINES = 100_000
_AT_ONCE = 1000
"""Lines that are explained together: databases take some ten thousand values at most."""
_ZERO = "0x" + "0" * 40
_COLUMNS = (
    "time", "kind", "counterpart", "reference", "amount", "balance", "transaction",
    "transaction_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Whole days in UTC, both included."""

    first: date
    last: date

    @classmethod
    def asked(cls, first: date | None, last: date | None) -> "Period":
        """The days that were asked for; without them, this month until today.

        Raises :class:`InvalidInput` for one that ends before it begins.
        """
        today = datetime.fromtimestamp(now_s(), UTC).date()
        last = last or today
        first = first or min(last, today).replace(day=1)
        if first > last:
            raise InvalidInput("The statement ends before it begins.", param="to")
        return cls(first, last)

    @property
    def from_s(self) -> int:
        """Its first second, since 1970."""
        return _midnight(self.first)

    @property
    def to_s(self) -> int:
        """The first second after it, since 1970."""
        return _midnight(self.last) + int(timedelta(days=1).total_seconds())


@dataclass(frozen=True)
class Balances:
    """What an account held, in the token's units.

    Attributes:
        opening: Before the time of the statement.
        closing: After it.
    """

    opening: int
    closing: int


def movements(address: str, period: Period) -> SelectOfScalar[TokenTransfer]:
    """The movements of an account in a time."""
    return repository.movements_of(address, period.from_s, period.to_s)


def balances(session: Session, address: str, period: Period) -> Balances:
    """Balances of a time, counted back from the present one."""
    balance = repository.balance_of(session, address)
    return Balances(
        balance - repository.change_from(session, address, period.from_s),
        balance - repository.change_from(session, address, period.to_s),
    )


def balances_after(session: Session, address: str, rows: Sequence[TokenTransfer]) -> dict[int, int]:
    """The balance after each of some movements that follow on each other, newest first; by
    their ``seq``."""
    if not rows:
        return {}
    later = repository.change_after(session, address, rows[0].seq or 0)
    balance = repository.balance_of(session, address) - later
    after = {}
    for row in rows:
        after[row.seq or 0] = balance
        balance -= _change(row, address)
    return after


def _change(row: TokenTransfer, address: str) -> int:
    """What a movement changed an account's balance by."""
    return int(row.units) * ((row.recipient == address) - (row.sender == address))


def lines(
    session: Session,
    contracts: Contracts,
    org_id: str | None,
    address: str,
    rows: Sequence[TokenTransfer],
    after: dict[int, int],
) -> list[StatementLine]:
    """Movements as lines, each with its balance, its transaction and what it was for."""
    hashes = sorted({row.transaction_hash for row in rows})
    transactions = repository.transactions_of(session, org_id, hashes)
    purposes = _Purposes(session, contracts, address, hashes)
    shown = []
    for row in rows:
        kind, counterpart, reference = purposes.of(row)
        units = _change(row, address)
        balance = after[row.seq or 0]
        transaction = transactions.get(row.transaction_hash)
        shown.append(
            StatementLine(
                id=f"{row.transaction_hash}:{row.log_index}",
                at=iso_s(row.timestamp),
                block=row.block_number,
                kind=kind,
                counterpart=counterpart,
                reference=reference,
                amount=_signed_cents(units),
                raw=str(units),
                balance=to_cents(balance),
                balance_raw=str(balance),
                transaction=transaction.id if transaction else None,
                transaction_hash=row.transaction_hash,
                resource=transaction.resource_id if transaction else None,
            )
        )
    return shown


class _Purposes:
    """What the movements of some transactions were for."""

    def __init__(
        self, session: Session, contracts: Contracts, address: str, hashes: Sequence[str]
    ) -> None:
        self._address = address
        self._escrow = contracts.address("ServiceAgreements")
        self._of_invoices = {
            (row.transaction_hash, row.units, party): row
            for row in invoices.payments_in(session, hashes)
            for party in (row.payer, row.payee)
        }
        self._of_mandates = {
            (row.transaction_hash, row.units): row
            for row in mandates.collections_in(session, hashes)
        }
        self._mandate_ids = {
            row.mandate_hash: found.id
            for row in self._of_mandates.values()
            if (found := mandates.by_hash(session, row.mandate_hash)) is not None
        }
        self._redeemed = {
            (row.transaction_hash, row.units): row.reference
            for row in redemptions.records_in(session, hashes)
        }

    def of(self, row: TokenTransfer) -> tuple[Kind, str | None, str | None]:
        """Kind, counterpart and reference."""
        place = (row.transaction_hash, row.units)
        if row.sender == _ZERO:
            return "faucet", None, None
        if row.recipient == _ZERO:
            return "redemption", None, self._redeemed.get(place)
        if (paid := self._of_invoices.get((*place, self._address))) is not None:
            other = paid.payee if paid.payer == self._address else paid.payer
            return "refund" if paid.kind == "refund" else "invoice", other, paid.reference
        other = row.recipient if row.sender == self._address else row.sender
        if (collected := self._of_mandates.get(place)) is not None:
            return "mandate", other, self._mandate_ids.get(collected.mandate_hash)
        return "escrow" if other == self._escrow else "payment", other, None


def as_csv(
    session: Session, contracts: Contracts, org_id: str | None, address: str, period: Period
) -> str:
    """The whole statement as CSV, oldest line first, between opening and closing balance.

    RFC 4180 (CRLF, quotes where needed) but for the separator, which is a semicolon: Excel in
    Finland takes the comma for the decimal mark and the semicolon for the separator, and opens no
    other file in columns. Amounts have that decimal comma; the byte order mark in front tells Excel
    that the text is UTF-8.

    Raises :class:`StatementTooLong`.
    """
    count = repository.count(session, address, period.from_s, period.to_s)
    if count > MAX_FILE_LINES:
        raise StatementTooLong(
            "The statement has {count} lines; a file holds {most}.",
            next_step="Ask for fewer days at a time.",
            param="from",
            count=count,
            most=MAX_FILE_LINES,
        )
    counted = balances(session, address, period)
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    opening, closing = iso_s(period.from_s), iso_s(min(period.to_s, max(now_s(), period.from_s)))
    writer.writerow([opening, "opening_balance", "", "", "", decimal(counted.opening), "", ""])
    ordered = movements(address, period).order_by(col(TokenTransfer.seq))
    rows, balance = list(session.exec(ordered)), counted.opening
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        after = {}
        for row in part:
            balance += _change(row, address)
            after[row.seq or 0] = balance
        for line in lines(session, contracts, org_id, address, part, after):
            writer.writerow(
                [
                    line.at, line.kind, line.counterpart or "", line.reference or "",
                    decimal(int(line.raw)), decimal(int(line.balance_raw)),
                    line.transaction or "", line.transaction_hash,
                ]
            )  # fmt: skip
    writer.writerow([closing, "closing_balance", "", "", "", decimal(counted.closing), "", ""])
    return out.getvalue()


def decimal(units: int) -> str:
    """The token's units as euros with a decimal comma: two places, and more where they count."""
    whole, part = divmod(abs(units), 1_000_000)
    places = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if units < 0 else ''}{whole},{places}"


def _signed_cents(units: int) -> int:
    """Whole cents, parts of a cent cut off in either direction."""
    return to_cents(units) if units >= 0 else -to_cents(-units)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
