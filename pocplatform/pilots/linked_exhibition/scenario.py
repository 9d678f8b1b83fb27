"""An exhibition in two linked spaces: works are sold, carried across, resold; the artist is paid.

The gallery lets a wall to the artist, as a parcel of its space. One joint ticket opens the gallery
and the lobby of a hotel, between which a way leads. Each resale pays the artist five percent.
"""

from datetime import datetime

from pocplatform.pilots import joining, wording
from pocplatform.pilots.linked_exhibition import texts
from pocplatform.pilots.linked_exhibition.claims import claims as claims
from pocplatform.pilots.linked_exhibition.claims import held
from pocplatform.pilots.linked_exhibition.terms import (
    ARTIST,
    COLLECTOR,
    DAYS,
    DEPOSIT,
    GALLERY,
    HOTEL,
    LAST,
    MONEY,
    PRICES,
    RENT,
    RENT_PER_DAY,
    RESOLD,
    RIME,
    ROYALTY_BPS,
    THAW,
    TICKET,
)
from pocplatform.pilots.market_sales import moved_by
from pocplatform.pilots.story import ESCROW, Fact, Moved, Scene, Shown, Text


async def spaces(scene: Scene) -> Shown:
    """Gallery and hotel open a space each, with one joint ticket and a way there and back."""
    shown = await _test_money(scene)
    gallery, hotel = scene.sandbox(GALLERY), scene.sandbox(HOTEL)
    ticket = await gallery.items.create(
        texts.TICKET.render(scene.language),
        kind="ticket",
        cap=100,
        idempotency_key=scene.key("ticket"),
    )
    printed = await gallery.items.mint(ticket.id, amount=20, idempotency_key=scene.key("tickets"))
    sold_at = await gallery.market.sell(
        TICKET, item=ticket.id, amount=20, idempotency_key=scene.key("ticket-office")
    )
    hall = await gallery.spaces.create(
        texts.HALL.render(scene.language),
        description=texts.HALL_DESCRIPTION.render(scene.language),
        rule="ticket",
        ticket=ticket.id,
        capacity=40,
        idempotency_key=scene.key("hall"),
    )
    lobby = await hotel.spaces.create(
        texts.LOBBY.render(scene.language),
        description=texts.LOBBY_DESCRIPTION.render(scene.language),
        rule="ticket",
        ticket=ticket.id,
        idempotency_key=scene.key("lobby"),
    )
    there = await gallery.spaces.link(hall.id, lobby.id, idempotency_key=scene.key("way-there"))
    back = await hotel.spaces.link(lobby.id, hall.id, idempotency_key=scene.key("way-back"))
    by_gallery = [
        *ticket.transactions,
        *printed.transactions,
        *sold_at.transactions,
        *hall.transactions,
        *there.transactions,
    ]
    shown.known |= {
        "ticket": ticket.id,
        "ticket_office": sold_at.id,
        "hall": hall.id,
        "hall_number": hall.number,
        "lobby": lobby.id,
        "lobby_number": lobby.number,
    }
    shown.entries += [
        *await scene.entries(GALLERY, by_gallery),
        *await scene.entries(HOTEL, [*lobby.transactions, *back.transactions]),
    ]
    shown.balances = await scene.balances()
    return shown


async def wall(scene: Scene) -> Shown:
    """The gallery lets a wall; the artist pays the rent, and a deposit that the contract holds."""
    gallery, artist, hall = scene.sandbox(GALLERY), scene.sandbox(ARTIST), scene.known("hall")
    plan = await gallery.parcels.set_plan(hall, 4, 2, idempotency_key=scene.key("plan"))
    parcel = await gallery.parcels.mint(
        hall, 1, 0, texts.WALL.render(scene.language), idempotency_key=scene.key("wall")
    )
    offered = await gallery.parcels.let(
        parcel.id, RENT_PER_DAY, deposit=DEPOSIT, idempotency_key=scene.key("let")
    )
    rented = await artist.parcels.rent(
        parcel.id,
        DAYS,
        price_per_day=RENT_PER_DAY,
        deposit=DEPOSIT,
        idempotency_key=scene.key("rent"),
    )
    written = [*plan.transactions, *parcel.transactions, *offered.transactions]
    return Shown(
        known={"wall": parcel.id, "wall_number": parcel.token_id},
        money=[
            Moved(sender=ARTIST, recipient=GALLERY, amount=RENT),
            Moved(sender=ARTIST, recipient=ESCROW, amount=DEPOSIT),
        ],
        balances={**await scene.balances(), ESCROW: DEPOSIT},
        entries=[
            *await scene.entries(GALLERY, written),
            *await scene.entries(ARTIST, rented.transactions),
        ],
        facts=[Fact(label=texts.WALL_UNTIL, value=_day(rented.user_until, scene.language))],
    )


