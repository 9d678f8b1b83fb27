"""Agreements from draft to payment over the real gateway, on the real chain."""

import hashlib
from dataclasses import dataclass

import pytest

PRICE = (120_000, 80_000)


@dataclass
class Deal:
    client: object
    provider: object
    arbiter: object
    id: str

    @property
    def path(self):
        return f"/v1/agreements/{self.id}"

    def states(self, who=None):
        agreement = (who or self.client).api.get(self.path).json()
        return agreement["state"], [m["state"] for m in agreement["milestones"]]


def draft(client, provider, judge=None, **changes):
    body = {
        "title": "Virtual showroom",
        "document": {"text": "The provider builds a virtual showroom in two steps. Ä, ö, €."},
        "parties": [
            {"who": client.did, "role": "client"},
            {"who": provider.id, "role": "provider"},
        ],
        "milestones": [
            {"title": "Model", "amount": PRICE[0], "payer": 0, "provider": 1},
            {"title": "Opening", "amount": PRICE[1], "payer": 0, "provider": 1},
        ],
    }
    if judge is not None:
        body["arbiter"] = judge.address
    return client.api.write("/v1/agreements", body | changes)


def agree(join):
    """A draft of three new organizations."""
    client, provider, arbiter = (
        join("Tilaaja Oy", fund=300_000),
        join("Tekijä Oy"),
        join("Välimies"),
    )
    answer = draft(client, provider, arbiter)
    assert answer.status_code == 201, answer.text
    return Deal(client, provider, arbiter, answer.json()["id"])


def activate(deal):
    for party in (deal.client, deal.provider):
        assert party.api.write(f"{deal.path}/sign").status_code == 200
    answer = deal.client.api.write(f"{deal.path}/activate")
    assert answer.status_code == 200, answer.text
    return deal


def fund(deal):
    answer = deal.client.api.write(f"{deal.path}/fund")
    assert answer.status_code == 200, answer.text
    return deal


@pytest.fixture(scope="module")
def drafted(join):
    """A draft that no test changes."""
    return agree(join)


@pytest.fixture(scope="module")
def standing(join):
    """A funded agreement that no test changes: all that is tried with it is refused."""
    return fund(activate(agree(join)))


@pytest.fixture
def funded(join):
    """A funded agreement of one test."""
    return fund(activate(agree(join)))


def deliver(deal, milestone):
    return deal.provider.api.write(
        f"{deal.path}/milestones/{milestone}/deliver", {"evidence": "See the model."}
    )


def cents(member):
    return member.api.get("/v1/balance").json()["amount"]


def test_draft_shows_document_hash_that_anybody_can_recompute(drafted):
    document = drafted.client.api.get(drafted.path).json()["document"]
    salted = bytes.fromhex(document["salt"]) + document["text"].encode()
    assert document["hash"] == "0x" + hashlib.sha256(salted).hexdigest()


def test_whole_way_from_draft_to_paid(funded):
    assert funded.states() == ("active", ["funded", "funded"])
    assert cents(funded.client) == 100_000
    for milestone in (0, 1):
        assert deliver(funded, milestone).status_code == 200
        answer = funded.client.api.write(f"{funded.path}/milestones/{milestone}/accept")
        assert answer.status_code == 200, answer.text
    assert funded.states(funded.provider) == ("completed", ["paid", "paid"])
    hash_ = funded.client.api.get(funded.path).json()["agreement_hash"]
    proof = funded.client.api.get(f"/v1/agreement_proofs/{hash_}").json()
    assert proof["state"] == "completed", "to everybody as to its parties"
    assert cents(funded.provider) == sum(PRICE)
    assert cents(funded.client) == 300_000 - sum(PRICE)


def test_contract_agrees_with_what_the_tables_say(funded):
    deliver(funded, 1)
    onchain = funded.client.api.get(f"{funded.path}/onchain").json()
    shown = funded.client.api.get(funded.path).json()
    assert onchain["state"] == shown["state"] == "active"
    assert [m["state"] for m in onchain["milestones"]] == ["funded", "delivered"]
    assert [m["state"] for m in shown["milestones"]] == ["funded", "delivered"]
    assert int(onchain["escrow_raw"]) == shown["escrow"] * 10_000 == sum(PRICE) * 10_000
    assert onchain["terms_hash"] == shown["agreement_hash"]


def test_dispute_is_settled_by_the_arbiters_share(funded):
    deliver(funded, 0)
    answer = funded.client.api.write(
        f"{funded.path}/milestones/0/dispute", {"reason": "Half of it is missing."}
    )
    assert answer.status_code == 200, answer.text
    assert funded.states() == ("active", ["disputed", "funded"])
    answer = funded.arbiter.api.write(
        f"{funded.path}/milestones/0/resolve", {"payee_bps": 6000, "ruling": "60 to 40."}
    )
    assert answer.status_code == 200, answer.text
    milestone = answer.json()["milestones"][0]
    assert milestone["state"] == "resolved"
    assert (milestone["payee_amount"], milestone["payer_amount"]) == (72_000, 48_000)
    assert cents(funded.provider) == 72_000


def test_only_named_milestones_are_funded(join):
    active = activate(agree(join))
    answer = active.client.api.write(f"{active.path}/fund", {"milestones": [1]})
    assert answer.status_code == 200, answer.text
    assert active.states() == ("active", ["unfunded", "funded"])
    assert answer.json()["escrow"] == PRICE[1]


