"""What time decides, and the jobs that see to it; reminders."""

from __future__ import annotations

import pytest

from pocplatform.domains.agreements import repository
from pocplatform.kit.clock import now_ms
from tests.api.agreements.support import (
    PRICE,
    agree,
    cents,
    eventually,
    in_seconds,
    ok,
    run_job,
)

DAY_MS = 86_400_000
AT_ONCE = {
    "milestones": [
        {"title": "Model", "amount": PRICE[0], "payer": 0, "provider": 1, "review_window_s": 0},
        {"title": "Opening", "amount": PRICE[1], "payer": 0, "provider": 1},
    ]
}


def deliver(deal, milestone=0, **fields):
    return deal.do(
        deal.provider, f"milestones/{milestone}/deliver", {"evidence": "See the model."} | fields
    )


def test_nobody_reacts_and_the_review_window_accepts_by_itself(join, platform):
    deal = agree(join, **AT_ONCE).into_force().funded()
    deliver(deal)
    deliver(deal, 1)

    def paid():
        run_job(platform, "agreements.auto_accept")
        return deal.milestones()[0] == "paid"

    eventually(paid)
    assert deal.milestones() == ["paid", "delivered"]
    assert cents(deal.provider) == PRICE[0]
    assert run_job(platform, "agreements.auto_accept") == 0


def test_writes_of_a_party_that_come_to_nothing_do_not_hold_the_job_off(join, platform):
    deal = agree(join, **AT_ONCE).into_force().funded()
    deliver(deal)
    path = f"{deal.path}/milestones/0/settle"

    def held_back():
        answer = deal.client.api.write(path, wait=0, Simulate="pending")
        return answer.status_code == 202

    eventually(held_back)
    failed = deal.client.api.write(path, Simulate="reverts")
    assert failed.json()["code"] == "contract_reverted", failed.text
    assert run_job(platform, "agreements.auto_accept") == 1
    eventually(lambda: deal.milestones()[0] == "paid")


def test_window_that_is_open_is_left_alone_by_job_and_contract(join, platform):
    deal = agree(join).into_force().funded()
    shown = deliver(deal)
    assert shown["milestones"][0]["review_ends_at"] is not None
    run_job(platform, "agreements.auto_accept")
    answer = deal.provider.api.write(f"{deal.path}/milestones/0/settle")
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "AgreementReviewOpen"
    assert deal.milestones()[0] == "delivered"


def test_anybody_involved_may_settle_what_silence_has_accepted(join):
    deal = agree(join, **AT_ONCE).into_force().funded()
    deliver(deal)
    path = f"{deal.path}/milestones/0/settle"
    eventually(lambda: deal.provider.api.write(path).status_code == 200)
    assert deal.milestones()[0] == "paid"


def test_dispute_without_arbiter_ends_by_the_share_agreed_beforehand(join, platform):
    deal = agree(join, arbitration_window_s=0, fallback_bps=7_000).into_force().funded()
    deliver(deal)
    deal.do(deal.client, "milestones/0/dispute", {"reason": "Half of it is missing."})

    def resolved():
        run_job(platform, "agreements.auto_resolve")
        return deal.milestones()[0] == "resolved"

    eventually(resolved)
    assert cents(deal.provider) == PRICE[0] * 7 // 10


def test_dispute_is_split_by_the_arbiter_and_its_ruling_can_be_read(join):
    deal = agree(join, judge=True).into_force().funded()
    file = {"name": "photos.zip", "sha256": "ab" * 32}
    deliver(deal, documents=[file])
    deal.do(deal.client, "milestones/0/dispute", {"reason": "Rooms are missing."})
    deal.do(deal.arbiter, "milestones/0/resolve", {"payee_bps": 6_000, "ruling": "60 to 40."})
    shown = deal.shown()
    assert cents(deal.provider) == PRICE[0] * 6 // 10
    assert [note["kind"] for note in shown["notes"]] == ["evidence", "reason", "ruling"]
    evidence = ok(deal.arbiter.api.get(f"{deal.path}/notes/{shown['notes'][0]['hash']}"))
    assert "photos.zip (SHA-256 abab" in evidence["text"]
    assert evidence["hash"] == shown["milestones"][0]["evidence_hash"]