async def works(scene: Scene) -> Shown:
    """The artist signs two works into being, one copy of each, and hangs them with a price."""
    artist, shown = scene.sandbox(ARTIST), Shown()
    identity = await artist.identities.register(idempotency_key=scene.key("identity"))
    writes = [identity.transaction]
    for name, price in PRICES.items():
        work = await artist.items.create(
            texts.WORKS[name].render(scene.language),
            description=texts.WORK_DESCRIPTION.render(scene.language),
            cap=1,
            royalty_bps=ROYALTY_BPS,
            royalty_receiver=scene.players[ARTIST].did,
            idempotency_key=scene.key(f"work-{name}"),
        )
        signed = await artist.items.mint(work.id, idempotency_key=scene.key(f"sign-{name}"))
        listing = await artist.market.sell(
            price, item=work.id, idempotency_key=scene.key(f"hang-{name}")
        )
        shown.known |= {
            name: work.id,
            f"{name}_number": work.token_id,
            f"{name}_listing": listing.id,
        }
        writes += [*work.transactions, *signed.transactions, *listing.transactions]
        shown.facts.append(
            Fact(label=texts.WORKS[name], value=wording.money(price).render(scene.language))
        )
    shown.entries = await scene.entries(ARTIST, writes)
    return shown


async def opening(scene: Scene) -> Shown:
    """A collector buys a ticket, walks in and buys both works; without a ticket nobody gets in."""
    collector, hall = scene.sandbox(COLLECTOR), scene.known("hall")
    refusal = await scene.refused(
        HOTEL,
        Text("Entering without a ticket", "Sisäänpääsy ilman lippua"),
        scene.sandbox(HOTEL).spaces.enter(hall, idempotency_key=scene.key("no-ticket")),
        code="SpacesNoTicket",
    )
    ticket = await collector.market.buy(
        scene.known("ticket_office"), idempotency_key=scene.key("buy-ticket")
    )
    entered = await collector.spaces.enter(hall, idempotency_key=scene.key("enter"))
    shown = Shown(
        refusals=[refusal],
        money=moved_by(ticket.division, buyer=COLLECTOR, seller=GALLERY),
    )
    writes = [*ticket.transactions, *entered.transactions]
    for name in PRICES:
        trade = await collector.market.buy(
            scene.known(f"{name}_listing"), idempotency_key=scene.key(f"buy-{name}")
        )
        shown.money += moved_by(trade.division, buyer=COLLECTOR, seller=ARTIST)
        writes += trade.transactions
    shown.entries = await scene.entries(COLLECTOR, writes)
    shown.balances = {**await scene.balances(), ESCROW: DEPOSIT}
    shown.measures["first_sales_cents"] = sum(PRICES.values())
    return shown


async def carried(scene: Scene) -> Shown:
    """The collector walks over into the hotel's lobby with both works and hangs them there."""
    hotel, collector, lobby = scene.sandbox(HOTEL), scene.sandbox(COLLECTOR), scene.known("lobby")
    plan = await hotel.parcels.set_plan(lobby, 2, 1, idempotency_key=scene.key("lobby-plan"))
    niche = await hotel.parcels.mint(
        lobby, 0, 0, texts.NICHE.render(scene.language), idempotency_key=scene.key("niche")
    )
    lent = await hotel.parcels.lend(
        niche.id, scene.players[COLLECTOR].did, 30, idempotency_key=scene.key("lend-niche")
    )
    walked = await collector.spaces.travel(
        scene.known("hall"), lobby, idempotency_key=scene.key("walk-over")
    )
    holding = 0
    for name in PRICES:
        holding += await held(scene, COLLECTOR, name)
    written = [*plan.transactions, *niche.transactions, *lent.transactions]
    return Shown(
        known={"niche": niche.id},
        entries=[
            *await scene.entries(HOTEL, written),
            *await scene.entries(COLLECTOR, walked.transactions),
        ],
        measures={"works_carried": holding if walked.inside else 0},
        facts=[
            Fact(label=texts.NOW_IN, value=texts.LOBBY.render(scene.language)),
            Fact(label=texts.WORKS_WITH, value=str(holding)),
        ],
    )


async def resale(scene: Scene) -> Shown:
    """The hotel buys the first work from the collector, and the artist gets five percent."""
    return await _resold(scene, RIME, RESOLD[RIME], COLLECTOR, HOTEL, "first")


