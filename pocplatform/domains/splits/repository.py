"""Queries of splits."""

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.splits.models import Split, SplitRecipient, SplitState


def visible_to(address: str | None) -> SelectOfScalar[Split]:
    """The splits that an address has made or has a share in; None sees all."""
    statement = select(Split)
    if address is None:
        return statement
    shared = select(SplitRecipient.split_id).where(SplitRecipient.address == address)
    return statement.where(or_(col(Split.owner) == address, col(Split.id).in_(shared)))


def by_id(session: Session, address: str | None, split_id: str) -> Split | None:
    """A split that an address has made or has a share in."""
    return session.exec(visible_to(address).where(Split.id == split_id)).first()


def state_of(session: Session, account: str) -> SplitState | None:
    """The account of a split as the chain has it; None before it is there."""
    return session.get(SplitState, account)


def shares_of(session: Session, account: str) -> list[dict[str, int | str]] | None:
    """The shares behind an account; None where they are not known."""
    state = state_of(session, account)
    if state is not None and state.shares:
        return state.shares
    split = session.exec(select(Split).where(Split.account == account)).first()
    return split.shares if split is not None else None
