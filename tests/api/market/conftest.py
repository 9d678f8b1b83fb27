"""Sellers, buyers and what they trade."""

import pytest

from tests.api.spaces.conftest import done

FEE_BPS = 100


def raw(member):
    """What somebody has, in the token's units, as the chain says."""
    return int(member.api.get("/v1/balance").json()["raw"])


def units(cents):
    return cents * 10_000


def put_up(seller, item, **fields):
    body = {"item": item["id"], "unit_price": 10_000} | fields
    return done(seller.api.write("/v1/listings", body), 201)


def offer(buyer, item, **fields):
    body = {"item": item["id"], "unit_price": 10_000} | fields
    return buyer.api.write("/v1/offers", body)


def buy(buyer, listing, quantity=1, **headers):
    path = f"/v1/listings/{listing['id']}/buy"
    return buyer.api.write(path, {"quantity": quantity}, **headers)


def accept(seller, offered, quantity=1):
    return seller.api.write(f"/v1/offers/{offered['id']}/accept", {"quantity": quantity})


def shown(client, order):
    plural = {"listing": "listings", "offer": "offers"}[order["object"]]
    return done(client.get(f"/v1/{plural}/{order['id']}"))


@pytest.fixture(scope="module")
def contract(platform):
    """Reads a contract itself."""
    return platform.gateway.contracts.read


@pytest.fixture(scope="module")
def artist(join):
    return join("Taiteilija")
