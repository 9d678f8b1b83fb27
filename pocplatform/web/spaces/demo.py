"""A space to look at where there is none yet, made by two invented companies at one click.

They sign up as anybody does, publish their names, and do everything through the API. The space is
found again by its name, so that there is one, however often the button is pressed.
"""

import asyncio
from typing import Final

from fastapi import FastAPI

from pocplatform.client import AsyncSandbox
from pocplatform.pilots.story import Text

NAME: Final = "Pohjolan galleria"
_HALL: Final = Text("Guests' evening hall", "Kutsuvierassali")
_ABOUT: Final = Text(
    "A demo: rooms to let, prints and tickets, and a hall for guests with a ticket.",
    "Esittelytila: vuokrattavia paikkoja, julisteita ja lippuja sekä sali, johon pääsee lipulla.",
)
_KEEPER, _TENANT = "Pohjolan Galleria Oy (testi)", "Kaleva Käsityö Oy (testi)"
_PLACES: Final = (
    (0, 0, Text("Entrance corner", "Sisäänkäynnin kulma"), 1500),
    (1, 0, Text("Window place", "Ikkunapaikka"), 2000),
    (3, 0, Text("Workshop", "Verstas"), 1200),
    (5, 0, Text("Lake view", "Järvinäkymä"), 2500),
    (0, 2, Text("Quiet room", "Hiljainen huone"), 900),
    (4, 2, Text("Office", "Toimisto"), None),
)
_TENANTS_PLACE: Final = 2
_DEPOSIT: Final = 5000
_LOCK: Final = "demo_space_lock"


async def make(app: FastAPI, public: AsyncSandbox, language: str, code: str | None) -> str:
    """The id of the demo space, which is made unless there is one.

    Args:
        app: Of which one request makes it at a time.
        public: The API as nobody.
        language: In which things are named.
        code: The sign-up code, where one is needed.

    Raises what the SDK does.
    """
    if not hasattr(app.state, _LOCK):
        setattr(app.state, _LOCK, asyncio.Lock())
    async with getattr(app.state, _LOCK):
        return await find(public) or await _made(public, language, code)


async def find(public: AsyncSandbox) -> str | None:
    """The id of the demo space, if there is one that is open among the newest."""
    seen = 0
    async for space in public.spaces.list(closed=False, page_size=100):
        seen += 1
        if space.name == NAME:
            return space.id
        if seen == 100:
            break
    return None


async def _made(public: AsyncSandbox, language: str, code: str | None) -> str:
    keeper, tenant = [await _company(public, name, code) for name in (_KEEPER, _TENANT)]
    space = await keeper.spaces.create(NAME, description=_ABOUT.render(language), capacity=30)
    await keeper.parcels.set_plan(space.id, 6, 3)
    parcels = []
    for x, y, name, price in _PLACES:
        parcel = await keeper.parcels.mint(space.id, x, y, name.render(language))
        if price is not None:
            await keeper.parcels.let(parcel.id, price, deposit=_DEPOSIT)
        parcels.append(parcel)
    await tenant.parcels.rent(parcels[_TENANTS_PLACE].id, 14)
    await _sold(keeper, Text("Northern lights print", "Revontulijuliste"), 1250, language)
    ticket = await _sold(
        keeper, Text("Guests' evening", "Kutsuvierasilta"), 800, language, "ticket"
    )
    await _sold(tenant, Text("Wooden cup (kuksa)", "Visakuksa"), 3500, language)
    hall = await keeper.spaces.create(
        _HALL.render(language), rule="ticket", ticket=ticket, capacity=20
    )
    await keeper.spaces.link(space.id, hall.id)
    await keeper.spaces.link(hall.id, space.id)
    await tenant.spaces.enter(space.id)
    return space.id


async def _company(public: AsyncSandbox, name: str, code: str | None) -> AsyncSandbox:
    """A company with test money that has published its name."""
    signed_up = await public.organizations.sign_up(
        name, metadata={"guest": "spaces"}, sign_up_code=code
    )
    own = public.with_key(signed_up.secret_key)
    await own.profiles.update(published=True)
    await own.payments.faucet(200_000)
    return own


async def _sold(
    maker: AsyncSandbox, name: Text, price: int, language: str, kind: str = "item"
) -> str:
    """An item that is for sale; its id."""
    item = await maker.items.create(
        name.render(language), kind="ticket" if kind == "ticket" else "item"
    )
    await maker.items.mint(item.id, amount=20)
    await maker.market.sell(price, item=item.id, amount=20)
    return item.id
