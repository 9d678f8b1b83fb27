"""What a hackathon is for, by the SDK alone: from the code on the slide to a paid milestone."""

from __future__ import annotations

import httpx
import pytest

from pocplatform.client import MilestoneTerms, PartyTerms, Sandbox
from pocplatform.organisers import admin_secret
from tests.api.hackathons.times import LATER, NOW

PRICE = 120_00


@pytest.fixture(scope="module")
def organisers(base_url, platform):
    with Sandbox(base_url, admin_secret(platform.settings)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def played(base_url, organisers):
    """Two teams join, agree, and one pays the other for a milestone."""
    held = organisers.hackathons.create("Koodista maksuun (testi)", starts=NOW, ends=LATER)
    code = organisers.hackathons.codes(held.id).code
    with Sandbox(base_url) as anybody:
        shop, makers, judges = (
            anybody.hackathons.join(code, name) for name in ("Kauppa", "Tekijät", "Tuomarit")
        )
        shop_api, makers_api = (anybody.with_key(one.secret_key) for one in (shop, makers))
        agreement = shop_api.agreements.create(
            "Näyttelytila (testi)",
            "Tekijät rakentavat näyttelytilan.",
            [
                PartyTerms(who=shop.team.did, role="client"),
                PartyTerms(who=makers.team.did, role="provider"),
            ],
            [MilestoneTerms(title="Tila", amount=PRICE, payer=0, provider=1, review_window_s=3600)],
            arbiter=judges.team.did,
        ).id
        for party in (shop_api, makers_api):
            party.agreements.sign(agreement)
        shop_api.agreements.activate(agreement)
        shop_api.agreements.fund(agreement)
        makers_api.agreements.deliver(agreement, 0, "Tila on valmis.")
        paid = shop_api.agreements.accept(agreement, 0)
        yield held, (shop, shop_api), (makers, makers_api), paid


def test_team_goes_from_the_code_over_an_agreement_to_a_paid_milestone(played):
    held, (_, shop_api), (_, makers_api), paid = played
    assert (paid.state, paid.milestones[0].state) == ("completed", "paid")
    funding = held.quota["funding"]
    assert shop_api.payments.balance().amount == funding - PRICE
    assert makers_api.payments.balance().amount == funding + PRICE


def test_report_counts_it_and_its_proofs_are_on_the_chain(played, organisers, base_url):
    held, (shop, _), (makers, _), paid = played
    report = organisers.hackathons.report(held.id)
    assert (report.totals.agreements, report.totals.milestones) == (1, 1)
    milestones = {one.name: one.milestones for one in report.teams}
    assert milestones == {"Kauppa": 1, "Tekijät": 1, "Tuomarit": 0}
    assert report.time_to_first_success.reached == 2
    assert [one.team for one in report.proofs] == [one.team for one in report.teams]
    *busy, idle = report.proofs
    assert (idle.name, idle.transactions, idle.first_block) == ("Tuomarit", [], None)
    for proof in busy:
        team = next(one.team for one in (shop, makers) if one.team.id == proof.team)
        assert proof.address == team.address
        assert proof.agreements == [paid.agreement_hash]
        counted = next(one.transactions for one in report.teams if one.team == proof.team)
        assert len(proof.transactions) == counted > 0
        blocks = []
        for hash_ in proof.transactions:
            asked = {"id": 1, "jsonrpc": "2.0", "method": "eth_getTransactionReceipt"}
            answer = httpx.post(f"{base_url}/rpc", json=asked | {"params": [hash_]}, timeout=30)
            receipt = answer.json()["result"]
            assert (receipt["status"], receipt["from"]) == ("0x1", proof.address.lower())
            blocks.append(int(receipt["blockNumber"], 16))
        assert blocks == sorted(blocks)
        assert (blocks[0], blocks[-1]) == (proof.first_block, proof.last_block)
