"""Members of the first lists, and things that are in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.api.makers import Listing, Made, Thing, World


def payments(world: World, count: int) -> Made:
    """Transfers to the other."""
    for _ in range(count):
        transfer = {"to": world.other.address, "amount": 1}
        assert world.member.api.write("/v1/transfers", transfer).status_code == 200
    return Made()


def trusted_issuers(world: World, count: int) -> Made:
    """Entries about the member."""
    for _ in range(count):
        _trust(world)
    return Made(query={"issuer": world.member.did})


def credentials(world: World, count: int) -> Made:
    """Credentials that the member issues to the other."""
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    _registered(world)
    for number in range(count):
        credential = {
            "type": _trust(world),
            "subject": world.other.did,
            "valid_until": until,
            "claims": {"number": number},
        }
        answer = world.member.api.write("/v1/credentials", credential)
        assert answer.is_success, answer.text
    return Made()


def agreements(world: World, count: int) -> Made:
    """Drafts of the member with the other."""
    for number in range(count):
        agreement = {
            "title": f"Sopimus {number}",
            "document": {"text": "x"},
            "parties": [
                {"who": world.member.did, "role": "client"},
                {"who": world.other.did, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
        }
        assert world.member.api.write("/v1/agreements", agreement).status_code == 201
    return Made()


def identity(world: World) -> list[str]:
    """The member's own."""
    _registered(world)
    return [world.member.did]


def credential_type(world: World) -> list[str]:
    """The name of a type of the member's, as in its ``vct``."""
    body = {
        "name": "Named" + uuid4().hex[:12],
        "display": {"fi": {"name": "Koe"}, "en": {"name": "Trial"}},
        "claims_schema": {"type": "object"},
    }
    answer = world.member.api.write("/v1/credential_types", body)
    assert answer.status_code == 201, answer.text
    return [answer.json()["vct"].rpartition("/")[2]]


def status_list(world: World) -> list[str]:
    """The status list that a credential of the member's is in."""
    credentials(world, 1)
    newest = world.member.api.get("/v1/credentials").json()["data"][0]
    return [newest["status_list"].rpartition("/")[2]]


def one_purpose(world: World) -> list[str]:
    """One bit of that list."""
    return [*status_list(world), "revocation"]


def agreement_proof(world: World) -> list[str]:
    """The hash of an agreement of the member's."""
    agreements(world, 1)
    return [world.member.api.get("/v1/agreements").json()["data"][0]["agreement_hash"]]


def template(world: World) -> list[str]:
    """One of the templates, which are everybody's."""
    return [world.member.api.get("/v1/agreement_templates").json()["data"][0]["id"]]


def invitation(world: World) -> list[str]:
    """The code of a place in a draft of the member's."""
    draft = world.member.api.write(
        "/v1/agreements",
        {
            "title": "Kutsu",
            "document": {"text": "x"},
            "parties": [
                {"who": world.member.did, "role": "client"},
                {"who": None, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
        },
    )
    assert draft.status_code == 201, draft.text
    answer = world.member.api.write(
        f"/v1/agreements/{draft.json()['id']}/invitations", {"party": 1}
    )
    assert answer.is_success, answer.text
    return [answer.json()["code"]]


def _registered(world: World) -> None:
    assert world.member.api.write("/v1/identities").status_code == 200


def _trust(world: World) -> str:
    """A new type of credential that the member is trusted for."""
    kind = f"List{uuid4().hex[:12]}"
    trust = {"issuer": world.member.did, "credential_type": kind}
    assert world.admin.write("/v1/trusted_issuers", trust).status_code == 200
    return kind


LISTINGS = [
    Listing("/v1/payments", payments),
    Listing("/v1/transactions", payments),
    Listing("/v1/events", payments),
    Listing("/v1/trusted_issuers", trusted_issuers, public=True),
    Listing("/v1/credentials", credentials),
    Listing("/v1/agreements", agreements),
]

THINGS = [
    Thing("/v1/identities", identity, public=True),
    Thing("/1.0/identifiers", identity, public=True),
    Thing("/v1/balances", identity, public=True),
    Thing("/vct", credential_type, public=True),
    Thing("/v1/status_lists", status_list, public=True),
    Thing("/v1/status_lists/{id}", one_purpose, public=True),
    Thing("/v1/agreement_proofs", agreement_proof, public=True),
    Thing("/v1/agreement_templates", template, public=True),
    Thing("/v1/agreement_invitations", invitation, public=True),
]
