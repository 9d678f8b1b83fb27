"""Buying from listings, selling to offers, and the sales that come of it."""

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import ContractCall, Contracts
from pocplatform.domains.market import repository, service
from pocplatform.domains.market.errors import OrderInvalid, OwnOrder
from pocplatform.domains.market.models import Order, Sale, Trade
from pocplatform.domains.market.schemas import Division, RawDivision, SaleRead, TradeRead
from pocplatform.domains.market.service import Orders
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.acting import Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_cents, to_units
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.service import Write

_CONTRACT = "Market"
_NOBODY = "0x" + "0" * 40


class Trading(Orders):
    """What those do who answer listings and offers."""

    def buy(self, order: Order, quantity: int) -> Done:
        """Buy from a listing: goods and price change hands at once, or neither does.

        Raises:
            OrderFilled, OrderCancelled, OrderExpired, OwnOrder, OrderInvalid: Not with this one.
            ContractReverted: The contract refuses, also for want of money.
        """
        self._check(order, quantity)
        id_, price = new_id("trd"), to_units(order.unit_price) * quantity
        allowed = self._let_spend(id_, _CONTRACT, price, order.maker)
        if allowed:
            # The purchase itself can be tried only when that is on the chain.
            self._try(order.maker, self._delivery(order, order.maker, self._me, quantity))
        write = self._send(
            id_,
            _CONTRACT,
            "buy",
            listing=tuple(service.as_message(order, self._contracts).values()),
            quantity=quantity,
            signature=order.signature,
        )
        return self._traded(id_, order, quantity, (*allowed, write), seller=order.maker)

    def sell(self, order: Order, quantity: int) -> Done:
        """Sell to an offer. Raises as :meth:`buy`."""
        self._check(order, quantity)
        self.check_holds(order.collection, order.token_id, quantity, "quantity")
        id_ = new_id("trd")
        contract = "Parcels" if order.collection == "parcel" else "Items"
        allowed = self._let_move(id_, contract, _CONTRACT)
        if allowed:
            price = to_units(order.unit_price) * quantity
            self._check_funds(order.maker, price, self._me)
        write = self._send(
            id_,
            _CONTRACT,
            "sell",
            offer=tuple(service.as_message(order, self._contracts).values()),
            quantity=quantity,
            signature=order.signature,
        )
        return self._traded(id_, order, quantity, (*allowed, write), seller=self._me)

    def _check(self, order: Order, quantity: int) -> None:
        if order.maker == self._me:
            raise OwnOrder(
                "{id} is your own: nobody trades with oneself.",
                next_step="Take it back, if it is not to be filled.",
                id=order.id,
            )
        service.check_open(self._session, order)
        remaining = order.amount - repository.filled(self._session, order.order_hash)
        if quantity > remaining:
            raise OrderInvalid(
                "{id} has {remaining} left, so {quantity} cannot be traded.",
                param="quantity",
                id=order.id,
                remaining=remaining,
                quantity=quantity,
            )

    def _delivery(self, order: Order, giver: str, taker: str, quantity: int) -> ContractCall:
        people, number = {"from": giver, "to": taker}, int(order.token_id)
        if order.collection == "parcel":
            return self._contracts.call("Parcels", "transferFrom", **people, tokenId=number)
        return self._contracts.call(
            "Items", "safeTransferFrom", **people, id=number, value=quantity, data=b""
        )

    def _try(self, sender: str, call: ContractCall) -> None:
        if error := self._outbox.simulate([(sender, call.to, call.data)])[0]:
            raise ContractReverted(error)

    def _traded(
        self, id_: str, order: Order, quantity: int, writes: tuple[Write, ...], *, seller: str
    ) -> Done:
        receiver, royalty, fee = self._contracts.read(
            _CONTRACT,
            "split",
            service.collection_address(self._contracts, order.collection),
            int(order.token_id),
            seller,
            to_units(order.unit_price) * quantity,
        )
        done = Done(id_, writes)
        self._session.add(
            Trade(
                id=id_,
                org_id=self._org_id,
                order_id=order.id,
                taker=self._me,
                quantity=quantity,
                royalty_receiver=None if receiver == _NOBODY else receiver,
                royalty=str(royalty),
                fee=str(fee),
                transaction_id=done.transactions[-1],
                created_ms=now_ms(),
            )
        )
        self._session.flush()
        return done


trades = repository.trades


def get_trade(session: Session, org_id: str | None, trade_id: str) -> Trade:
    """A trade that a tenant asked for. Raises :class:`NotFound`."""
    trade = session.exec(repository.trades(org_id).where(Trade.id == trade_id)).first()
    if trade is None:
        raise NotFound("There is no trade {id}.", id=trade_id)
    return trade


def sales(
    session: Session,
    contracts: Contracts,
    *,
    seller: str | None,
    buyer: str | None,
    item: str | None,
    parcel: str | None,
) -> SelectOfScalar[Sale]:
    """Sales of a seller, to a buyer, of an item or a parcel."""
    collection, token_id = service.filter_of(session, item, parcel)
    address = None if collection is None else service.collection_address(contracts, collection)
    return repository.sales(seller=seller, buyer=buyer, collection=address, token_id=token_id)


def read_trade_noted(session: Session, note: str) -> TradeRead:
    """A trade as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    return read_trade(session, get_trade(session, None, id_)).model_copy(
        update={"transactions": writes}
    )


def read_trade(session: Session, trade: Trade) -> TradeRead:
    """A trade as it is shown."""
    order = repository.order_by_id(session, trade.order_id)
    assert order is not None, "no order is ever removed"
    write = transactions.get(session, None, trade.transaction_id)
    sale = repository.sale_of(session, write.hash, order.order_hash)
    if sale is not None:
        state, division = "settled", _division(sale.price, sale)
    else:
        state = "failed" if transactions.has_failed(write) else "pending"
        division = _division(str(to_units(order.unit_price) * trade.quantity), trade)
    people = (order.maker, trade.taker)
    seller, buyer = people if order.side == "listing" else people[::-1]
    return TradeRead(
        id=trade.id,
        status=state,  # type: ignore[arg-type]
        order=order.id,
        seller=seller,
        buyer=buyer,
        **service.names(session, order.collection, order.token_id),  # type: ignore[arg-type]
        token_id=order.token_id,
        quantity=trade.quantity,
        division=division,
        sale=None if sale is None else sale.id,
        created=iso(trade.created_ms),
        transactions=[],
    )


def read_sale(session: Session, sale: Sale, contracts: Contracts) -> SaleRead:
    """A sale as it is shown."""
    order = repository.order_by_hash(session, sale.order_hash)
    collection = service.collection_at(contracts, sale.collection)
    return SaleRead(
        id=sale.id,
        order=sale.order_hash if order is None else order.id,
        seller=sale.seller,
        buyer=sale.buyer,
        collection=sale.collection,
        token_id=sale.token_id,
        **service.names(session, collection, sale.token_id),  # type: ignore[arg-type]
        quantity=sale.quantity,
        division=_division(sale.price, sale),
        transaction_hash=sale.transaction_hash,
        created=iso_s(sale.sold_at),
    )


def _division(price: str, of: Sale | Trade) -> Division:
    royalty, fee = int(of.royalty), int(of.fee)
    seller_amount = int(price) - royalty - fee
    return Division(
        price=to_cents(int(price)),
        royalty=to_cents(royalty),
        royalty_receiver=of.royalty_receiver,
        fee=to_cents(fee),
        seller_amount=to_cents(seller_amount),
        raw=RawDivision(
            price=price, royalty=str(royalty), fee=str(fee), seller_amount=str(seller_amount)
        ),
    )
