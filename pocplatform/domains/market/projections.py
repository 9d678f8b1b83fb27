"""Read models of the market from the events of Market."""

from pocplatform.domains.market import repository
from pocplatform.domains.market.models import CancelledNonce, OrderFill, Sale
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.ids import derived_id
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[OrderFill, CancelledNonce, Sale])

_CONTRACT = "Market"
_NOBODY = "0x" + "0" * 40


@projections.on(_CONTRACT, "Sold")
def sold(event: Projected) -> None:
    """Something changed hands for money, by a listing or an offer."""
    args = event.args
    order_hash = "0x" + args["orderHash"].hex()
    fill = event.session.get(OrderFill, order_hash) or OrderFill(
        order_hash=order_hash, quantity="0"
    )
    fill.quantity = str(int(fill.quantity) + args["quantity"])
    receiver = None if args["royaltyReceiver"] == _NOBODY else args["royaltyReceiver"]
    sale = Sale(
        id=derived_id("sal", event.log.transaction_hash, event.ordinal),
        transaction_hash=event.log.transaction_hash,
        log_index=event.log.log_index,
        order_hash=order_hash,
        seller=args["seller"],
        buyer=args["buyer"],
        collection=args["collection"],
        token_id=str(args["tokenId"]),
        quantity=str(args["quantity"]),
        price=str(args["price"]),
        royalty_receiver=receiver,
        royalty=str(args["royalty"]),
        fee=str(args["fee"]),
        sold_at=event.timestamp,
    )
    event.session.add(fill)
    event.session.add(sale)
    event.session.flush()
    order = repository.order_by_hash(event.session, order_hash)
    event.emit(
        "offer.accepted" if order is not None and order.side == "offer" else "listing.sold",
        {
            "order": None if order is None else order.id,
            "order_hash": order_hash,
            "sale": sale.id,
            "seller": sale.seller,
            "buyer": sale.buyer,
            "token_id": sale.token_id,
            "quantity": sale.quantity,
            "price": to_cents(args["price"]),
            "royalty": to_cents(args["royalty"]),
            "fee": to_cents(args["fee"]),
            "currency": CURRENCY,
        },
        audience=[one for one in (sale.seller, sale.buyer, receiver) if one is not None],
    )


@projections.on(_CONTRACT, "NonceCancelled")
def cancelled(event: Projected) -> None:
    """A maker has taken back what it had signed with a nonce."""
    signer, nonce = event.args["signer"], event.args["nonce"]
    event.session.add(CancelledNonce(signer=signer, nonce=str(nonce)))
    event.session.flush()
    known = nonce < 2**63  # ours count from 1; others' may be too large for a column
    order = repository.order_by_nonce(event.session, signer, nonce) if known else None
    if order is not None:
        event.emit(f"{order.side}.cancelled", {"order": order.id}, audience=[signer])
