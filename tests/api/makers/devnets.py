"""Members of the lists of devnets."""

from __future__ import annotations

from uuid import uuid4

from tests.api.makers import Listing, Made, World


def _devnet(world: World) -> str:
    answer = world.member.api.write("/v1/devnets", {"name": "Testi"}, wait=0)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def devnets(world: World, count: int) -> Made:
    for _ in range(count):
        _devnet(world)
    return Made()


def snapshots(world: World, count: int) -> Made:
    devnet = _devnet(world)
    for _ in range(count):
        body = {"name": str(uuid4())}
        answer = world.member.api.write(f"/v1/devnets/{devnet}/snapshots", body, wait=0)
        assert answer.status_code == 201, answer.text
    return Made(path={"devnet_id": devnet})


LISTINGS = [
    Listing("/v1/devnets", devnets),
    Listing("/v1/devnets/{devnet_id}/snapshots", snapshots),
]
