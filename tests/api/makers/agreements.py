"""Lists of agreements."""

from __future__ import annotations

from typing import Any

from tests.api.makers import Listing, Made, Thing, World


def _draft(world: World, n: int) -> dict[str, Any]:
    body = {
        "title": f"Sopimus {n}",
        "document": {"text": "x"},
        "parties": [
            {"who": world.member.did, "role": "client"},
            {"who": world.other.did, "role": "provider"},
        ],
        "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
    }
    answer = world.member.api.write("/v1/agreements", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def make_agreements(world: World, count: int) -> Made:
    """Drafts of the member's."""
    for n in range(count):
        _draft(world, n)
    return Made()


def _in_force(world: World) -> str:
    """The id of an agreement in force."""
    id_: str = _draft(world, 0)["id"]
    for member, step in ((world.member, "sign"), (world.other, "sign"), (world.member, "activate")):
        answer = member.api.write(f"/v1/agreements/{id_}/{step}")
        assert answer.status_code == 200, answer.text
    return id_


def make_changes(world: World, count: int) -> Made:
    """Proposed changes of one agreement in force."""
    id_ = _in_force(world)
    for n in range(count):
        body = {"reason": "x", "title": f"T{n}"}
        answer = world.member.api.write(f"/v1/agreements/{id_}/amend", body)
        assert answer.status_code == 201, answer.text
    return Made(path={"agreement_id": id_})


LISTINGS = [
    Listing("/v1/agreements", make_agreements),
    Listing("/v1/agreements/{agreement_id}/changes", make_changes),
]


def invitation(world: World) -> list[str]:
    """The code of an invitation; whoever has it may read it."""
    body = {
        "title": "Sopimus",
        "document": {"text": "x"},
        "parties": [{"who": world.member.did, "role": "client"}, {"role": "provider"}],
        "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
    }
    drafted = world.member.api.write("/v1/agreements", body).json()
    path = f"/v1/agreements/{drafted['id']}/invitations"
    answer = world.member.api.write(path, {"party": 1})
    assert answer.status_code == 201, answer.text
    return [answer.json()["code"]]


def template(world: World) -> list[str]:
    """A template, which everybody has."""
    return ["pilot_test"]


def proof(world: World) -> list[str]:
    """The hash of an agreement that is on the chain."""
    shown = world.member.api.get(f"/v1/agreements/{_in_force(world)}").json()
    return [shown["agreement_hash"]]


def note(world: World) -> list[str]:
    """An agreement, and the hash of evidence in it."""
    id_ = _in_force(world)
    path = f"/v1/agreements/{id_}"
    assert world.member.api.write(f"{path}/fund").status_code == 200
    answer = world.other.api.write(f"{path}/milestones/0/deliver", {"evidence": "x"})
    assert answer.status_code == 200, answer.text
    return [id_, answer.json()["notes"][0]["hash"]]


THINGS = [
    Thing("/v1/agreement_invitations", invitation, public=True),
    Thing("/v1/agreement_templates", template, public=True),
    Thing("/v1/agreement_proofs", proof, public=True),
    Thing("/v1/agreements/{agreement_id}/notes", note),
]