@pytest.mark.parametrize(
    "documents",
    [
        [{"name": "a", "sha256": "zz" * 32}],
        [{"name": "a", "sha256": "ab"}],
        [{"name": "", "sha256": "ab" * 32}],
        [{"name": "a", "sha256": "ab" * 32}] * 51,
        "a",
    ],
)
def test_documents_that_are_none_are_refused(join, documents):
    deal = agree(join)
    answer = deal.provider.api.write(
        f"{deal.path}/milestones/0/deliver", {"evidence": "x", "documents": documents}
    )
    assert answer.status_code == 422
    assert answer.json()["param"].startswith("documents")


def test_unknown_note_is_404(join):
    deal = agree(join)
    assert deal.client.api.get(f"{deal.path}/notes/0x00").status_code == 404


def test_agreement_whose_time_has_run_out_is_ended_and_what_was_delivered_goes_on(join, platform):
    more = {"title": "Party", "amount": 100, "payer": 0, "provider": 1}
    steps = [
        {"title": "Model", "amount": PRICE[0], "payer": 0, "provider": 1},
        {"title": "Opening", "amount": PRICE[1], "payer": 0, "provider": 1},
    ]
    times = {"sign_by": in_seconds(10), "expires_at": in_seconds(10)}
    deal = agree(join, milestones=[*steps, more], **times).into_force()
    deal.do(deal.client, "fund", {"milestones": [0, 1]})
    deliver(deal, 1)
    early = deal.client.api.write(f"{deal.path}/expire")
    assert early.status_code == 422
    assert early.json()["contract_error"]["name"] == "AgreementNotExpired"

    def ended():
        run_job(platform, "agreements.expire")
        return deal.shown()["state"] == "expired"

    eventually(ended, 40)
    assert deal.milestones() == ["refunded", "delivered", "cancelled"]
    assert cents(deal.client) == 300_000 - PRICE[1]
    assert run_job(platform, "agreements.expire") == 0
    # All parties together may still divide what was delivered in time.
    ending = {"reason": "Half of it.", "payee_bps": [0, 5_000, 0]}
    change = deal.do(deal.client, "terminate", ending, 201)
    ok(deal.provider.api.write(f"{deal.path}/changes/{change['id']}/sign"))
    assert deal.shown()["state"] == "terminated"
    assert cents(deal.provider) == PRICE[1] // 2


def test_agreement_ends_when_its_amended_terms_say(join, platform):
    deal = agree(join, sign_by=in_seconds(3_600), expires_at=in_seconds(86_400)).into_force()
    later = {"reason": "More time.", "expires_at": in_seconds(10 * 86_400)}
    change = deal.do(deal.client, "amend", later, 201)
    ok(deal.provider.api.write(f"{deal.path}/changes/{change['id']}/sign"))
    now = now_ms() // 1000

    def ending(first, last):
        with platform.gateway.database.snapshot() as session:
            soon = repository.ending("agreement.ends_soon", now + first, now + last, 10_000)
            return deal.id in [agreement.id for agreement, _ in session.exec(soon)]

    assert not ending(0, 2 * 86_400)
    assert ending(9 * 86_400, 11 * 86_400)


def told(member, type_):
    events = ok(member.api.get("/v1/events", params={"limit": 100}))["data"]
    return [event["data"] for event in events if event["type"] == type_]


def test_reminders_tell_each_once_whose_turn_it_is(join, platform):
    due = [
        {"title": "Model", "amount": 1_000, "payer": 0, "provider": 1,
         "due_at": in_seconds(2 * 86_400)},
        {"title": "Opening", "amount": 1_000, "payer": 0, "provider": 1,
         "review_window_s": 86_400},
    ]  # fmt: skip
    soon = {"sign_by": in_seconds(86_400), "expires_at": in_seconds(5 * 86_400)}
    deal = agree(join, milestones=due, **soon)
    deal.do(deal.client, "sign")
    run_job(platform, "agreements.remind")
    assert [one["agreement"] for one in told(deal.provider, "agreement.signature_due")] == [deal.id]
    assert told(deal.client, "agreement.signature_due") == []
    deal.do(deal.provider, "sign")
    deal.do(deal.client, "activate")
    deal.funded()
    deliver(deal, 1)
    for _ in range(2):
        run_job(platform, "agreements.remind", now_ms() + 60_000)
    assert [one["milestone"] for one in told(deal.provider, "milestone.due_soon")] == [0]
    assert [one["milestone"] for one in told(deal.client, "milestone.review_ending")] == [1]
    assert len(told(deal.client, "agreement.ends_soon")) == 1


def test_nothing_is_reminded_of_long_before_its_time(join, platform):
    deal = agree(join)
    run_job(platform, "agreements.remind")
    assert told(deal.provider, "agreement.signature_due") == []
