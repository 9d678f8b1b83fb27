"""Queries of orders, trades and sales."""

from sqlalchemy import String, and_, cast, exists
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.market.models import CancelledNonce, Order, OrderFill, Sale, Trade
from pocplatform.kit import tenants


def order_by_id(session: Session, order_id: str) -> Order | None:
    """A listing or offer by its id."""
    return session.exec(select(Order).where(Order.id == order_id)).first()


def order_by_hash(session: Session, order_hash: str) -> Order | None:
    """A listing or offer by its name on the chain."""
    return session.exec(select(Order).where(Order.order_hash == order_hash)).first()


def order_by_nonce(session: Session, maker: str, nonce: int) -> Order | None:
    """A listing or offer by who made it and its nonce."""
    statement = select(Order).where(Order.maker == maker, Order.nonce == nonce)
    return session.exec(statement).first()


def next_nonce(session: Session, maker: str) -> int:
    """A nonce that nothing was signed with by its maker."""
    last = session.exec(select(func.max(Order.nonce)).where(Order.maker == maker)).one()
    return (last or 0) + 1


def filled(session: Session, order_hash: str) -> int:
    """How many of an order were traded."""
    known = session.get(OrderFill, order_hash)
    return 0 if known is None else int(known.quantity)


def is_cancelled(session: Session, order: Order) -> bool:
    """Whether an order was taken back."""
    return session.get(CancelledNonce, (order.maker, str(order.nonce))) is not None


def orders(
    side: str,
    *,
    maker: str | None,
    collection: str | None,
    token_id: str | None,
    status: str | None,
    now: int,
) -> SelectOfScalar[Order]:
    """Listings or offers: of a maker, for something, in a status as of now."""
    statement = select(Order).where(Order.side == side)
    if maker is not None:
        statement = statement.where(Order.maker == maker)
    if token_id is not None:
        statement = statement.where(Order.collection == collection, Order.token_id == token_id)
    if status is None:
        return statement
    whole = exists().where(
        and_(
            col(OrderFill.order_hash) == Order.order_hash,
            col(OrderFill.quantity) == cast(col(Order.amount), String),
        )
    )
    taken_back = exists().where(
        and_(
            col(CancelledNonce.signer) == Order.maker,
            col(CancelledNonce.nonce) == cast(col(Order.nonce), String),
        )
    )
    late = col(Order.deadline) < now
    conditions = {
        "sold": whole,
        "cancelled": and_(taken_back, ~whole),
        "expired": and_(late, ~whole, ~taken_back),
        "open": and_(~late, ~whole, ~taken_back),
    }
    return statement.where(conditions[status])


def trades(org_id: str | None) -> SelectOfScalar[Trade]:
    """The trades that a tenant asked for; the organisers see all."""
    return tenants.visible_to(Trade, org_id)


def sales(
    *,
    seller: str | None = None,
    buyer: str | None = None,
    collection: str | None = None,
    token_id: str | None = None,
) -> SelectOfScalar[Sale]:
    """Sales of a seller, to a buyer, of something."""
    statement = select(Sale)
    if seller is not None:
        statement = statement.where(Sale.seller == seller)
    if buyer is not None:
        statement = statement.where(Sale.buyer == buyer)
    if token_id is not None:
        statement = statement.where(Sale.collection == collection, Sale.token_id == token_id)
    return statement


def sale_of(session: Session, transaction_hash: str | None, order_hash: str) -> Sale | None:
    """The sale that a transaction brought about."""
    if transaction_hash is None:
        return None
    statement = select(Sale).where(
        Sale.transaction_hash == transaction_hash, Sale.order_hash == order_hash
    )
    return session.exec(statement).first()