async def sold_twice(scene: Scene) -> Shown:
    """The collector has the second work for sale, but has lent it; its buyer is not paid into."""
    collector, hotel, work = scene.sandbox(COLLECTOR), scene.sandbox(HOTEL), scene.known(THAW)
    listing = await collector.market.sell(
        RESOLD[THAW], item=work, idempotency_key=scene.key("offer-thaw")
    )
    lent = await collector.items.transfer(
        work, scene.players[GALLERY].did, idempotency_key=scene.key("lend-thaw")
    )
    refusal = await scene.refused(
        HOTEL,
        Text(
            "Buying a work that the seller has not got",
            "Teoksen osto myyjältä, jolla sitä ei ole",
        ),
        hotel.market.buy(listing.id, idempotency_key=scene.key("buy-absent")),
        code="ERC1155InsufficientBalance",
    )
    return Shown(
        known={"thaw_resale": listing.id},
        refusals=[refusal],
        entries=await scene.entries(COLLECTOR, [*listing.transactions, *lent.transactions]),
        balances={**await scene.balances(), ESCROW: DEPOSIT},
    )


async def returned(scene: Scene) -> Shown:
    """The gallery gives the work back; the same offer holds now, and the artist is paid again."""
    gallery = scene.sandbox(GALLERY)
    back = await gallery.items.transfer(
        scene.known(THAW), scene.players[COLLECTOR].did, idempotency_key=scene.key("give-back")
    )
    trade = await scene.sandbox(HOTEL).market.buy(
        scene.known("thaw_resale"), idempotency_key=scene.key("buy-thaw-again")
    )
    return Shown(
        money=moved_by(trade.division, buyer=HOTEL, seller=COLLECTOR, royalty_to=ARTIST),
        balances={**await scene.balances(), ESCROW: DEPOSIT},
        entries=[
            *await scene.entries(GALLERY, back.transactions),
            *await scene.entries(HOTEL, trade.transactions),
        ],
        measures={"royalties_cents": scene.measure("royalties_cents") + trade.division.royalty},
    )


async def second_resale(scene: Scene) -> Shown:
    """The hotel sells the first work on to the gallery, and the artist is paid once more."""
    return await _resold(scene, RIME, LAST, HOTEL, GALLERY, "second")


async def takedown(scene: Scene) -> Shown:
    """The artist gives the wall up and gets the deposit back; the collector leaves."""
    artist, gallery, collector = (scene.sandbox(role) for role in (ARTIST, GALLERY, COLLECTOR))
    given_up = await artist.parcels.give_up(scene.known("wall"), idempotency_key=scene.key("down"))
    released = await gallery.parcels.release_deposit(
        scene.known("wall"), idempotency_key=scene.key("deposit-back")
    )
    left = await collector.spaces.leave(scene.known("lobby"), idempotency_key=scene.key("leave"))
    return Shown(
        money=[Moved(sender=ESCROW, recipient=ARTIST, amount=DEPOSIT)],
        balances={**await scene.balances(), ESCROW: 0},
        entries=[
            *await scene.entries(ARTIST, given_up.transactions),
            *await scene.entries(GALLERY, released.transactions),
            *await scene.entries(COLLECTOR, left.transactions),
        ],
        measures={"deposit_back_cents": DEPOSIT},
    )


async def _resold(
    scene: Scene, work: str, price: int, seller: str, buyer: str, which: str
) -> Shown:
    """A work is offered by who holds it and bought; the artist gets the royalty."""
    listing = await scene.sandbox(seller).market.sell(
        price, item=scene.known(work), idempotency_key=scene.key(f"offer-{which}")
    )
    trade = await scene.sandbox(buyer).market.buy(
        listing.id, idempotency_key=scene.key(f"buy-{which}")
    )
    try:
        before = scene.measure("royalties_cents")
    except KeyError:
        before = 0
    return Shown(
        money=moved_by(trade.division, buyer=buyer, seller=seller, royalty_to=ARTIST),
        balances={**await scene.balances(), ESCROW: DEPOSIT},
        entries=[
            *await scene.entries(seller, listing.transactions),
            *await scene.entries(buyer, trade.transactions),
        ],
        measures={"royalties_cents": before + trade.division.royalty},
    )


async def _test_money(scene: Scene) -> Shown:
    shown = Shown()
    for role, amount in MONEY.items():
        moved, entries = await joining.test_money(scene, role, amount)
        shown.money.append(moved)
        shown.entries += entries
    return shown


def _day(moment: datetime | None, language: str) -> str:
    """A date as people write it."""
    if moment is None:
        return "–"
    return f"{moment:%-d.%-m.%Y}" if language == "fi" else f"{moment:%-d %B %Y}"
