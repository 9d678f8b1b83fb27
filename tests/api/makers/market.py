"""Members of the lists of listings, offers, trades and sales."""

from __future__ import annotations

from typing import Any

from tests.api.makers import Listing, Made, World


def _post(member: Any, path: str, body: object = None) -> dict[str, Any]:
    answer = member.api.write(path, body)
    assert answer.is_success, answer.text
    thing: dict[str, Any] = answer.json()
    return thing


def _item(creator: Any, amount: int) -> dict[str, Any]:
    item = _post(creator, "/v1/items", {"name": "Lista"})
    return _post(creator, f"/v1/items/{item['id']}/mint", {"amount": amount})


def _order(maker: Any, kind: str, item: dict[str, Any], amount: int = 1) -> dict[str, Any]:
    return _post(maker, f"/v1/{kind}", {"item": item["id"], "amount": amount, "unit_price": 1})


def _listings(world: World, count: int) -> Made:
    item = _item(world.member, 1)
    for _ in range(count):
        _order(world.member, "listings", item)
    return Made(query={"item": item["id"]})


def _offers(world: World, count: int) -> Made:
    item = _item(world.other, 1)
    for _ in range(count):
        _order(world.member, "offers", item)
    return Made(query={"item": item["id"]})


def _bought(world: World, count: int) -> dict[str, Any]:
    """An item that the member has bought so often."""
    item = _item(world.other, count)
    listing = _order(world.other, "listings", item, count)
    for _ in range(count):
        _post(world.member, f"/v1/listings/{listing['id']}/buy")
    return item


def _trades(world: World, count: int) -> Made:
    _bought(world, count)
    return Made()


def _sales(world: World, count: int) -> Made:
    return Made(query={"item": _bought(world, count)["id"]})


LISTINGS = [
    Listing("/v1/listings", _listings, public=True),
    Listing("/v1/offers", _offers, public=True),
    Listing("/v1/trades", _trades),
    Listing("/v1/sales", _sales, public=True),
]
