"""Read models of spaces, items, parcels and the market, written anew from the first block."""

import pytest
from sqlmodel import func, select

from pocplatform.events.models import Event
from pocplatform.kit.settings import Settings
from pocplatform.main import create_app
from pocplatform.startup import open_platform
from tests.api.makers import World, assets, market, parcels, spaces
from tests.conftest import served

TABLES = {
    "space_states", "space_links", "space_visits",
    "item_states", "item_gates", "holdings", "item_redemptions",
    "parcel_plans", "parcel_states", "parcel_rentals",
    "market_fills", "market_cancelled_nonces", "market_sales",
}  # fmt: skip


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    running = open_platform(Settings(data_dir=tmp_path_factory.mktemp("rebuild"), port=0))
    yield running
    running.close()


@pytest.fixture(scope="module")
def base_url(platform):
    with served(create_app(platform)) as url:
        yield url


def test_read_models_written_anew_are_the_same_and_nothing_is_told_twice(join, platform):
    member, other = join("Yksi", fund=10_000), join("Kaksi", fund=10_000)
    world = World(member=member, other=other, admin=None, join=join)
    for maker in (spaces, assets, parcels, market):
        for listing in maker.LISTINGS:
            listing.make(world, 2)
    _what_makers_leave_out(member, other)
    engine, database = platform.engine, platform.gateway.database
    engine.stop()
    before = engine._scanner.read_model_digests()
    assert before.keys() >= TABLES
    empty = {name for name in TABLES if _count(database, name) == 0}
    assert not empty, f"these tables hold nothing that could differ: {empty}"
    with database.snapshot() as session:
        told = session.exec(select(func.count()).select_from(Event)).one()
    assert engine.reindex() == []
    with database.snapshot() as session:
        assert session.exec(select(func.count()).select_from(Event)).one() == told


def _what_makers_leave_out(member, other):
    """Gates, redeemed items, orders taken back: whatever else has a read model of its own."""

    def post(who, path, body=None):
        answer = who.api.write(path, body)
        assert answer.is_success, answer.text
        return answer.json()

    item = post(member, "/v1/items", {"name": "Lippu", "kind": "ticket"})
    path = f"/v1/items/{item['id']}"
    post(member, f"{path}/mint", {"to": other.did, "amount": 3})
    post(member, f"{path}/gates", {"gate": other.did})
    presented = post(other, f"{path}/redemptions", {"amount": 2})
    post(member, f"/v1/item_redemptions/{presented['id']}/accept")
    listing = post(other, "/v1/listings", {"item": item["id"], "unit_price": 1})
    post(other, f"/v1/listings/{listing['id']}/cancel")


def _count(database, table):
    from sqlalchemy import text

    with database.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
