"""Members of the lists of parcels and rentals."""

from __future__ import annotations

from typing import Any

from tests.api.makers import Listing, Made, World


def _post(member: Any, path: str, body: object = None) -> dict[str, Any]:
    answer = member.api.write(path, body)
    assert answer.status_code == 200, answer.text
    thing: dict[str, Any] = answer.json()
    return thing


def _mint(steward: Any, count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A new space with so many parcels."""
    space = _post(steward, "/v1/spaces", {"name": "Lista"})
    _post(steward, f"/v1/spaces/{space['id']}/plan", {"width": count, "depth": 1})
    places = [{"space": space["id"], "x": x, "y": 0, "name": "Tontti"} for x in range(count)]
    return space, [_post(steward, "/v1/parcels", place) for place in places]


def _parcels(world: World, count: int) -> Made:
    space, _ = _mint(world.member, count)
    return Made(query={"space": space["id"]})


def _rent(owner: Any, user: Any, count: int) -> dict[str, Any]:
    """A parcel that was rented so many times; it costs nothing but a deposit that comes back."""
    _, (parcel,) = _mint(owner, 1)
    path = f"/v1/parcels/{parcel['id']}"
    _post(owner, f"{path}/rental_terms", {"price_per_day": 0, "deposit": 1})
    for _ in range(count):
        _post(user, f"{path}/rent", {"days": 1})
        _post(user, f"{path}/give_up")
        _post(owner, f"{path}/deposit/release")
    return parcel


def _rentals_of_parcel(world: World, count: int) -> Made:
    return Made(path={"parcel_id": _rent(world.member, world.other, count)["id"]})


def _rentals(world: World, count: int) -> Made:
    _rent(world.other, world.member, count)
    return Made()


LISTINGS = [
    Listing("/v1/parcels", _parcels, public=True),
    Listing("/v1/parcels/{parcel_id}/rentals", _rentals_of_parcel, public=True),
    Listing("/v1/rentals", _rentals),
]
