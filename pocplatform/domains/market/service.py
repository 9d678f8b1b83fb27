"""Listings and offers: signing, taking back, showing."""

from typing import Any

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.assets import repository as holdings
from pocplatform.domains.assets import service as assets
from pocplatform.domains.credentials.service import end_of_validity
from pocplatform.domains.market import repository
from pocplatform.domains.market.errors import (
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderInvalid,
)
from pocplatform.domains.market.models import Order
from pocplatform.domains.market.schemas import OrderCreate, OrderRead, Side, SignedOrder, Status
from pocplatform.domains.parcels import service as parcels
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_units

_CONTRACT = "Market"
_MEMBERS = (
    "address maker,address collection,uint8 kind,uint256 tokenId,uint256 amount,uint256 unitPrice,"
    "uint256 nonce,uint256 deadline"
)
_STRUCTS = {"listing": f"Listing({_MEMBERS})", "offer": f"Offer({_MEMBERS})"}
_COLLECTIONS = {"item": "Items", "parcel": "Parcels"}
_PREFIXES = {"listing": "lst", "offer": "ofr"}
_VALID_FOR_S = 30 * 86_400
_SOULBOUND = 1 << 95


class Orders(Acting):
    """What makers of listings and offers do."""

    def create(self, side: Side, request: OrderCreate) -> Done:
        """Sign a listing of something that the caller holds, or an offer to buy something.

        What the market has to be allowed for it to be filled is allowed with it, once.

        Raises:
            OrderInvalid: It could not be filled.
            ContractReverted: The caller of an offer has not so much money.
        """
        collection, token_id = self._goods(request)
        if side == "listing":
            self.check_holds(collection, token_id, request.amount, "amount")
        contract = _COLLECTIONS[collection]
        order = Order(
            id=new_id(_PREFIXES[side]),
            org_id=self._org_id,
            side=side,
            maker=self._me,
            collection=collection,
            token_id=token_id,
            amount=request.amount,
            unit_price=request.unit_price,
            nonce=repository.next_nonce(self._session, self._me),
            deadline=end_of_validity(request.valid_until) or self._ahead(_VALID_FOR_S),
            signature=b"",
            order_hash="",
            created_ms=now_ms(),
        )
        message = as_message(order, self._contracts)
        order.signature = self._sign(_CONTRACT, _STRUCTS[side], message)
        hash_: bytes = self._contracts.read(
            _CONTRACT, "hashOrder", tuple(message.values()), side == "offer"
        )
        order.order_hash = "0x" + hash_.hex()
        if side == "listing":
            writes = self._let_move(order.id, contract, _CONTRACT)
        else:
            total = to_units(order.unit_price) * order.amount
            self._check_funds(self._me, total, self._contracts.address(_CONTRACT))
            writes = self._let_spend(order.id, _CONTRACT, total, self._contracts.address(_CONTRACT))
        self._session.add(order)
        self._session.flush()
        return Done(order.id, tuple(writes))

    def cancel(self, order: Order) -> Done:
        """Take an order back, on the chain: its signature is good for nothing then.

        Raises :class:`Forbidden`, :class:`OrderFilled`, :class:`OrderCancelled`,
        :class:`OrderExpired`.
        """
        if order.maker != self._me:
            raise Forbidden("{id} was signed by somebody else.", id=order.id)
        check_open(self._session, order)
        return Done(order.id, (self._send(order.id, _CONTRACT, "cancelNonce", nonce=order.nonce),))

    def check_holds(self, collection: str, token_id: str, amount: int, param: str) -> None:
        """Raise :class:`OrderInvalid` if the caller has not so many."""
        held = holdings.holding(self._session, self._me, collection, token_id)
        if held is None or int(held.amount) < amount:
            raise OrderInvalid(
                "You hold {held} of it, and {amount} were to be sold.",
                param=param,
                held="0" if held is None else held.amount,
                amount=amount,
            )

    def _goods(self, request: OrderCreate) -> tuple[str, str]:
        if (request.item is None) == (request.parcel is None):
            raise OrderInvalid(
                "Either an item or a parcel is traded.",
                next_step="Give one of item and parcel, and not the other.",
                param="item",
            )
        if request.parcel is not None:
            if request.amount != 1:
                raise OrderInvalid(
                    "There is one of each parcel, not {amount}.",
                    param="amount",
                    amount=request.amount,
                )
            return "parcel", parcels.number_of(self._session, request.parcel, param="parcel")
        token_id = assets.number_of(self._session, request.item or "", param="item")
        if int(token_id) & _SOULBOUND:
            raise OrderInvalid(
                "The item {item} is bound to its holder: it never changes hands.",
                param="item",
                item=request.item,
            )
        return "item", token_id


