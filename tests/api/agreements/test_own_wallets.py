"""Agreements of people who keep their keys: each signs what the sandbox has prepared."""

from __future__ import annotations

import pytest

from tests.api.agreements.support import Deal, agree, body, cents, ok
from tests.api.signing_in import new_wallet
from tests.api.test_two_steps import carry_through, person, prepare, refusal, signature, submit

__all__ = ["person"]


def draft(client, provider):
    """A draft of one's with a place for the other, which they take by the link."""
    made = ok(client.api.write("/v1/agreements", body((client, "client"), (None, "provider"))), 201)
    path = f"/v1/agreements/{made['id']}"
    link = ok(client.api.write(f"{path}/invitations", {"party": 1}), 201)
    joined = f"/v1/agreement_invitations/{link['code']}/join"
    ok(provider.api.write(joined, {"name": "Tekijä"}))
    return Deal(made["id"], client, provider)


@pytest.fixture
def owners(person):
    """Two who keep their keys; the first one has money."""
    pair = person(fund=300_000), person()
    for one in pair:
        one.did = f"did:ethr:0x7a69:{one.address}"
    return pair


@pytest.fixture
def standing(owners):
    """An agreement in force between the two, with its first milestone in escrow."""
    deal = draft(*owners)
    for party in owners:
        carry_through(party, f"{deal.path}/sign")
    carry_through(deal.client, f"{deal.path}/activate")
    carry_through(deal.client, f"{deal.path}/fund", {"milestones": [0]})
    return deal


def change_path(deal, change):
    return f"{deal.path}/changes/{change['id']}"


def test_agreement_is_run_from_the_draft_to_the_last_payment_without_custody(standing):
    deal, client, provider = standing, standing.client, standing.provider
    milestones = [
        {"title": "Model", "amount": 120_000, "payer": 0, "provider": 1},
        {"title": "Opening", "amount": 50_000, "payer": 0, "provider": 1},
    ]
    amend = {"reason": "A smaller opening.", "milestones": milestones}
    change = deal.do(client, "amend", amend, 201)
    assert (change["state"], change["signed"], change["missing"]) == ("open", [], [0, 1])
    path = change_path(deal, change)
    carry_through(client, f"{path}/sign")
    applied = carry_through(provider, f"{path}/sign")  # the last signature goes to the chain
    assert applied["transactions"][0]["status"] == "confirmed"
    assert ok(client.api.get(path))["state"] == "applied"
    carry_through(client, f"{deal.path}/fund")
    for milestone in (0, 1):
        step = f"{deal.path}/milestones/{milestone}"
        carry_through(provider, f"{step}/deliver", {"evidence": "ready"})
        carry_through(client, f"{step}/accept")
    assert (deal.shown()["state"], deal.shown()["revision"]) == ("completed", 1)
    assert (cents(client), cents(provider)) == (130_000, 170_000)


def test_what_is_to_be_signed_of_a_change_is_the_same_every_time(standing):
    deal = standing
    change = deal.do(deal.client, "amend", {"reason": "Later.", "title": "Later"}, 201)
    path = f"{change_path(deal, change)}/sign"
    first, again = (prepare(deal.client, path) for _ in range(2))
    assert first["id"] != again["id"]
    assert first["to_sign"] == again["to_sign"]
    assert submit(deal.client, first).status_code == 200
    # The other preparation is signed already: it changes nothing more.
    assert ok(submit(deal.client, again))["signed"] == [0]


def test_change_is_signed_by_its_parties_only(standing, person):
    deal = standing
    change = deal.do(deal.client, "amend", {"reason": "x", "title": "y"}, 201)
    path = f"{change_path(deal, change)}/sign"
    found = prepare(deal.client, path)
    forged = [signature(new_wallet(), found["to_sign"][0])]
    assert refusal(submit(deal.client, found, forged)) == (422, "signature_wrong")
    assert refusal(deal.client.api.write(path)) == (409, "wallet_not_custodial")
    assert refusal(person().api.write(f"{path}/prepare")) == (404, "not_found")
    assert ok(deal.client.api.get(change_path(deal, change)))["signed"] == []


def test_change_that_was_withdrawn_is_not_prepared(standing):
    deal = standing
    change = deal.do(deal.client, "amend", {"reason": "x", "title": "y"}, 201)
    ok(deal.client.api.write(f"{change_path(deal, change)}/withdraw"))
    answer = deal.provider.api.write(f"{change_path(deal, change)}/sign/prepare")
    assert refusal(answer) == (409, "change_state_conflict")


def test_agreement_is_ended_and_its_escrow_divided_without_custody(standing):
    deal = standing
    terms = {"reason": "Enough.", "payee_bps": [2_500, 0]}
    change = deal.do(deal.provider, "terminate", terms, 201)
    for party in (deal.provider, deal.client):
        carry_through(party, f"{change_path(deal, change)}/sign")
    assert deal.shown()["state"] == "terminated"
    assert cents(deal.provider) == 30_000


def test_change_between_an_own_and_a_custodial_wallet_goes_to_the_chain_by_the_last(person, join):
    owner, partner = person(), join("Kumppani Oy")
    owner.did = f"did:ethr:0x7a69:{owner.address}"
    request = body((partner, "client"), (owner, "provider"))
    made = ok(partner.api.write("/v1/agreements", request), 201)
    deal = Deal(made["id"], partner, owner)
    carry_through(owner, f"{deal.path}/sign")
    deal.do(partner, "sign")
    deal.do(partner, "activate")
    change = deal.do(owner, "amend", {"reason": "x", "title": "Later"}, 201)
    carry_through(owner, f"{change_path(deal, change)}/sign")
    signed = ok(partner.api.write(f"{change_path(deal, change)}/sign"))
    assert signed["state"] == "applied"
    assert deal.shown()["title"] == "Later"


def test_custodial_proposer_has_signed_with_the_proposal(join):
    deal = agree(join).into_force()
    change = deal.do(deal.client, "amend", {"reason": "x", "title": "y"}, 201)
    assert change["signed"] == [0]
