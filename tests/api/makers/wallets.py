"""Members of the lists of what wallets are offered and asked."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World


def _offers(world: World, count: int) -> Made:
    assert world.member.api.write("/v1/identities").status_code == 200  # who issues has a DID
    for n in range(count):
        body = {"type": "CourseAchievement", "claims": {"course": f"Kurssi {n}"}}
        assert world.member.api.write("/v1/credential_offers", body).status_code == 201
    return Made()


def _requests(world: World, count: int) -> Made:
    for _ in range(count):
        body = {"credentials": [{"type": "CourseAchievement", "claims": ["course"]}]}
        assert world.member.api.write("/v1/presentation_requests", body).status_code == 201
    return Made()


LISTINGS = [
    Listing("/v1/credential_offers", _offers),
    Listing("/v1/presentation_requests", _requests),
]
