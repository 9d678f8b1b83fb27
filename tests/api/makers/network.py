"""Members of the list of events."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World


def _events(world: World, count: int) -> Made:
    for _ in range(count):
        answer = world.member.api.write("/v1/transfers", {"to": world.other.address, "amount": 1})
        assert answer.status_code == 200, answer.text
    return Made()


LISTINGS = [Listing("/v1/events", _events)]
