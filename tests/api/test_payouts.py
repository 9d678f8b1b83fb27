"""Batch payouts over the real gateway, on the real chain."""

from uuid import uuid4

import pytest


@pytest.fixture(scope="module")
def recipients(join):
    return [join(f"Saaja {n} Oy") for n in range(3)]


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def items(recipients, *amounts):
    return [{"to": r.did, "amount": a} for r, a in zip(recipients, amounts, strict=True)]


def test_every_item_is_paid_and_shown_with_its_transaction(join, recipients):
    payer = join(fund=10_000)
    before = [balance(one) for one in recipients]
    answer = payer.api.write("/v1/payouts", {"items": items(recipients, 100, 200, 300)})
    assert answer.status_code == 200, answer.text
    payout = answer.json()
    assert (payout["status"], payout["total"], payout["paid"]) == ("paid", 600, 600)
    assert [item["status"] for item in payout["items"]] == ["paid"] * 3
    assert [balance(one) for one in recipients] == [b + 100 * n for n, b in enumerate(before, 1)]
    for item in payout["items"]:
        transaction = payer.api.get(f"/v1/transactions/{item['transaction']}").json()
        assert transaction["hash"] == item["transaction_hash"]
        payment = payer.api.get(f"/v1/payments/{item['payment']}").json()
        assert (payment["kind"], payment["amount"]) == ("payout", item["amount"])


def test_item_that_there_is_no_money_for_is_refused_alone(join, recipients):
    payer = join(fund=500)
    before = [balance(one) for one in recipients]
    body = {"items": items(recipients, 200, 100_000, 300)}
    payout = payer.api.write("/v1/payouts", body).json()
    assert (payout["status"], payout["paid"]) == ("partially_paid", 500)
    assert [item["status"] for item in payout["items"]] == ["paid", "failed", "paid"]
    assert payout["items"][1]["error"]["name"] == "ERC20InsufficientBalance"
    assert [balance(one) - b for one, b in zip(recipients, before, strict=True)] == [200, 0, 300]
    listed = payer.api.get("/v1/payouts").json()["data"]
    assert listed == [payout | {"items": None}]


def test_payout_of_nothing_but_what_is_refused_fails_with_the_reason_in_the_callers_language(
    join, recipients
):
    payer = join()
    body = {"items": items(recipients, 1, 1, 1)}
    answer = payer.api.write("/v1/payouts", body, **{"Accept-Language": "fi"})
    assert answer.is_success, answer.text
    payout = answer.json()
    assert (payout["status"], payout["paid"]) == ("failed", 0)
    english = payer.api.get(f"/v1/payouts/{payout['id']}").json()["items"][0]["error"]
    finnish = payout["items"][0]["error"]
    assert payer.api.get("/v1/payouts").json()["data"] == [payout | {"items": None}]
    assert finnish["name"] == english["name"] == "ERC20InsufficientBalance"
    assert finnish["explanation"] != english["explanation"]


def test_same_idempotency_key_pays_once(join, recipients):
    payer, key = join(fund=1_000), {"Idempotency-Key": str(uuid4())}
    body = {"items": items(recipients, 10, 10, 10)}
    first = payer.api.write("/v1/payouts", body, **key)
    again = payer.api.write("/v1/payouts", body, **key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert balance(payer) == 970


def test_five_hundred_recipients_are_paid_in_one_request(join, recipients):
    payer = join(fund=1_000)
    body = {"items": [{"to": recipients[n % 3].address, "amount": 1} for n in range(500)]}
    payout = payer.api.write("/v1/payouts", body, wait=30).json()
    assert (payout["status"], payout["paid"], len(payout["items"])) == ("paid", 500, 500)
    assert balance(payer) == 500


def test_payout_without_wait_is_accepted_as_pending(join, recipients):
    payer = join(fund=1_000)
    answer = payer.api.write("/v1/payouts", {"items": items(recipients, 1, 1, 1)}, wait=0)
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    assert answer.headers["Location"] == f"/v1/payouts/{answer.json()['id']}"


def test_request_that_is_not_valid_pays_nobody(join, recipients):
    payer, one = join(fund=1_000), recipients[0].did
    good = {"to": one, "amount": 1}
    for wrong, param in (
        ([], "items"),
        ([good] * 501, "items"),
        ([good, {"to": "org_nobody", "amount": 1}], "items[1].to"),
        ([good, {"to": one, "amount": 0}], "items[1].amount"),
        ([good, {"to": one, "amount": -1}], "items[1].amount"),
        ([good, {"to": one, "amount": 10**16}], "items[1].amount"),
        ([good, {"to": one}], "items[1].amount"),
        ([good, {"to": one, "amount": 1, "why": "x"}], "items[1].why"),
    ):
        answer = payer.api.write("/v1/payouts", {"items": wrong})
        assert answer.status_code == 422, answer.text
        assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)
    answer = payer.api.post("/v1/payouts", json={"items": [good]})
    assert answer.json()["code"] == "idempotency_key_missing"
    assert balance(payer) == 1_000
    assert payer.api.get("/v1/payouts").json()["data"] == []


def test_payout_of_others_is_not_found(join, recipients):
    payer, stranger = join(fund=1_000), join()
    made = payer.api.write("/v1/payouts", {"items": items(recipients, 1, 1, 1)}).json()
    assert stranger.api.get(f"/v1/payouts/{made['id']}").status_code == 404
    assert payer.api.get("/v1/payouts/pyt_nothing").json()["code"] == "not_found"
