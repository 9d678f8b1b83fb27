"""Members of the lists of spaces and of who is in them."""

from __future__ import annotations

from typing import Any

from tests.api.makers import Listing, Made, World


def _create(member: Any, **fields: object) -> dict[str, Any]:
    answer = member.api.write("/v1/spaces", {"name": "Lista"} | fields)
    assert answer.status_code == 200, answer.text
    space: dict[str, Any] = answer.json()
    return space


def _step(member: Any, space: dict[str, Any], verb: str, body: object = None) -> None:
    answer = member.api.write(f"/v1/spaces/{space['id']}/{verb}", body)
    assert answer.is_success, answer.text


def _spaces(world: World, count: int) -> Made:
    for _ in range(count):
        _create(world.member)
    return Made(query={"owner": world.member.did})


def _links(world: World, count: int) -> Made:
    space = _create(world.member)
    for _ in range(count):
        _step(world.member, space, "links", {"to": _create(world.member)["id"]})
    return Made(path={"space_id": space["id"]})


def _visitors(world: World, count: int) -> Made:
    space = _create(world.member)
    for _ in range(count):
        _step(world.join(), space, "enter")
    return Made(path={"space_id": space["id"]})


def _visits_of_space(world: World, count: int) -> Made:
    space = _create(world.member)
    for _ in range(count):
        _step(world.other, space, "enter")
        _step(world.other, space, "leave")
    return Made(path={"space_id": space["id"]})


def _visits(world: World, count: int) -> Made:
    space = _create(world.other)
    for _ in range(count):
        _step(world.member, space, "enter")
        _step(world.member, space, "leave")
    return Made()


def _invitations(world: World, count: int) -> Made:
    space = _create(world.member)
    for _ in range(count):
        _step(world.member, space, "invitations", {"visitor": world.other.did})
    return Made(path={"space_id": space["id"]})


LISTINGS = [
    Listing("/v1/spaces", _spaces, public=True),
    Listing("/v1/spaces/{space_id}/links", _links, public=True),
    Listing("/v1/spaces/{space_id}/visitors", _visitors, public=True),
    Listing("/v1/spaces/{space_id}/visits", _visits_of_space),
    Listing("/v1/visits", _visits),
    Listing("/v1/spaces/{space_id}/invitations", _invitations),
]
