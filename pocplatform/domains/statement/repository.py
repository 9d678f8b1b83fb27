"""Queries of movements; they come from the read models of the chain, not from requests."""

from collections.abc import Sequence
from types import SimpleNamespace

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
)
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.outbox.models import Transaction

MOVEMENTS = SimpleNamespace(
    seq=TokenTransfer.seq,
    id=col(TokenTransfer.transaction_hash) + ":" + cast(col(TokenTransfer.log_index), String),
)
"""Movements as a table of a list: their order is the chain's, and an id is hash and index."""

_PART, _PARTS = 10, 8
"""Amounts have up to 78 digits (256 bits), more than a database can count: they are summed in so
many parts of so many digits, of which some hundred million fit into a number of 64 bits."""


def movements_of(address: str, from_s: int, to_s: int) -> SelectOfScalar[TokenTransfer]:
    """The movements of an address from a time until before another (seconds since 1970)."""
    return select(TokenTransfer).where(
        or_(col(TokenTransfer.sender) == address, col(TokenTransfer.recipient) == address),
        col(TokenTransfer.timestamp) >= from_s,
        col(TokenTransfer.timestamp) < to_s,
    )


def count(session: Session, address: str, from_s: int, to_s: int) -> int:
    """How many movements those are."""
    counted = movements_of(address, from_s, to_s).with_only_columns(func.count())
    return int(session.execute(counted).scalar_one())


def _sums(party: Mapped[str], which: ColumnElement[bool]) -> Executable:
    """The parts of all amounts that ``:address`` has got or given."""
    digits = literal("0" * _PART * _PARTS) + col(TokenTransfer.units)
    parts = [
        func.sum(
            cast(func.substr(digits, func.length(digits) - (n + 1) * _PART + 1, _PART), BigInteger)
        )
        for n in range(_PARTS)
    ]
    return columns(*parts).where(party == bindparam("address"), which)


def _got_and_given(which: ColumnElement[bool]) -> tuple[Executable, Executable]:
    sender, recipient = col(TokenTransfer.sender), col(TokenTransfer.recipient)
    return _sums(recipient, which), _sums(sender, which)


# Made once: putting them together takes ten times as long as the database takes to answer.
_FROM = _got_and_given(col(TokenTransfer.timestamp) >= bindparam("place"))
_AFTER = _got_and_given(col(TokenTransfer.seq) > bindparam("place"))


def change_from(session: Session, address: str, from_s: int) -> int:
    """What has changed a balance since a time, in the token's units."""
    return _change(session, _FROM, address, from_s)


def change_after(session: Session, address: str, seq: int) -> int:
    """What has changed a balance after the movement with this number, in the token's units."""
    return _change(session, _AFTER, address, seq)


def _change(session: Session, sums: tuple[Executable, Executable], address: str, place: int) -> int:
    got, given = (_sum(session, one, address, place) for one in sums)
    return got - given


def _sum(session: Session, sums: Executable, address: str, place: int) -> int:
    parts = session.execute(sums, {"address": address, "place": place}).one()
    return sum(int(part or 0) * 10 ** (n * _PART) for n, part in enumerate(parts))


def balance_of(session: Session, address: str) -> int:
    """The balance as of the newest recorded block, in the token's units."""
    row = session.get(TokenBalance, address)
    return int(row.units) if row is not None else 0


def transactions_of(
    session: Session, org_id: str | None, hashes: Sequence[str]
) -> dict[str, Transaction]:
    """The platform's transactions with these hashes that a tenant may see."""
    statement = select(Transaction).where(col(Transaction.hash).in_(hashes))
    if org_id is not None:
        statement = statement.where(Transaction.org_id == org_id)
    return {row.hash: row for row in session.exec(statement) if row.hash is not None}
