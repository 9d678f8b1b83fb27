"""Amending and terminating: proposed by one, signed by all, then on the chain."""

from __future__ import annotations

import pytest

from tests.api.agreements.support import PRICE, agree, cents, in_seconds, ok


def change_path(deal, change):
    return f"{deal.path}/changes/{change['id']}"


def sign(deal, change, who, status=200):
    return ok(who.api.write(f"{change_path(deal, change)}/sign"), status)


@pytest.fixture(scope="module")
def standing(join):
    """An agreement in force that no test changes."""
    return agree(join).into_force()


def test_three_parties_amend_and_one_leaves_its_work_to_another(join):
    milestones = [
        {"title": "Model", "amount": 100_000, "payer": 0, "provider": 1},
        {"title": "Sound", "amount": 50_000, "payer": 0, "provider": 2},
    ]
    deal = agree(join, others=1, milestones=milestones).into_force()
    leaving = deal.others[0]
    deal.do(deal.client, "fund", {"milestones": [0]})
    new = [
        milestones[0] | {"title": "Model and plan"},
        milestones[1] | {"provider": 1, "amount": 60_000},
        {"title": "Opening", "amount": 10_000, "payer": 0, "provider": 1},
    ]
    reason = "Kumppani 0 Oy leaves; its part goes to Tekijä Oy."
    change = deal.do(leaving, "amend", {"reason": reason, "milestones": new}, 201)
    assert (change["state"], change["signed"], change["missing"]) == ("open", [2], [0, 1])
    assert deal.shown()["revision"] == 0
    assert sign(deal, change, deal.client)["state"] == "open"
    applied = sign(deal, change, deal.provider)
    assert (applied["state"], applied["missing"]) == ("applied", [])
    shown = deal.shown(leaving)
    assert shown["revision"] == 1
    assert shown["terms_hash"] == change["terms_hash"]
    ending = f"---\n\n## Muutos 1 · Amendment 1\n\n{reason}\n"
    assert shown["document"]["text"].endswith(ending)
    assert [m["title"] for m in shown["milestones"]] == ["Model and plan", "Sound", "Opening"]
    onchain = ok(deal.client.api.get(f"{deal.path}/onchain"))
    assert (onchain["revision"], onchain["terms_hash"]) == (1, shown["terms_hash"])
    # It is carried out by the new terms: what was funded before, and what is funded after.
    deal.do(deal.client, "fund")
    for milestone in range(3):
        deal.do(deal.provider, f"milestones/{milestone}/deliver", {"evidence": "ready"})
        deal.do(deal.client, f"milestones/{milestone}/accept")
    assert deal.shown()["state"] == "completed"
    assert cents(deal.provider) == 170_000
    assert cents(leaving) == 0


def test_second_amendment_builds_on_the_first(join):
    deal = agree(join).into_force()
    for revision, title in ((1, "First"), (2, "Second")):
        change = deal.do(deal.client, "amend", {"reason": "x", "title": title}, 201)
        assert change["revision"] == revision
        sign(deal, change, deal.provider)
        assert (deal.shown()["revision"], deal.shown()["title"]) == (revision, title)


def test_amendment_that_was_overtaken_is_superseded(join):
    deal = agree(join).into_force()
    slow = deal.do(deal.client, "amend", {"reason": "slow", "title": "Slow"}, 201)
    fast = deal.do(deal.client, "amend", {"reason": "fast", "title": "Fast"}, 201)
    sign(deal, fast, deal.provider)
    answer = deal.provider.api.write(f"{change_path(deal, slow)}/sign")
    assert (answer.status_code, answer.json()["code"]) == (409, "change_state_conflict")
    assert ok(deal.client.api.get(change_path(deal, slow)))["state"] == "superseded"


def test_all_parties_end_it_and_divide_the_escrow(join):
    deal = agree(join).into_force().funded()
    change = deal.do(
        deal.provider, "terminate", {"reason": "Sold.", "payee_bps": [10_000, 2_500]}, 201
    )
    assert change["kind"] == "termination"
    assert deal.shown()["state"] == "active"
    assert sign(deal, change, deal.client)["state"] == "applied"
    assert deal.shown()["state"] == "terminated"
    assert deal.milestones() == ["resolved", "resolved"]
    assert cents(deal.provider) == PRICE[0] + PRICE[1] // 4


