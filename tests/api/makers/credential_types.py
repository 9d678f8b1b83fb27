"""Members of the list of credential types."""

from __future__ import annotations

from uuid import uuid4

from tests.api.makers import Listing, Made, Thing, World


def _make(world: World, count: int) -> Made:
    for _ in range(count):
        body = {
            "name": "Listed" + uuid4().hex[:12],
            "display": {"fi": {"name": "Koe"}, "en": {"name": "Trial"}},
            "claims_schema": {"type": "object"},
        }
        assert world.member.api.write("/v1/credential_types", body).status_code == 201
    return Made(query={"owner": world.member.did})


LISTINGS = [Listing("/v1/credential_types", _make, public=True)]


def _status_list(world: World) -> list[str]:
    assert world.member.api.write("/v1/identities").status_code == 200
    body = {"type": "Anything", "subject": world.other.did, "claims": {"a": 1}}
    issued = world.member.api.write("/v1/credentials", body)
    assert issued.status_code == 200, issued.text
    return [issued.json()["status_list"].rpartition("/")[2], "revocation"]


def _profile(world: World) -> list[str]:
    assert world.member.api.write("/v1/profiles/me", {"published": True}).status_code == 200
    return [world.member.did]


THINGS = [
    Thing("/vct", lambda world: ["BusinessIdCredential"], public=True),
    Thing("/v1/status_lists", _status_list, public=True),
    Thing("/v1/profiles", _profile, public=True),
]
