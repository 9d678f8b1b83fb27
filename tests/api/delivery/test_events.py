"""The event log by cursor, filtered, and one by one."""

import pytest

from tests.conftest import Api


@pytest.fixture(scope="module")
def scene(join):
    """A payer with transfers, its payments, and the one it paid."""
    payer, payee = join("Maksaja Oy", fund=1_000), join("Saaja Oy")
    payments = []
    for amount in (1, 2, 3):
        answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": amount})
        assert answer.status_code == 200, answer.text
        payments.append(answer.json())
    return payer, payee, payments


def events(member, **query):
    answer = member.api.get("/v1/events", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_type_and_family_of_types_choose_events(scene):
    _, payee, _ = scene
    assert len(events(payee)) == 3
    assert len(events(payee, type="payment.received")) == 3
    assert len(events(payee, type="payment.*")) == 3
    assert len(events(payee, type="*")) == 3
    assert events(payee, type="agreement.*") == []
    assert events(payee, type="payment") == []
    assert events(payee, type="pay.*") == []


def test_resource_chooses_the_events_of_the_write_about_it(scene):
    payer, _, payments = scene
    found = events(payer, resource=payments[1]["id"])
    assert [event["data"]["amount"] for event in found] == [2]
    assert found[0]["transaction_hash"] == payments[1]["transaction"]["hash"]
    assert events(payer, resource="pay_unknown") == []
    assert events(payer, resource='%"') == []


def test_times_choose_events_since_inclusive_until_exclusive(scene):
    _, payee, _ = scene
    newest, middle, oldest = events(payee)
    assert events(payee, since=middle["created"]) == [newest, middle]
    assert events(payee, until=middle["created"]) == [oldest]
    assert events(payee, since=middle["created"], until=newest["created"]) == [middle]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"type": "Payment.Received"}, "type"),
        ({"type": "payment.*.x"}, "type"),
        ({"type": "pay*"}, "type"),
        ({"type": ""}, "type"),
        ({"type": "a" * 101}, "type"),
        ({"resource": ""}, "resource"),
        ({"resource": "x" * 201}, "resource"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "until"),
        ({"starting_after": "evt_unknown"}, "starting_after"),
    ],
)
def test_filter_that_means_nothing_is_refused_by_name(scene, query, param):
    answer = scene[0].api.get("/v1/events", params=query)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)


def test_event_is_shown_to_those_it_concerns_and_to_nobody_else(scene, join, admin):
    _, payee, _ = scene
    event = events(payee)[0]
    path = f"/v1/events/{event['id']}"
    assert payee.api.get(path).json() == event
    assert admin.get(path).json() == event
    answer = join().api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert payee.api.get("/v1/events/evt_unknown").status_code == 404


def test_events_of_every_wallet_of_an_organization_reach_each_of_its_keys(join, base_url):
    member = join(fund=10)
    wallet = member.api.write("/v1/wallets", {"name": "Kauppa"}).json()
    stranger = join()
    paid = member.api.write("/v1/transfers", {"to": wallet["address"], "amount": 5}).json()
    key = member.api.post("/v1/api_keys", json={"scope": "read", "wallet": wallet["id"]}).json()
    with Api(base_url, key["secret_key"]) as of_wallet:
        for api in (member.api, of_wallet):
            told = api.get("/v1/events", params={"resource": paid["id"]}).json()["data"]
            assert [event["data"]["to"] for event in told] == [wallet["address"]]
            funded = api.get("/v1/events").json()["data"][-1]
            assert funded["data"]["to"] == member.address
    assert stranger.api.get("/v1/events").json()["data"] == []
