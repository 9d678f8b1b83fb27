"""All that is in a space, at once: for pages that draw it, and for a view in three dimensions.

What is for sale in a space is what its owner and those who own or use its parcels have put up. A
page asks for this whenever something happens, so each kind is one query, however much there is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.assets import service as assets
from pocplatform.domains.explorer import space_repository as repository
from pocplatform.domains.explorer.names import Names
from pocplatform.domains.explorer.schemas import NamedAddress
from pocplatform.domains.explorer.sentences.said import Placed
from pocplatform.domains.explorer.space_schemas import OfferRead, SoldRead, SpaceViewRead
from pocplatform.domains.market import service as market
from pocplatform.domains.market.models import Order, Sale
from pocplatform.domains.parcels import service as parcels
from pocplatform.domains.spaces import service as spaces
from pocplatform.domains.spaces import visiting
from pocplatform.domains.spaces.schemas import LinkRead
from pocplatform.kit.clock import iso_s
from pocplatform.kit.did import address_of
from pocplatform.kit.money import to_cents

PARCELS: Final = 100
VISITORS: Final = 100
LINKS: Final = 50
OFFERS: Final = 30
SALES: Final = 10
_SELLERS: Final = 10
"""Of as many the offers are looked for; the space's owner comes first."""


def view(
    session: Session, contracts: Contracts, names: Names, chain_id: int, space_id: str
) -> SpaceViewRead:
    """A space with what is in it, each kind up to a limit. Raises :class:`NotFound`."""
    row = spaces.get(session, space_id)
    space = spaces.read(session, row, chain_id)
    plots = [
        parcels.shown(parcel, state, row.id, "minted")
        for parcel, state in repository.parcels(session, row.number, PARCELS)
    ]
    visits = repository.visits(session, row.number, VISITORS)
    people = [space.owner, *(who for one in plots for who in (one.owner, one.user) if who)]
    sellers = list(dict.fromkeys(people))[:_SELLERS]
    orders = repository.offers(session, sellers, OFFERS)
    sales = repository.sales(session, sellers, SALES)
    collections = [market.collection_at(contracts, sale.collection) for sale in sales]
    told = [
        *people, address_of(space.provider, chain_id), *(one.visitor for one in visits),
        *(one.buyer for one in sales), *([space.entry.issuer] if space.entry.issuer else []),
    ]  # fmt: skip
    names.learn(
        [
            *(Placed(address, "who") for address in told),
            *(Placed(order.token_id, order.collection) for order in orders),
            *(Placed(one.token_id, of) for one, of in zip(sales, collections, strict=True) if of),
        ]
    )
    ticket = assets.find(session, space.entry.ticket) if space.entry.ticket else None
    return SpaceViewRead(
        space=space,
        plan=parcels.read_plan(session, row),
        parcels=sorted(plots, key=lambda one: (one.floor, one.y, one.x)),
        visitors=[visiting.shown_visit(one, row.id) for one in visits],
        links=[
            LinkRead(
                id=link.id,
                space=row.id,
                to=id_ or link.target,
                name=name,
                created=iso_s(link.opened_at),
            )
            for link, id_, name in repository.links(session, row.number, LINKS)
        ],
        offers=_offers(names, orders, repository.sold_of(session, orders)),
        sales=[_sold(names, *pair) for pair in zip(sales, collections, strict=True)],
        ticket_name=ticket.name if ticket is not None else None,
        names=_named(names, told),
    )


def _offers(names: Names, orders: Sequence[Order], sold: dict[str, int]) -> list[OfferRead]:
    return [
        OfferRead(
            **_goods(names, order.collection, order.token_id),
            listing=order.id,
            seller=order.maker,
            remaining=order.amount - sold.get(order.order_hash, 0),
            unit_price=order.unit_price,
        )
        for order in orders
    ]


def _sold(names: Names, sale: Sale, collection: str | None) -> SoldRead:
    return SoldRead(
        **_goods(names, collection, sale.token_id),
        seller=sale.seller,
        buyer=sale.buyer,
        quantity=sale.quantity,
        price=to_cents(int(sale.price)),
        transaction_hash=sale.transaction_hash,
        created=iso_s(sale.sold_at),
    )


def _goods(names: Names, collection: str | None, token_id: str) -> dict[str, Any]:
    known = names.thing(collection or "", token_id)
    return {"collection": collection, "id": known.id, "name": known.name}


def _named(names: Names, addresses: Iterable[str]) -> list[NamedAddress]:
    found = [(address, names.account(address)) for address in dict.fromkeys(addresses)]
    return [
        NamedAddress(address=address, name=one.name, kind=one.kind)  # type: ignore[arg-type]
        for address, one in found
    ]
