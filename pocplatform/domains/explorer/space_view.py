"""All that is in a space, at once: for pages that draw it, and for a view in three dimensions.

What is for sale in a space is what its owner and those who own or use its parcels have put up.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.assets import service as assets
from pocplatform.domains.explorer.names import Names
from pocplatform.domains.explorer.schemas import NamedAddress
from pocplatform.domains.explorer.space_schemas import OfferRead, SoldRead, SpaceViewRead
from pocplatform.domains.market import service as market
from pocplatform.domains.market import trading
from pocplatform.domains.market.models import Order, Sale
from pocplatform.domains.parcels import service as parcels
from pocplatform.domains.parcels.models import Parcel
from pocplatform.domains.spaces import service as spaces
from pocplatform.domains.spaces import visiting
from pocplatform.domains.spaces.models import SpaceLink, Visit
from pocplatform.kit.did import address_of

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
    here = parcels.existing(session, space=row.id, owner=None, user=None, to_let=None)
    plots = [parcels.read(session, one) for one in _newest(session, here, Parcel, PARCELS)]
    inside = visiting.visits(space=row, inside=True)
    visitors = _newest(session, inside, Visit, VISITORS)
    ways = _newest(session, spaces.links_of(row), SpaceLink, LINKS)
    people = [space.owner, *(who for one in plots for who in (one.owner, one.user) if who)]
    sellers = list(dict.fromkeys(people))[:_SELLERS]
    offers = _offers(session, contracts, sellers)
    sales = _sales(session, contracts, sellers)
    told = [
        *people, address_of(space.provider, chain_id), *(one.visitor for one in visitors),
        *(one.sale.buyer for one in sales), *([space.entry.issuer] if space.entry.issuer else []),
    ]  # fmt: skip
    return SpaceViewRead(
        space=space,
        plan=parcels.read_plan(session, row),
        parcels=sorted(plots, key=lambda one: (one.floor, one.y, one.x)),
        visitors=[visiting.read_visit(session, one) for one in visitors],
        links=sorted(
            (spaces.read_link(session, one) for one in ways), key=lambda one: (one.created, one.id)
        ),
        offers=offers,
        sales=sales,
        ticket_name=_goods(session, space.entry.ticket, None),
        names=_names(names, told),
    )


def _newest(session: Session, statement: SelectOfScalar[Any], table: Any, most: int) -> list[Any]:
    return list(session.exec(statement.order_by(col(table.seq).desc()).limit(most)))


def _offers(session: Session, contracts: Contracts, sellers: Iterable[str]) -> list[OfferRead]:
    found: list[Order] = []
    for seller in sellers:
        wanted = market.orders(
            session, "listing", maker=seller, item=None, parcel=None, status="open"
        )
        found += _newest(session, wanted, Order, OFFERS - len(found))
    return [
        OfferRead(listing=shown, name=_goods(session, shown.item, shown.parcel))
        for shown in (market.read(session, order, contracts) for order in found)
    ]


def _sales(session: Session, contracts: Contracts, sellers: Iterable[str]) -> list[SoldRead]:
    found: list[Sale] = []
    for seller in sellers:
        wanted = trading.sales(
            session, contracts, seller=seller, buyer=None, item=None, parcel=None
        )
        found += _newest(session, wanted, Sale, SALES)
    latest = sorted(found, key=lambda one: one.seq or 0, reverse=True)[:SALES]
    return [
        SoldRead(sale=shown, name=_goods(session, shown.item, shown.parcel))
        for shown in (trading.read_sale(session, sale, contracts) for sale in latest)
    ]


def _goods(session: Session, item: str | None, parcel: str | None) -> str | None:
    """What something that is sold is called; None for what nobody has described here."""
    known = assets.find(session, item) if item is not None else None
    if known is None and parcel is not None:
        place = parcels.find(session, parcel)
        return place.name if place is not None else None
    return known.name if known is not None else None


def _names(names: Names, addresses: Iterable[str]) -> list[NamedAddress]:
    wanted = list(dict.fromkeys(addresses))
    names.learn_accounts(wanted)
    found = [(address, names.account(address)) for address in wanted]
    return [
        NamedAddress(address=address, name=one.name, kind=one.kind)  # type: ignore[arg-type]
        for address, one in found
    ]
