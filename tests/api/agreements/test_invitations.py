"""A party that is invited by a link: joins, then signs."""

from __future__ import annotations

import hashlib

import pytest

from tests.api.agreements.support import Deal, agree, body, ok
from tests.api.agreements.support_texts import FILLED


def vacant(join, **changes):
    """A draft whose provider is not known yet."""
    client = join("Tilaaja Oy", fund=300_000)
    request = body((client, "client"), (None, "provider"), **changes)
    return Deal(ok(client.api.write("/v1/agreements", request), 201)["id"], client, None)


def invite(deal, party=1, **fields):
    answer = deal.client.api.write(f"{deal.path}/invitations", {"party": party} | fields)
    return ok(answer, 201)


def test_invited_organization_joins_signs_and_the_agreement_comes_into_force(join):
    deal = vacant(join)
    link = invite(deal)
    assert link["url"].endswith(link["code"])
    deal.provider = join("Tekijä Oy")
    seen = ok(deal.provider.api.get(f"/v1/agreement_invitations/{link['code']}"))
    assert seen["document"].startswith("The provider builds")
    assert (seen["party"], seen["role"]) == (1, "provider")
    assert deal.provider.api.get(deal.path).status_code == 404
    joined = ok(deal.provider.api.write(f"/v1/agreement_invitations/{link['code']}/join"))
    assert joined["parties"][1]["address"] == deal.provider.address
    assert joined["parties"][1]["name"] == "Tekijä Oy"
    assert joined["milestones"][0]["payee"] == deal.provider.address
    deal.into_force().funded()
    assert deal.milestones() == ["funded", "funded"]
    onchain = ok(deal.client.api.get(f"{deal.path}/onchain"))
    assert onchain["terms_hash"] == joined["agreement_hash"]


def test_document_of_a_template_is_written_anew_with_who_has_joined(join):
    client, provider = join("Tilaaja Oy"), join("Tekijä Oy")
    request = {
        "template": "data_sharing",
        "parties": {"user": {"who": client.did, "name": client.name}, "holder": {}},
        "parameters": FILLED["data_sharing"][1],
    }
    deal = Deal(ok(client.api.write("/v1/agreements/from_template", request), 201)["id"], client, 0)
    assert "kutsutaan myöhemmin" in deal.shown()["document"]["text"]
    code = invite(deal)["code"]
    joined = ok(
        provider.api.write(f"/v1/agreement_invitations/{code}/join", {"name": "Datatalo Ky"})
    )
    document = joined["document"]
    assert "Datatalo Ky" in document["text"]
    assert provider.did in document["text"]
    assert "to be invited" not in document["text"]
    salted = bytes.fromhex(document["salt"]) + document["text"].encode()
    assert document["hash"] == "0x" + hashlib.sha256(salted).hexdigest()
    request["parties"]["holder"] = {"who": provider.did, "name": "Datatalo Ky"}
    known_before = ok(client.api.post("/v1/agreement_templates/preview", json=request))
    assert known_before["text"] == document["text"]


def test_nobody_signs_before_every_place_is_taken(join):
    deal = vacant(join)
    answer = deal.client.api.write(f"{deal.path}/sign")
    assert answer.status_code == 409
    assert answer.json()["code"] == "agreement_state_conflict"
    assert "party 1" in answer.json()["detail"]
    assert deal.client.api.write(f"{deal.path}/activate").json()["code"] == "signatures_missing"


def test_link_serves_once_and_for_nobody_who_is_involved_already(join):
    deal = vacant(join)
    code = invite(deal)["code"]
    own = deal.client.api.write(f"/v1/agreement_invitations/{code}/join")
    assert own.status_code == 422
    first, second = join(), join()
    path = f"/v1/agreement_invitations/{code}/join"
    ok(first.api.write(path))
    ok(first.api.write(path))  # again changes nothing
    late = second.api.write(path)
    assert late.status_code == 409
    assert late.json()["code"] == "agreement_invitation_invalid"
    assert second.api.get(deal.path).status_code == 404


def test_same_link_is_given_again(join):
    deal = vacant(join)
    assert invite(deal)["code"] == invite(deal, valid_for_days=90)["code"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"party": 0}, 409, "agreement_state_conflict"),
        ({"party": 2}, 422, "agreement_terms_invalid"),
        ({"party": -1}, 422, "invalid_input"),
        ({"party": "1"}, 422, "invalid_input"),
        ({"party": 1, "valid_for_days": 0}, 422, "invalid_input"),
        ({"party": 1, "valid_for_days": 91}, 422, "invalid_input"),
        ({}, 422, "invalid_input"),
        ({"party": 1, "x": 1}, 422, "invalid_input"),
    ],
)
def test_invitation_that_makes_no_sense_is_refused(standing, request_, status, code):
    answer = standing.client.api.write(f"{standing.path}/invitations", request_)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.fixture(scope="module")
def standing(join):
    return vacant(join)


def test_only_the_drafter_invites_and_withdraws(join):
    deal = agree(join)
    for step, given in (("invitations", {"party": 1}), ("withdraw", None)):
        answer = deal.provider.api.write(f"{deal.path}/{step}", given)
        assert answer.status_code == 403, answer.text
        assert join().api.write(f"{deal.path}/{step}", given).status_code == 404


def test_unknown_code_is_404_for_reading_and_joining(join):
    who = join()
    assert who.api.get("/v1/agreement_invitations/nothing").status_code == 404
    assert who.api.write("/v1/agreement_invitations/nothing/join").status_code == 404


def test_withdrawn_draft_can_be_neither_joined_nor_signed_nor_activated(join):
    deal = vacant(join)
    code = invite(deal)["code"]
    assert deal.do(deal.client, "withdraw")["state"] == "withdrawn"
    assert deal.do(deal.client, "withdraw")["state"] == "withdrawn"
    answer = join().api.write(f"/v1/agreement_invitations/{code}/join")
    assert (answer.status_code, answer.json()["code"]) == (409, "agreement_invitation_invalid")
    for step in ("sign", "activate"):
        answer = deal.client.api.write(f"{deal.path}/{step}")
        assert (answer.status_code, answer.json()["code"]) == (409, "agreement_state_conflict")


def test_agreement_in_force_cannot_be_withdrawn(join):
    deal = agree(join).into_force()
    answer = deal.client.api.write(f"{deal.path}/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (409, "agreement_state_conflict")
    assert deal.shown()["state"] == "active"
