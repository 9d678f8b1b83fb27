"""Redemptions over the real gateway, on the real chain."""

import pytest


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def test_redeemed_money_is_gone_and_counts_as_paid_out(join):
    holder = join(fund=10_000)
    answer = holder.api.write("/v1/redemptions", {"amount": 4_000, "metadata": {"run": "7"}})
    assert answer.status_code == 200, answer.text
    redemption = answer.json()
    assert (redemption["status"], redemption["amount"]) == ("paid_out", 4_000)
    assert redemption["metadata"] == {"run": "7"}
    assert bytes.fromhex(redemption["reference"][2:]).rstrip(b"\0").decode() == redemption["id"]
    assert balance(holder) == 6_000
    events = holder.api.get("/v1/events").json()["data"]
    told = [e["data"]["reference"] for e in events if e["type"] == "redemption.paid_out"]
    assert told == [redemption["id"]]
    assert holder.api.get("/v1/redemptions").json()["data"] == [redemption]


def test_more_than_there_is_cannot_be_redeemed(join):
    holder = join(fund=10)
    answer = holder.api.write("/v1/redemptions", {"amount": 11})
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert holder.api.get("/v1/redemptions").json()["data"] == []
    assert balance(holder) == 10


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1", None, 10**16])
def test_amount_must_be_a_positive_whole_number_of_cents(join, amount):
    answer = join().api.write("/v1/redemptions", {"amount": amount})
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", "amount")


def test_redemption_needs_an_idempotency_key_and_is_its_holders_alone(join):
    holder, stranger = join(fund=10), join()
    answer = holder.api.post("/v1/redemptions", json={"amount": 1})
    assert answer.json()["code"] == "idempotency_key_missing"
    made = holder.api.write("/v1/redemptions", {"amount": 1}).json()
    assert stranger.api.get(f"/v1/redemptions/{made['id']}").status_code == 404
    assert holder.api.get("/v1/redemptions/rdm_nothing").json()["code"] == "not_found"