def as_message(order: Order, contracts: Contracts) -> dict[str, Any]:
    """An order as it is signed: the members of the contract's struct, in their order."""
    return {
        "maker": order.maker,
        "collection": contracts.address(_COLLECTIONS[order.collection]),
        "kind": 0 if order.collection == "parcel" else 1,
        "tokenId": int(order.token_id),
        "amount": order.amount,
        "unitPrice": to_units(order.unit_price),
        "nonce": order.nonce,
        "deadline": order.deadline,
    }


def get(session: Session, side: Side, order_id: str) -> Order:
    """A listing or offer by its id. Raises :class:`NotFound`."""
    order = repository.order_by_id(session, order_id)
    if order is not None and order.side == side:
        return order
    if side == "listing":
        raise NotFound("There is no listing {id}.", id=order_id)
    raise NotFound("There is no offer {id}.", id=order_id)


def status(session: Session, order: Order) -> Status:
    """How an order stands."""
    if repository.filled(session, order.order_hash) >= order.amount:
        return "sold"
    if repository.is_cancelled(session, order):
        return "cancelled"
    return "expired" if order.deadline < now_s() else "open"


def check_open(session: Session, order: Order) -> None:
    """Raise :class:`OrderFilled`, :class:`OrderCancelled` or :class:`OrderExpired`."""
    now = status(session, order)
    if now == "sold":
        raise OrderFilled("All of {id} was traded already.", id=order.id)
    if now == "cancelled":
        raise OrderCancelled("{id} was taken back by who had signed it.", id=order.id)
    if now == "expired":
        raise OrderExpired(
            "{id} was valid until {moment}.",
            next_step="Who has signed it can sign a new one.",
            id=order.id,
            moment=iso_s(order.deadline),
        )


def orders(
    session: Session,
    side: Side,
    *,
    maker: str | None,
    item: str | None,
    parcel: str | None,
    status: Status | None,
) -> SelectOfScalar[Order]:
    """Listings or offers: of a maker, for an item or a parcel, in a status."""
    collection, token_id = filter_of(session, item, parcel)
    return repository.orders(
        side, maker=maker, collection=collection, token_id=token_id, status=status, now=now_s()
    )


def filter_of(
    session: Session, item: str | None, parcel: str | None
) -> tuple[str | None, str | None]:
    """The collection and the number of what a list is asked for. Raises :class:`OrderInvalid`."""
    if item is not None and parcel is not None:
        raise OrderInvalid("item and parcel cannot be used together.", param="parcel")
    if item is not None:
        return "item", assets.number_of(session, item, param="item")
    if parcel is not None:
        return "parcel", parcels.number_of(session, parcel, param="parcel")
    return None, None


def names(session: Session, collection: str | None, token_id: str) -> dict[str, str | None]:
    """What is traded, by its id where it has one: as ``item`` or as ``parcel``."""
    return {
        "item": assets.name_of(session, token_id) if collection == "item" else None,
        "parcel": parcels.name_of(session, token_id) if collection == "parcel" else None,
    }


def collection_at(contracts: Contracts, address: str) -> str | None:
    """Which of our collections is at an address."""
    for collection, contract in _COLLECTIONS.items():
        if contracts.address(contract) == address:
            return collection
    return None


def collection_address(contracts: Contracts, collection: str) -> str:
    """The address of one of our collections."""
    return contracts.address(_COLLECTIONS[collection])


def read_noted(session: Session, note: str, contracts: Contracts) -> OrderRead:
    """An order as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    order = repository.order_by_id(session, id_)
    assert order is not None, "no order is ever removed"
    return read(session, order, contracts).model_copy(update={"transactions": writes})


def read(session: Session, order: Order, contracts: Contracts) -> OrderRead:
    """A listing or an offer as it is shown."""
    message = as_message(order, contracts)
    return OrderRead(
        object=order.side,  # type: ignore[arg-type]
        id=order.id,
        status=status(session, order),
        maker=order.maker,
        **names(session, order.collection, order.token_id),  # type: ignore[arg-type]
        token_id=order.token_id,
        amount=order.amount,
        remaining=order.amount - repository.filled(session, order.order_hash),
        unit_price=order.unit_price,
        valid_until=iso_s(order.deadline),
        order_hash=order.order_hash,
        signed=SignedOrder(
            maker=order.maker,
            collection=message["collection"],
            kind=message["kind"],
            token_id=order.token_id,
            amount=str(order.amount),
            unit_price=str(message["unitPrice"]),
            nonce=str(order.nonce),
            deadline=str(order.deadline),
            signature="0x" + order.signature.hex(),
        ),
        created=iso(order.created_ms),
        transactions=[],
    )
