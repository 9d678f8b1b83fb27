"""Queries of items and holdings."""

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assets.models import (
    CancelledItemNonce,
    Holding,
    Item,
    ItemGate,
    ItemRedemption,
    ItemState,
    MintVoucher,
    MintVoucherUse,
    Redemption,
)

FIRST_VOUCHER = 1 << 62
"""Where the nonces of vouchers begin: a signer's consents, which count from 1, share the contract's
nonces with them, and both fit a column."""


def by_id(session: Session, item_id: str) -> Item | None:
    """An item by its id."""
    return session.exec(select(Item).where(Item.id == item_id)).first()


def by_number(session: Session, token_id: str) -> Item | None:
    """An item that was created through the platform, by its number on the chain."""
    return session.exec(select(Item).where(Item.token_id == token_id)).first()


def state(session: Session, token_id: str) -> ItemState | None:
    """An item as the chain has it; None before that."""
    return session.get(ItemState, token_id)


def existing(*, creator: str | None, kind: str | None) -> SelectOfScalar[Item]:
    """The items that are on the chain, of a creator and of a kind."""
    statement = select(Item).join(ItemState, col(ItemState.token_id) == Item.token_id)
    if creator is not None:
        statement = statement.where(Item.creator == creator)
    return statement if kind is None else statement.where(Item.kind == kind)


def gate(session: Session, token_id: str, account: str) -> ItemGate | None:
    """A gate of an item beside its creator."""
    return session.get(ItemGate, (token_id, account))


def gates(session: Session, token_id: str) -> list[str]:
    """The gates of an item beside its creator."""
    statement = select(ItemGate.gate).where(ItemGate.token_id == token_id)
    return sorted(session.exec(statement))


def holdings(
    *, owner: str | None = None, collection: str | None = None, token_id: str | None = None
) -> SelectOfScalar[Holding]:
    """What somebody holds, or who holds something."""
    statement = select(Holding)
    if owner is not None:
        statement = statement.where(Holding.owner == owner)
    if collection is not None:
        statement = statement.where(Holding.collection == collection)
    if token_id is not None:
        statement = statement.where(Holding.token_id == token_id)
    return statement


def holding(session: Session, owner: str, collection: str, token_id: str) -> Holding | None:
    """How much of one thing somebody holds."""
    statement = holdings(owner=owner, collection=collection, token_id=token_id)
    return session.exec(statement).first()


def next_nonce(session: Session, holder: str) -> int:
    """A nonce that the holder has given no consent with."""
    last = select(func.max(Redemption.nonce)).where(Redemption.holder == holder)
    return (session.exec(last).one() or 0) + 1


def redemptions(address: str | None) -> SelectOfScalar[Redemption]:
    """The consents of a holder, or for a gate; None sees all."""
    statement = select(Redemption)
    if address is None:
        return statement
    return statement.where(or_(col(Redemption.holder) == address, col(Redemption.gate) == address))


def redemption(session: Session, redemption_id: str) -> Redemption | None:
    """A consent by its id."""
    return session.exec(select(Redemption).where(Redemption.id == redemption_id)).first()


def use_of(session: Session, redemption: Redemption) -> ItemRedemption | None:
    """The use of a consent; None while it has not been used."""
    statement = select(ItemRedemption).where(
        ItemRedemption.reference == redemption.reference,
        ItemRedemption.token_id == redemption.token_id,
        ItemRedemption.holder == redemption.holder,
        ItemRedemption.gate == redemption.gate,
    )
    return session.exec(statement).first()


def consent_by_nonce(session: Session, holder: str, nonce: int) -> Redemption | None:
    """A holder's consent by its nonce."""
    statement = select(Redemption).where(Redemption.holder == holder, Redemption.nonce == nonce)
    return session.exec(statement).first()


def next_voucher_nonce(session: Session, creator: str) -> int:
    """A nonce that the creator has signed no voucher with."""
    last = select(func.max(MintVoucher.nonce)).where(MintVoucher.creator == creator)
    return (session.exec(last).one() or FIRST_VOUCHER) + 1


def vouchers(address: str | None, token_id: str | None) -> SelectOfScalar[MintVoucher]:
    """The vouchers that somebody has signed or was given, for an item; None sees all."""
    statement = select(MintVoucher)
    if address is not None:
        mine = or_(col(MintVoucher.creator) == address, col(MintVoucher.recipient) == address)
        statement = statement.where(mine)
    return statement if token_id is None else statement.where(MintVoucher.token_id == token_id)


def voucher(session: Session, address: str | None, voucher_id: str) -> MintVoucher | None:
    """A voucher that somebody has signed or was given, by its id; None sees all."""
    return session.exec(vouchers(address, None).where(MintVoucher.id == voucher_id)).first()


def voucher_by_nonce(session: Session, creator: str, nonce: int) -> MintVoucher | None:
    """A creator's voucher by its nonce."""
    statement = select(MintVoucher).where(
        MintVoucher.creator == creator, MintVoucher.nonce == nonce
    )
    return session.exec(statement).first()


def use_of_voucher(session: Session, voucher: MintVoucher) -> MintVoucherUse | None:
    """The use of a voucher; None while it has not been used."""
    return session.get(MintVoucherUse, (voucher.creator, str(voucher.nonce)))


def is_cancelled(session: Session, signer: str, nonce: int) -> bool:
    """Whether a signer has made a nonce useless."""
    return session.get(CancelledItemNonce, (signer, str(nonce))) is not None
