"""Members of the lists of webhooks and of their deliveries."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World

_URL = "https://receiver.invalid/hook"


def _webhooks(world: World, count: int) -> Made:
    for number in range(count):
        body = {"url": f"{_URL}/{number}", "event_types": ["agreement.*"]}
        answer = world.member.api.write("/v1/webhooks", body)
        assert answer.status_code == 201, answer.text
    return Made()


def _deliveries(world: World, count: int) -> Made:
    made = world.member.api.write("/v1/webhooks", {"url": _URL, "event_types": ["agreement.*"]})
    assert made.status_code == 201, made.text
    for _ in range(count):
        answer = world.member.api.write(f"/v1/webhooks/{made.json()['id']}/test")
        assert answer.status_code == 201, answer.text
    return Made(path={"webhook_id": made.json()["id"]})


LISTINGS = [
    Listing("/v1/webhooks", _webhooks),
    Listing("/v1/webhooks/{webhook_id}/deliveries", _deliveries),
]
