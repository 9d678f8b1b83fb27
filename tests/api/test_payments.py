"""Payments over the real gateway, on the real chain."""

from uuid import uuid4

import pytest

from pocplatform.main import create_app
from tests.conftest import served


@pytest.fixture(scope="module", params=[True, False], ids=["hot", "ordinary"])
def base_url(request, platform):
    """Both forms of the endpoints: served ahead of the framework, and by it."""
    with served(create_app(platform, hot=request.param)) as url:
        yield url


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def test_faucet_money_arrives_and_can_be_paid_on(join):
    payer, payee = join("Maksaja Oy", fund=50_000), join("Saaja Oy")
    answer = payer.api.write("/v1/transfers", {"to": payee.did, "amount": 12_345})
    assert answer.status_code == 200, answer.text
    payment = answer.json()
    assert payment["transaction"]["status"] == "confirmed"
    assert payment["transaction"]["gas_used"] > 21_000
    assert balance(payer) == 50_000 - 12_345
    assert balance(payee) == 12_345


def test_transfer_without_enough_money_is_refused_with_the_contracts_error_and_leaves_no_row(join):
    payer, payee = join(fund=100), join()
    before = payer.api.get("/v1/payments").json()["data"]
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 101})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "contract_reverted"
    assert problem["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert problem["contract_error"]["args"]["needed"] in (1_010_000, "1010000")
    assert payer.api.get("/v1/payments").json()["data"] == before


def test_same_idempotency_key_pays_once_and_replays_the_first_answer(join):
    payer, payee = join(fund=1_000), join()
    key = str(uuid4())
    body = {"to": payee.address, "amount": 300}
    first = payer.api.write("/v1/transfers", body, **{"Idempotency-Key": key})
    again = payer.api.write("/v1/transfers", body, **{"Idempotency-Key": key})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert balance(payee) == 300


def test_same_idempotency_key_with_another_body_is_refused(join):
    payer, payee = join(fund=1_000), join()
    key = {"Idempotency-Key": str(uuid4())}
    payer.api.write("/v1/transfers", {"to": payee.address, "amount": 300}, **key)
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 301}, **key)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert balance(payee) == 300


def test_transfer_without_idempotency_key_is_refused(join):
    payer = join(fund=1_000)
    answer = payer.api.post("/v1/transfers", json={"to": payer.address, "amount": 1})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_missing"


def test_transfer_without_wait_is_accepted_with_location_and_settles(join):
    payer, payee = join(fund=1_000), join()
    answer = payer.api.write("/v1/transfers", {"to": payee.id, "amount": 10}, wait=0)
    assert answer.status_code == 202
    transaction = answer.json()["transaction"]
    assert transaction["status"] == "queued"
    assert answer.headers["Location"] == f"/v1/payments/{answer.json()['id']}"
    # A later write of the same sender that waits: order is kept, so the first is settled too.
    payer.api.write("/v1/transfers", {"to": payee.id, "amount": 10})
    settled = payer.api.get(f"/v1/transactions/{transaction['id']}").json()
    assert settled["status"] == "confirmed"
    assert [c["status"] for c in settled["history"]] == [
        "queued", "signed", "sent", "mined", "confirmed",
    ]  # fmt: skip


def test_other_tenants_payments_and_transactions_are_not_found(join):
    payer, stranger = join(fund=1_000), join()
    payment = payer.api.get("/v1/payments").json()["data"][0]
    for path in (
        f"/v1/payments/{payment['id']}",
        f"/v1/transactions/{payment['transaction']['id']}",
    ):
        assert payer.api.get(path).status_code == 200
        answer = stranger.api.get(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_faucet_limit_is_explained(join):
    member = join()
    answer = member.api.write("/v1/faucet", {"amount": 10_000_001})
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "PilotEuroFaucetLimit"


def test_amount_must_be_a_positive_whole_number_of_cents(join):
    member = join()
    for amount in (0, -5, 1.5, "100", 10**18, None):
        answer = member.api.write("/v1/transfers", {"to": member.address, "amount": amount})
        assert answer.status_code == 422, amount
        assert answer.json()["code"] == "invalid_input"
        assert answer.json()["param"] == "amount"


def test_recipient_must_exist_on_this_chain(join):
    member = join(fund=100)
    checksum_broken = "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"  # the first c wants to be C
    for to in ("Matti", "0x1234", "org_nobody", "did:ethr:0x1:" + member.address, checksum_broken):
        answer = member.api.write("/v1/transfers", {"to": to, "amount": 1})
        assert answer.status_code == 422, to
        assert answer.json()["param"] == "to"
