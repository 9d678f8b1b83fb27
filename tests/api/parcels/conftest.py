"""Parcels in a space with a plan, their owners, users and arbiters."""

import itertools

import pytest

from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done

DAY = 86_400


def act(member, parcel, verb, body=None):
    return member.api.write(f"/v1/parcels/{parcel['id']}/{verb}", body)


def cents(member):
    return member.api.get("/v1/balance").json()["amount"]


@pytest.fixture(scope="module")
def contract(platform):
    """Reads a contract itself: ``contract("Parcels", "ownerOf", 1)``."""
    return platform.gateway.contracts.read


@pytest.fixture(scope="module")
def steward(join):
    return join("Tonttikonttori Oy")


@pytest.fixture(scope="module")
def space(steward):
    """A space of 1000 by 2 places on one floor, with a royalty of 2.5 %."""
    space = create_space(steward)
    plan = {"width": 1000, "depth": 2, "royalty_bps": 250}
    done(steward.api.write(f"/v1/spaces/{space['id']}/plan", plan))
    return space


@pytest.fixture(scope="module")
def mint(steward, space):
    """Mints a parcel for somebody: ``mint(owner)``. Each at a place of its own."""
    places = itertools.count()

    def make(owner, **fields):
        body = {"space": space["id"], "x": next(places), "y": 0, "to": owner.did, "name": "Tontti"}
        return done(steward.api.write("/v1/parcels", body | fields))

    return make


@pytest.fixture
def let(join, mint):
    """A parcel to let at 10 tEUR a day with a deposit of 200, its owner and the arbiter."""
    owner, arbiter = join("Omistaja Oy"), join("Välimies")
    parcel = mint(owner)
    terms = {"price_per_day": 1_000, "deposit": 20_000, "arbiter": arbiter.did}
    return done(act(owner, parcel, "rental_terms", terms)), owner, arbiter
