"""Members of the lists of events, which only the organisers make and everybody sees."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.api.makers import Listing, Made, World


def _hold(world: World, kind: str = "hackathon") -> str:
    body: dict[str, Any] = {
        "name": "Lista", "kind": kind, "starts": "2026-11-01T08:00:00Z",
        "ends": "2036-11-30T16:00:00Z",
    }  # fmt: skip
    answer = world.admin.write("/v1/hackathons", body, wait=0)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _hackathons(world: World, count: int) -> Made:
    for _ in range(count):
        _hold(world, "info_event")
    return Made(query={"kind": "info_event"})


def _teams(world: World, count: int) -> Made:
    event = _hold(world)
    body = {"teams": [{"name": str(uuid4())} for _ in range(count)]}
    answer = world.admin.write(f"/v1/hackathons/{event}/teams", body, wait=0)
    assert answer.status_code == 201, answer.text
    return Made(path={"hackathon_id": event})


def _announcements(world: World, count: int) -> Made:
    event = _hold(world)
    for _ in range(count):
        path = f"/v1/hackathons/{event}/announcements"
        answer = world.admin.write(path, {"text": "Tervetuloa!"}, wait=0)
        assert answer.status_code == 201, answer.text
    return Made(path={"hackathon_id": event})


LISTINGS = [
    Listing("/v1/hackathons", _hackathons, public=True),
    Listing("/v1/hackathons/{hackathon_id}/teams", _teams, public=True),
    Listing("/v1/hackathons/{hackathon_id}/announcements", _announcements, public=True),
]
