"""Queries of identities."""

from sqlmodel import Session, col, select

from pocplatform.domains.identities.document import Change, Kind
from pocplatform.domains.identities.models import Identity, IdentityChange
from pocplatform.indexer.models import Block


def by_address(session: Session, address: str) -> Identity | None:
    """The registered identity of an address."""
    return session.exec(select(Identity).where(Identity.address == address)).first()


def changes(session: Session, address: str) -> list[Change]:
    """Every recorded change of an identity, oldest first."""
    statement = (
        select(IdentityChange)
        .where(IdentityChange.address == address)
        .order_by(col(IdentityChange.block_number), col(IdentityChange.log_index))
    )
    return [
        Change(
            kind=Kind(row.kind),
            name=row.name,
            value=row.value,
            valid_to=int(row.valid_to),
            block=row.block_number,
            timestamp=row.timestamp,
        )
        for row in session.exec(statement)
    ]


def block_time(session: Session, number: int) -> int | None:
    """The timestamp of a recorded block."""
    block = session.get(Block, number)
    return None if block is None else block.timestamp
