"""Many writes in one request: each as alone, in order, none spoilt by another."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.operations import document, operations

MAY_BE_SHOWN_AGAIN = {
    # The code is a link's, and asking again gives the same one:
    "post /v1/agreements/{agreement_id}/invitations",
    # The secret is null here:
    "post /v1/webhooks/{webhook_id}",
    # The token is a contract, by its address:
    "post /v1/held_payments/{held_payment_id}/withdraw",
}
"""Their answers have a field with the name of a secret that is none."""


def pay(to, amount, **fields):
    return {"path": "/v1/transfers", "body": {"to": to, "amount": amount}} | fields


def send(member, *requests, wait=20, key=None, **headers):
    return member.api.post(
        "/v1/batch",
        json={"requests": list(requests)},
        params={"wait": wait} if wait else None,
        headers={"Idempotency-Key": key or str(uuid4())} | headers,
    )


def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def drafted(client, provider):
    """The path of an agreement that both are to sign."""
    agreement = client.api.write(
        "/v1/agreements",
        {
            "title": "x",
            "document": {"text": "x"},
            "parties": [
                {"who": client.did, "role": "client"},
                {"who": provider.did, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
        },
    ).json()
    return f"/v1/agreements/{agreement['id']}"


def cents(member):
    return member.api.get("/v1/balance").json()["amount"]


def test_each_write_is_answered_as_alone_and_in_order(join):
    payer, payee = join(fund=10_000), join()
    batch = done(send(payer, *(pay(payee.did, amount) for amount in (100, 200, 300))))
    assert (batch["succeeded"], batch["failed"]) == (3, 0)
    assert [one["body"]["amount"] for one in batch["data"]] == [100, 200, 300]
    alone = payer.api.write("/v1/transfers", {"to": payee.did, "amount": 400})
    for one in batch["data"]:
        assert one["status"] == alone.status_code == 200
        assert set(one["body"]) == set(alone.json())
        assert one["headers"]["Location"] == f"/v1/payments/{one['body']['id']}"
    blocks = [one["body"]["transaction"]["block"] for one in batch["data"]]
    nonces = [one["body"]["transaction"]["nonce"] for one in batch["data"]]
    assert None not in blocks
    assert nonces == sorted(nonces)
    assert cents(payee) == 1_000


def test_refused_write_takes_none_of_the_others_with_it(join):
    payer, payee = join(fund=500), join()
    batch = done(
        send(
            payer,
            pay(payee.did, 100),
            pay(payee.did, -1),
            pay("nobody", 1),
            {"path": "/v1/nothing", "body": {}},
            pay(payee.did, 1_000_000),
            pay(payee.did, 200),
        )
    )
    assert [one["status"] for one in batch["data"]] == [200, 422, 422, 404, 422, 200]
    assert (batch["succeeded"], batch["failed"]) == (2, 4)
    codes = [one["body"].get("code") for one in batch["data"]]
    assert codes == [
        None, "invalid_input", "invalid_input", "not_found", "contract_reverted", None,
    ]  # fmt: skip
    assert cents(payee) == 300


def test_later_write_builds_on_an_earlier_one(join):
    client, provider = join(), join()
    path = drafted(client, provider)
    assert provider.api.write(f"{path}/sign").status_code == 200
    batch = done(send(client, {"path": f"{path}/sign"}, {"path": f"{path}/activate"}))
    assert batch["failed"] == 0, batch
    assert batch["data"][1]["body"]["state"] == "active"


def test_same_batch_under_the_same_key_is_done_once(join):
    payer, payee = join(fund=1_000), join()
    key = str(uuid4())
    first = send(payer, pay(payee.did, 100), pay(payee.did, 200), key=key)
    again = send(payer, pay(payee.did, 100), pay(payee.did, 200), key=key)
    assert done(first)["data"][0]["body"]["id"] == done(again)["data"][0]["body"]["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert cents(payee) == 300
    other = send(payer, pay(payee.did, 999), pay(payee.did, 200), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert cents(payee) == 300


def test_batch_of_which_a_part_was_not_accepted_is_tried_again_for_that_part_only(join):
    client, provider = join(), join()
    path, key = drafted(client, provider), str(uuid4())
    writes = [{"path": f"{path}/sign"}, {"path": f"{path}/activate"}]
    first = done(send(client, *writes, key=key))
    assert [one["status"] for one in first["data"]] == [200, 409]
    assert provider.api.write(f"{path}/sign").status_code == 200
    again = done(send(client, *writes, key=key))
    assert [one["status"] for one in again["data"]] == [200, 200]
    assert again["data"][0]["headers"]["Idempotent-Replayed"] == "true"
    assert again["data"][1]["body"]["state"] == "active"


def test_write_with_a_key_of_its_own_is_the_same_as_alone_with_that_key(join):
    payer, payee = join(fund=1_000), join()
    key = str(uuid4())
    alone = payer.api.write(
        "/v1/transfers", {"to": payee.did, "amount": 100}, **{"Idempotency-Key": key}
    )
    batch = done(send(payer, pay(payee.did, 100, idempotency_key=key)))
    assert batch["data"][0]["body"]["id"] == alone.json()["id"]
    assert batch["data"][0]["headers"]["Idempotent-Replayed"] == "true"
    assert cents(payee) == 100


def test_write_that_moves_value_needs_a_key_here_too(join):
    payer = join(fund=100)
    answer = payer.api.post("/v1/batch", json={"requests": [pay(payer.did, 1)]})
    assert done(answer)["data"][0]["body"]["code"] == "idempotency_key_missing"


def test_without_waiting_the_writes_are_accepted_and_recorded_later(join):
    payer, payee = join(fund=1_000), join()
    batch = done(send(payer, *(pay(payee.did, 1) for _ in range(100)), wait=0))
    assert {one["status"] for one in batch["data"]} == {202}
    last = batch["data"][-1]["body"]["transaction"]["id"]
    # What comes later is mined later: when it is there, all are.
    assert payer.api.write("/v1/transfers", {"to": payee.did, "amount": 1}).status_code == 200
    assert payer.api.get(f"/v1/transactions/{last}").json()["status"] == "confirmed"
    assert cents(payee) == 101


def test_problems_are_told_in_the_callers_language(join):
    member = join()
    batch = done(send(member, {"path": "/v1/nothing"}, **{"Accept-Language": "fi"}))
    assert "ei ole mitään" in batch["data"][0]["body"]["detail"]


@pytest.mark.parametrize(
    ("requests", "code", "param"),
    [
        ([], "invalid_input", "requests"),
        ([{"path": "/v1/faucet"}] * 501, "invalid_input", "requests"),
        ([{"path": "/v1/batch", "body": {"requests": []}}], "batch_nested", "requests[0].path"),
        ([{"path": "/v1/batch/"}], "batch_nested", "requests[0].path"),
        ([{"path": "/v1/%62atch"}], "invalid_input", "requests[0].path"),
        ([{"path": "/rpc"}], "invalid_input", "requests[0].path"),
        ([{"path": "/v1/faucet?wait=30"}], "invalid_input", "requests[0].path"),
        ([{"path": "/v1/faucet", "method": "GET"}], "invalid_input", "requests[0].method"),
        ([{"path": "/v1/faucet", "body": [1]}], "invalid_input", "requests[0].body"),
        ([{"path": "/v1/faucet", "idempotency_key": ""}], "invalid_input",
         "requests[0].idempotency_key"),
        ([{"path": "/v1/faucet", "idempotency_key": "a\r\nb: c"}], "invalid_input",
         "requests[0].idempotency_key"),
        ([{"path": "/v1/faucet", "headers": {}}], "invalid_input", "requests[0].headers"),
        ([{}], "invalid_input", "requests[0].path"),
        ("all", "invalid_input", "requests"),
    ],
)  # fmt: skip
def test_batch_that_makes_no_sense_is_refused_as_a_whole(join, requests, code, param):
    answer = join().api.write("/v1/batch", {"requests": requests})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)


def test_batch_needs_a_key_and_acts_for_its_holder_only(join, anonymous):
    assert anonymous.post("/v1/batch", json={"requests": [{"path": "/v1/x"}]}).status_code == 401
    deal = {"path": "/v1/agreements/agr_0123/sign"}
    assert done(send(join(), deal))["data"][0]["status"] == 404


SECRETS = {
    "/v1/organizations": {"name": "Salainen Oy"},
    "/v1/api_keys": {"name": "x"},
    "/v1/api_keys/key_x/rotate": {},
    "/v1/invitations": {"role": "member"},
    "/v1/siwe/verify": {"message": "x", "signature": "0x00"},
    "/v1/webhooks": {"url": "https://example.org/hook"},
    "/v1/webhooks/whk_x/rotate_secret": {},
    "/v1/credential_offers": {"type": "CourseAchievement", "claims": {"course": "x"}},
}


def test_write_whose_answer_holds_a_secret_is_refused_and_the_others_are_done(join):
    payer, payee = join(fund=1_000), join()
    before = payer.api.get("/v1/api_keys").json()["data"]
    secrets = [{"path": path, "body": body} for path, body in SECRETS.items()]
    batch = done(send(payer, *secrets, pay(payee.did, 100)))
    *refused, paid = batch["data"]
    assert {one["status"] for one in refused} == {422}
    assert {one["body"]["code"] for one in refused} == {"not_in_batch"}
    assert all(one["body"]["next_step"] for one in refused)
    assert paid["status"] == 200
    assert payer.api.get("/v1/api_keys").json()["data"] == before


def test_everything_that_answers_with_a_secret_says_so():
    """By the names that secrets have in answers."""
    named = {"secret_key", "secret", "token", "code", "tx_code"}
    schemas = document()["components"]["schemas"]
    found = set()
    for one in operations():
        if one.verb == "get" or "x-step" in one.entry:
            continue
        for answer in one.entry["responses"].values():
            content = answer.get("content", {}).get("application/json", {}).get("schema", {})
            schema = schemas.get(content.get("$ref", "").rpartition("/")[2], {})
            listed = [
                schemas.get(field["items"].get("$ref", "").rpartition("/")[2], {})
                for field in schema.get("properties", {}).values()
                if isinstance(field.get("items"), dict)
            ]
            keys = {"secret_key"}
            if named & set(schema.get("properties", {})) or any(
                keys & set(each.get("properties", {})) for each in listed
            ):
                found.add(str(one))
    assert found - MAY_BE_SHOWN_AGAIN == {
        str(one) for one in operations() if one.entry.get("x-secret")
    }


def test_wait_out_of_bounds_is_refused(join):
    for wait in (31, -1):
        assert send(join(), {"path": "/v1/x"}, wait=wait).status_code == 422