def test_events_tell_every_party_what_happened(standing):
    types = [e["type"] for e in standing.provider.api.get("/v1/events").json()["data"]]
    assert types.count("milestone.funded") == 2
    assert "agreement.activated" in types


def test_activation_before_everybody_signed_is_refused_and_names_who_is_missing(join):
    deal = agree(join)
    deal.client.api.write(f"{deal.path}/sign")
    answer = deal.client.api.write(f"{deal.path}/activate")
    assert answer.status_code == 409
    assert answer.json()["code"] == "signatures_missing"
    assert deal.provider.address in answer.json()["detail"]


def test_arbiter_and_strangers_cannot_sign(drafted, join):
    assert drafted.arbiter.api.write(f"{drafted.path}/sign").status_code == 403
    assert join().api.write(f"{drafted.path}/sign").status_code == 404


def test_strangers_do_not_see_an_agreement(drafted, join):
    stranger = join()
    assert stranger.api.get(drafted.path).status_code == 404
    assert stranger.api.get("/v1/agreements").json()["data"] == []
    assert drafted.arbiter.api.get(drafted.path).status_code == 200


@pytest.mark.parametrize(
    ("who", "step", "body", "error"),
    [
        ("provider", "milestones/0/accept", {}, "AgreementMilestoneState"),
        ("client", "milestones/0/deliver", {"evidence": "x"}, "AgreementNotAuthorized"),
        ("arbiter", "milestones/0/resolve", {"payee_bps": 1, "ruling": "x"},
         "AgreementMilestoneState"),
        ("client", "activate", {}, "AgreementAlreadyActivated"),
    ],
)  # fmt: skip
def test_wrong_step_is_refused_with_the_contracts_error(standing, who, step, body, error):
    answer = getattr(standing, who).api.write(f"{standing.path}/{step}", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "contract_reverted"
    assert answer.json()["contract_error"]["name"] == error
    assert standing.states() == ("active", ["funded", "funded"])


def test_milestone_that_does_not_exist_is_named(standing):
    answer = standing.provider.api.write(f"{standing.path}/milestones/5/deliver", {"evidence": "x"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "agreement_terms_invalid"
    assert "the agreement has 2" in answer.json()["detail"]


def test_funding_without_enough_money_is_refused_and_nothing_moves(join):
    poor, provider = join(fund=1_000), join()
    deal = Deal(poor, provider, None, draft(poor, provider).json()["id"])
    for party in (poor, provider):
        party.api.write(f"{deal.path}/sign")
    poor.api.write(f"{deal.path}/activate")
    answer = poor.api.write(f"{deal.path}/fund")
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert deal.states() == ("active", ["unfunded", "unfunded"])
    assert cents(poor) == 1_000


def test_funding_twice_is_refused(standing):
    answer = standing.client.api.write(f"{standing.path}/fund")
    assert answer.status_code == 409
    assert answer.json()["code"] == "agreement_state_conflict"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"parties": []}, "parties"),
        ({"milestones": []}, "milestones"),
        ({"title": " "}, "title"),
        ({"arbiter": "nobody"}, "arbiter"),
        ({"sign_by": "2020-01-01T00:00:00Z"}, "sign_by"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"sign_by": "2030-01-01T00:00:00"}, "sign_by"),
        ({"fallback_bps": 10_001}, "fallback_bps"),
        ({"unknown": 1}, "unknown"),
        (
            {"milestones": [{"title": "x", "amount": 0, "payer": 0, "provider": 1}]},
            "milestones[0].amount",
        ),
        (
            {"milestones": [{"title": "x", "amount": 1, "payer": 1, "provider": 0}]},
            "milestones[0].payer",
        ),
        (
            {"milestones": [{"title": "x", "amount": 1, "payer": 0, "provider": 7}]},
            "milestones[0].provider",
        ),
    ],
)
def test_terms_that_do_not_fit_are_refused_by_field(drafted, changes, param):
    answer = draft(drafted.client, drafted.provider, **changes)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


def test_same_party_twice_is_refused(join):
    client = join()
    answer = draft(client, client)
    assert answer.status_code == 422
    assert answer.json()["code"] == "agreement_terms_invalid"
    assert answer.json()["param"] == "parties[1].who"


def test_agreement_that_asks_a_credential_needs_one_from_a_trusted_issuer(join, admin):
    client, provider, issuer = join(fund=300_000), join(), join("Tarkastaja")
    parties = [
        {"who": client.did, "role": "client"},
        {"who": provider.did, "role": "provider", "credential_type": "QualifiedBuilder"},
    ]
    deal = Deal(client, provider, None, draft(client, provider, parties=parties).json()["id"])
    for party in (client, provider):
        party.api.write(f"{deal.path}/sign")
    refused = client.api.write(f"{deal.path}/activate")
    assert refused.status_code == 409
    assert "QualifiedBuilder" in refused.json()["detail"]
    assert issuer.api.write("/v1/identities").status_code == 200
    assert provider.api.write("/v1/identities").status_code == 200
    trusted = admin.write(
        "/v1/trusted_issuers", {"issuer": issuer.did, "credential_type": "QualifiedBuilder"}
    )
    assert trusted.status_code == 200, trusted.text
    issued = issuer.api.write(
        "/v1/credentials",
        {"type": "QualifiedBuilder", "subject": provider.did, "claims": {"level": "A"}},
    )
    assert issued.status_code == 200, issued.text
    answer = client.api.write(f"{deal.path}/activate")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "active"
