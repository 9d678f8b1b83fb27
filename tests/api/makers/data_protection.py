"""Members of the lists of data protection."""

from __future__ import annotations

from tests.api.makers import Listing, Made, World


def _identity_changes(world: World, count: int) -> Made:
    api, did = world.member.api, world.member.did
    for n in range(count):
        body = {"name": f"list{n}", "value": "x"}
        assert api.write(f"/v1/identities/{did}/attributes", body).status_code == 200
    return Made()


def _erasures(world: World, count: int) -> Made:
    for n in range(count):
        body = {
            "title": f"Sopimus {n}",
            "document": {"text": "x"},
            "parties": [
                {"who": world.member.did, "role": "client"},
                {"who": world.other.did, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
        }
        drafted = world.member.api.write("/v1/agreements", body)
        assert drafted.status_code == 201, drafted.text
        erasure = {"agreement": drafted.json()["id"]}
        erased = world.member.api.write("/v1/data_protection/erasure", erasure)
        assert erased.status_code == 201, erased.text
    return Made()


LISTINGS = [
    Listing("/v1/data_protection/onchain", _identity_changes),
    Listing("/v1/data_protection/erasures", _erasures),
]
