"""Members of the request log and of the list of recordings."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World


def _requests(world: World, count: int) -> Made:
    for _ in range(count):
        assert world.member.api.get("/v1/organizations/me").status_code == 200
    return Made()


def _recordings(world: World, count: int) -> Made:
    for number in range(count):
        answer = world.member.api.write("/v1/recordings", {"name": f"Story {number}"})
        assert answer.status_code == 201, answer.text
        stopped = world.member.api.write(f"/v1/recordings/{answer.json()['id']}/stop")
        assert stopped.status_code == 200, stopped.text
    return Made()


LISTINGS = [Listing("/v1/requests", _requests), Listing("/v1/recordings", _recordings)]
