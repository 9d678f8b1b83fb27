"""Members of the lists of items, holders, holdings, redemptions and vouchers."""

from __future__ import annotations

from typing import Any

from tests.api.makers import Listing, Made, World


def _create(member: Any, **fields: object) -> dict[str, Any]:
    answer = member.api.write("/v1/items", {"name": "Lista"} | fields)
    assert answer.status_code == 200, answer.text
    item: dict[str, Any] = answer.json()
    return item


def _mint(creator: Any, item: dict[str, Any], to: Any, amount: int = 1) -> None:
    body = {"to": to.did, "amount": amount}
    answer = creator.api.write(f"/v1/items/{item['id']}/mint", body)
    assert answer.status_code == 200, answer.text


def _items(world: World, count: int) -> Made:
    for _ in range(count):
        _create(world.member)
    return Made(query={"creator": world.member.did})


def _holders(world: World, count: int) -> Made:
    item = _create(world.member)
    for _ in range(count):
        _mint(world.member, item, world.join())
    return Made(path={"item_id": item["id"]})


def _holdings(world: World, count: int) -> Made:
    for _ in range(count):
        _mint(world.member, _create(world.member), world.member)
    return Made()


def _redemptions(world: World, count: int) -> Made:
    item = _create(world.other)
    _mint(world.other, item, world.member, count)
    for _ in range(count):
        answer = world.member.api.write(f"/v1/items/{item['id']}/redemptions")
        assert answer.status_code == 201, answer.text
    return Made()


def _vouchers(world: World, count: int) -> Made:
    item = _create(world.other)
    for _ in range(count):
        body = {"to": world.member.did}
        answer = world.other.api.write(f"/v1/items/{item['id']}/vouchers", body)
        assert answer.status_code == 201, answer.text
    return Made()


LISTINGS = [
    Listing("/v1/items", _items, public=True),
    Listing("/v1/items/{item_id}/holders", _holders, public=True),
    Listing("/v1/holdings", _holdings),
    Listing("/v1/item_redemptions", _redemptions),
    Listing("/v1/item_vouchers", _vouchers),
]
