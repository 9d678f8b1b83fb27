"""Mandates over the real gateway, on the real chain."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pocplatform.domains.mandates import jobs
from pocplatform.kit.clock import now_ms
from tests.api.waiting import settled

DAY = 86_400


@pytest.fixture(scope="module")
def payer(join):
    return join("Maksaja Oy", fund=5_000_000)


@pytest.fixture(scope="module")
def payee(join):
    return join("Saaja Oy")


def give(payer, payee, **fields):
    body = {"payee": payee.did, "cap": 5_000, "period_s": DAY, "description": "Vuokra"} | fields
    answer = payer.api.write("/v1/mandates", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def act(member, mandate, verb, body=None, **headers):
    return member.api.write(f"/v1/mandates/{mandate['id']}/{verb}", body, **headers)


def shown(member, mandate):
    return member.api.get(f"/v1/mandates/{mandate['id']}").json()


def told(member, mandate):
    events = member.api.get("/v1/events", params={"limit": 100}).json()["data"]
    return [e["type"] for e in events if e["data"].get("mandate") == mandate["id"]]


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def refused(answer, status, code, param=None):
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    assert answer.json().get("param") == param
    return answer.json()


@pytest.mark.parametrize("simulate", ["reverts", "pending"])
def test_mandate_that_did_not_come_to_the_chain_is_brought_there_by_signing_again(
    payer, payee, simulate
):
    body = {"payee": payee.did, "cap": 5_000, "period_s": DAY, "description": "Vuokra"}
    payer.api.write("/v1/mandates", body, wait=3, Simulate=simulate)
    mandate = payer.api.get("/v1/mandates").json()["data"][0]
    assert mandate["status"] == "pending"
    for _ in range(2):
        answer = act(payer, mandate, "sign")
        assert (answer.status_code, answer.json()["status"]) == (200, "active"), answer.text
    statuses = [
        one["status"]
        for one in shown(payer, mandate)["transactions"]
        if one["function"] == "register"
    ]
    first = {"reverts": ["reverted"], "pending": ["cancelled"]}[simulate]
    assert statuses == [*first, "confirmed"]


def test_metadata_is_shown_to_who_wrote_it_only(payer, payee):
    mandate = give(payer, payee, metadata={"budget": "7"})
    assert mandate["metadata"] == shown(payer, mandate)["metadata"] == {"budget": "7"}
    assert shown(payee, mandate)["metadata"] == {}
    assert payee.api.get("/v1/mandates").json()["data"][0]["metadata"] == {}
    assert act(payee, mandate, "collect", {"amount": 1}).json()["metadata"] == {}


def test_payee_collects_up_to_the_cap_of_the_period_and_no_more(payer, payee):
    mandate = give(payer, payee)
    assert (mandate["status"], mandate["available"], mandate["period"]) == ("active", 5_000, 0)
    before = balance(payee)
    first = act(payee, mandate, "collect", {"amount": 3_000})
    assert first.status_code == 200, first.text
    assert (first.json()["available"], first.json()["collected"]) == (2_000, 3_000)
    refused(act(payee, mandate, "collect", {"amount": 2_001}), 422, "mandate_amount_invalid",
            "amount")  # fmt: skip
    assert act(payee, mandate, "collect", {"amount": 2_000}).json()["available"] == 0
    assert balance(payee) == before + 5_000
    assert told(payer, mandate) == ["mandate.collected", "mandate.collected", "mandate.activated"]


def test_same_idempotency_key_collects_once(payer, payee):
    mandate, key = give(payer, payee), {"Idempotency-Key": str(uuid4())}
    act(payee, mandate, "collect", {"amount": 1_000}, **key)
    again = act(payee, mandate, "collect", {"amount": 1_000}, **key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert shown(payer, mandate)["collected"] == 1_000


def test_only_the_payee_collects_and_schedules_and_only_the_payer_pauses(payer, payee):
    mandate = give(payer, payee)
    refused(act(payer, mandate, "collect", {"amount": 1}), 403, "forbidden")
    refused(act(payer, mandate, "schedule", {"amount": 1}), 403, "forbidden")
    refused(act(payee, mandate, "pause"), 403, "forbidden")
    refused(act(payee, mandate, "resume"), 403, "forbidden")
    refused(act(payee, mandate, "sign"), 403, "forbidden")
    assert len(act(payer, mandate, "sign").json()["transactions"]) == len(mandate["transactions"])


def test_paused_mandate_is_not_collected_until_it_is_resumed(payer, payee):
    mandate = give(payer, payee)
    assert act(payer, mandate, "pause").json()["status"] == "paused"
    refused(act(payee, mandate, "collect", {"amount": 1}), 409, "mandate_state_conflict")
    refused(act(payer, mandate, "pause"), 409, "mandate_state_conflict")
    assert act(payer, mandate, "resume").json()["status"] == "active"
    assert act(payee, mandate, "collect", {"amount": 1}).is_success


@pytest.mark.parametrize("by", ["payer", "payee"])
def test_mandate_that_either_has_cancelled_is_over(payer, payee, by):
    mandate = give(payer, payee)
    cancelled = act(payer if by == "payer" else payee, mandate, "cancel")
    assert cancelled.json()["status"] == "cancelled"
    for member, verb, body in (
        (payee, "collect", {"amount": 1}),
        (payee, "schedule", {"amount": 1}),
        (payer, "cancel", None),
        (payer, "resume", None),
    ):
        refused(act(member, mandate, verb, body), 409, "mandate_state_conflict")


def test_collection_that_the_payer_has_no_money_for_is_refused(join, payee):
    poor = join("Köyhä Oy", fund=10)
    mandate = give(poor, payee)
    problem = refused(act(payee, mandate, "collect", {"amount": 11}), 422, "contract_reverted")
    assert problem["contract_error"]["name"] == "ERC20InsufficientBalance"


def test_mandate_of_others_is_not_found(join, payer, payee):
    mandate, stranger = give(payer, payee), join()
    assert stranger.api.get(f"/v1/mandates/{mandate['id']}").status_code == 404
    for verb, body in (
        ("collect", {"amount": 1}), ("schedule", {"amount": 1}), ("pause", None),
        ("resume", None), ("cancel", None), ("sign", None),
    ):  # fmt: skip
        refused(act(stranger, mandate, verb, body), 404, "not_found")
        refused(act(payer, {"id": "mnd_nothing"}, verb, body), 404, "not_found")


def collect_at(platform, days):
    """Run the job as if ``days`` had passed, and wait until what it began is settled."""
    gateway = platform.gateway
    with gateway.database.transaction() as session:
        begun = jobs.collect(session, gateway.outbox, now_ms() + days * DAY * 1000)
    gateway.wake()
    return begun


def test_scheduled_collection_is_made_once_in_a_period_however_often_the_clock_strikes(
    platform, join, payer
):
    payee = join("Aikataulu Oy")
    mandate = give(payer, payee)
    assert act(payee, mandate, "schedule", {"amount": 5_001}).status_code == 422
    assert act(payee, mandate, "schedule", {"amount": 4_000}).json()["schedule"] == 4_000
    assert collect_at(platform, 0) == 1
    collect_at(platform, 0)  # on its way, or done: nothing begins either way
    settled(payee.api, "/v1/transactions")
    collect_at(platform, 0)
    assert (balance(payee), shown(payee, mandate)["collected"]) == (4_000, 4_000)
    assert act(payee, mandate, "schedule", {"amount": None}).json()["schedule"] is None
    assert collect_at(platform, 1) == 0


def test_scheduled_collection_that_fails_is_told_once_and_tried_in_the_next_period(
    platform, join, payee
):
    poor = join("Köyhä Oy", fund=10)
    mandate = give(poor, payee)
    act(payee, mandate, "schedule", {"amount": 11})
    for _ in range(3):
        collect_at(platform, 0)
        settled(payee.api, "/v1/transactions")
    assert told(payee, mandate).count("mandate.collection_failed") == 1
    failure = shown(payee, mandate)["last_failure"]
    assert (failure["period"], failure["error"]["name"]) == (0, "ERC20InsufficientBalance")
    act(payee, mandate, "schedule", {"amount": None})


def test_mandate_that_is_over_is_not_collected_by_the_clock(platform, join, payer):
    payee = join("Mennyt Oy")
    mandate = give(payer, payee, end_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    act(payee, mandate, "schedule", {"amount": 1})
    assert collect_at(platform, 1) == 0
    assert balance(payee) == 0
    act(payee, mandate, "schedule", {"amount": None})


PAST = (datetime.now(UTC) - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"payee": "org_nobody"}, "payee"),
        ({"payee": None}, "payee"),
        ({"cap": 0}, "cap"),
        ({"cap": -1}, "cap"),
        ({"cap": "100"}, "cap"),
        ({"cap": 10**16}, "cap"),
        ({"period_s": 0}, "period_s"),
        ({"period_s": 2**32}, "period_s"),
        ({"period_s": 1.5}, "period_s"),
        ({"end_at": PAST}, "end_at"),
        ({"end_at": "9999-12-31T23:59:59-12:00"}, "end_at"),
        ({"start_at": "9999-12-31T23:59:59-12:00"}, "start_at"),
        ({"start_at": "1960-01-01T00:00:00Z"}, "start_at"),
        ({"description": " "}, "description"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_mandate_that_does_not_fit_is_refused_with_the_field(payer, payee, fields, param):
    body = {"payee": payee.did, "cap": 1, "period_s": DAY, "description": "x"} | fields
    refused(payer.api.write("/v1/mandates", body), 422, "invalid_input", param)


def test_mandate_to_oneself_is_refused(payer):
    body = {"payee": payer.id, "cap": 1, "period_s": DAY, "description": "x"}
    refused(payer.api.write("/v1/mandates", body), 422, "invalid_input", "payee")


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1", None, 10**16])
def test_amount_to_collect_must_be_a_positive_whole_number_of_cents(payer, payee, amount):
    mandate = give(payer, payee)
    answer = act(payee, mandate, "collect", {"amount": amount})
    refused(answer, 422, "invalid_input", "amount")


def test_every_period_is_collected_once_by_the_clock(platform, join, payer):
    """With periods of two seconds, looked at as often as can be."""
    payee = join("Tiheä Oy")
    mandate = give(payer, payee, cap=10, period_s=2)
    act(payee, mandate, "schedule", {"amount": 10})
    deadline = time.monotonic() + 20
    while (now := shown(payee, mandate))["collected"] < 20:
        assert time.monotonic() < deadline, now
        collect_at(platform, 0)
    act(payee, mandate, "schedule", {"amount": None})
    settled(payee.api, "/v1/transactions")
    events = payee.api.get("/v1/events", params={"limit": 100}).json()["data"]
    periods = [e["data"]["period"] for e in events if e["type"] == "mandate.collected"]
    assert len(periods) == len(set(periods)) >= 2
    assert told(payee, mandate).count("mandate.collection_failed") == 0