def test_termination_without_shares_gives_everything_back(join):
    deal = agree(join).into_force().funded()
    change = deal.do(deal.client, "terminate", {"reason": "No need."}, 201)
    assert change["payee_bps"] == [0, 0]
    sign(deal, change, deal.provider)
    assert cents(deal.client) == 300_000
    again = deal.client.api.write(f"{deal.path}/terminate", {"reason": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "agreement_state_conflict")


def test_party_that_does_not_agree_declines_and_nothing_happens(join):
    deal = agree(join).into_force()
    change = deal.do(deal.client, "amend", {"reason": "cheaper", "fallback_bps": 0}, 201)
    path = change_path(deal, change)
    assert ok(deal.provider.api.write(f"{path}/withdraw"))["state"] == "withdrawn"
    for step in ("sign", "apply"):
        answer = deal.provider.api.write(f"{path}/{step}")
        assert (answer.status_code, answer.json()["code"]) == (409, "change_state_conflict")
    assert deal.shown()["revision"] == 0


def test_what_the_contract_does_not_allow_is_refused_and_named(join):
    deal = agree(join).into_force().funded()
    dearer = [
        {"title": "Model", "amount": PRICE[0] + 1, "payer": 0, "provider": 1},
        {"title": "Opening", "amount": PRICE[1], "payer": 0, "provider": 1},
    ]
    change = deal.do(deal.client, "amend", {"reason": "x", "milestones": dearer}, 201)
    answer = deal.provider.api.write(f"{change_path(deal, change)}/sign")
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "AgreementInvalidAmendment"
    assert deal.shown()["revision"] == 0


def test_changes_are_seen_by_the_involved_only(standing, join):
    change = standing.do(standing.client, "amend", {"reason": "x", "title": "y"}, 201)
    stranger = join()
    assert stranger.api.get(f"{standing.path}/changes").status_code == 404
    assert stranger.api.get(change_path(standing, change)).status_code == 404
    assert stranger.api.write(f"{change_path(standing, change)}/sign").status_code == 404
    listed = ok(standing.provider.api.get(f"{standing.path}/changes"))["data"]
    assert change["id"] in [one["id"] for one in listed]


def test_apply_before_all_have_signed_names_who_is_missing(standing):
    change = standing.do(standing.client, "amend", {"reason": "x", "title": "y"}, 201)
    answer = standing.client.api.write(f"{change_path(standing, change)}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "change_state_conflict")
    assert "party 1" in answer.json()["detail"]


def test_draft_can_be_neither_amended_nor_terminated(join):
    deal = agree(join)
    for step in ("amend", "terminate"):
        answer = deal.client.api.write(f"{deal.path}/{step}", {"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "agreement_state_conflict")


def test_arbiter_changes_nothing(join):
    deal = agree(join, judge=True).into_force()
    for step in ("amend", "terminate"):
        assert deal.arbiter.api.write(f"{deal.path}/{step}", {"reason": "x"}).status_code == 403


def test_new_arbiter_sees_the_agreement_once_it_is_amended(join):
    deal, judge = agree(join).into_force(), join("Uusi välimies")
    change = deal.do(deal.client, "amend", {"reason": "x", "arbiter": judge.did}, 201)
    assert judge.api.get(deal.path).status_code == 404
    sign(deal, change, deal.provider)
    assert ok(judge.api.get(deal.path))["arbiter"] == judge.address


@pytest.mark.parametrize(
    ("step", "request_", "param"),
    [
        ("amend", {}, "reason"),
        ("amend", {"reason": ""}, "reason"),
        ("amend", {"reason": "x", "milestones": []}, "milestones"),
        ("amend", {"reason": "x", "milestones": [
            {"title": "a", "amount": 1, "payer": 0, "provider": 1}]}, "milestones"),
        ("amend", {"reason": "x", "arbiter": "nobody"}, "arbiter"),
        ("amend", {"reason": "x", "sign_by": "2020-01-01T00:00:00Z"}, "sign_by"),
        ("amend", {"reason": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ("amend", {"reason": "x", "fallback_bps": 10_001}, "fallback_bps"),
        ("amend", {"reason": "x", "parties": []}, "parties"),
        ("terminate", {}, "reason"),
        ("terminate", {"reason": "x", "payee_bps": [1]}, "payee_bps"),
        ("terminate", {"reason": "x", "payee_bps": [1, 2, 3]}, "payee_bps"),
        ("terminate", {"reason": "x", "payee_bps": [1, -1]}, "payee_bps[1]"),
        ("terminate", {"reason": "x", "payee_bps": [1, 10_001]}, "payee_bps[1]"),
        ("terminate", {"reason": "x", "sign_by": "2020-01-01T00:00:00Z"}, "sign_by"),
    ],
)  # fmt: skip
def test_change_that_makes_no_sense_is_refused_by_field(standing, step, request_, param):
    answer = standing.client.api.write(f"{standing.path}/{step}", request_)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


def test_unknown_change_is_404(standing):
    for step in ("sign", "apply", "withdraw"):
        path = f"{standing.path}/changes/chg_nothing/{step}"
        assert standing.client.api.write(path).status_code == 404


def test_signatures_that_came_too_late_lapse(join):
    deal = agree(join).into_force()
    change = deal.do(deal.client, "terminate", {"reason": "x", "sign_by": in_seconds(1.5)}, 201)
    from tests.api.agreements.support import eventually

    path = change_path(deal, change)
    eventually(lambda: ok(deal.client.api.get(path))["state"] == "lapsed")
    answer = deal.provider.api.write(f"{path}/sign")
    assert (answer.status_code, answer.json()["code"]) == (409, "change_state_conflict")
