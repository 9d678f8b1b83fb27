"""Items, their creators and holders."""

import pytest

from tests.api.spaces.conftest import done


def create(creator, **fields):
    """A new kind of item."""
    return done(creator.api.write("/v1/items", {"name": "Revontulet"} | fields))


def act(member, item, verb, body=None):
    return member.api.write(f"/v1/items/{item['id']}/{verb}", body)


def minted(creator, to=None, amount=1, **fields):
    """A new kind of item of which so many were minted."""
    item = create(creator, **fields)
    return done(act(creator, item, "mint", {"to": (to or creator).did, "amount": amount}))


def held(member, item):
    """How many somebody holds, as the read model says."""
    holdings = member.api.get("/v1/holdings", params={"limit": 100}).json()["data"]
    return sum(int(h["amount"]) for h in holdings if h["item"] == item["id"])


@pytest.fixture(scope="module")
def contract(platform):
    """Reads a contract itself: ``contract("Items", "supplyOf", 1)``."""
    return platform.gateway.contracts.read


@pytest.fixture(scope="module")
def creator(join):
    return join("Taiteilija Oy")


@pytest.fixture(scope="module")
def item(creator):
    """An item that no test changes: ten of it may be, its creator holds three."""
    return minted(creator, amount=3, cap=10, royalty_bps=500)
