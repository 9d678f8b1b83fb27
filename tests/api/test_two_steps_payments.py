"""Invoices, mandates and other payments of wallets of one's own: prepared, signed, handed in."""

from pocplatform.domains.payouts.schemas import MAX_ITEMS
from pocplatform.http.prepared import EXPIRY, HOLDS_S, Submission
from pocplatform.kit.clock import now_ms
from tests.api.test_two_steps import person, prepare, refusal, submit

__all__ = ["person"]

LINE = {"description": "Työ", "unit_price": 1_000, "vat_rate_bps": 0}


def done(who, path, body=None):
    """All the steps of a write: signatures over typed data first, then the transactions."""
    answer = submit(who, prepare(who, path, body))
    while answer.is_success and answer.json().get("to_sign"):
        answer = submit(who, answer.json())
    assert answer.is_success, answer.text
    return answer.json()


def test_invoice_is_a_draft_until_its_payee_has_signed_it(person, join):
    payee, payer = person(), join(fund=5_000)
    written = payee.api.write("/v1/invoices", {"lines": [LINE], "payer": payer.did})
    assert written.status_code == 201, written.text
    invoice = written.json()
    path = f"/v1/invoices/{invoice['id']}"
    assert (invoice["status"], invoice["signed_request"]) == ("draft", None)
    assert payer.api.get(path).status_code == 404
    assert payer.api.get("/v1/invoices").json()["data"] == []
    assert payee.api.get("/v1/invoices", params={"status": "draft"}).json()["data"] == [invoice]
    assert refusal(payee.api.write(f"{path}/cancel")) == (409, "invoice_state_conflict")
    assert done(payee, f"{path}/sign")["status"] == "open"
    assert payer.api.write(f"{path}/pay").json()["status"] == "paid"
    assert payee.api.get("/v1/balance").json()["amount"] == 1_000


def test_invoice_is_paid_cancelled_and_refunded_with_wallets_of_ones_own(person):
    payee, payer = person(), person(fund=5_000)
    body = {"lines": [LINE], "payer": payer.address, "partial_allowed": True}
    path = f"/v1/invoices/{payee.api.write('/v1/invoices', body).json()['id']}"
    done(payee, f"{path}/sign")
    for _ in range(2):
        done(payer, f"{path}/pay", {"amount": 300})
    assert payer.api.get(path).json()["paid"] == 600
    done(payee, f"{path}/cancel")
    done(payee, f"{path}/refund")
    shown = payer.api.get(path).json()
    assert (shown["status"], shown["refunded"]) == ("cancelled", 600)
    assert payer.api.get("/v1/balance").json()["amount"] == 5_000


def test_mandate_is_a_draft_until_its_payer_has_signed_it_and_is_collected_by_hand(person):
    payee, payer = person(), person(fund=5_000)
    body = {"payee": payee.address, "cap": 500, "period_s": 86_400, "description": "Vuokra"}
    mandate = payer.api.write("/v1/mandates", body).json()
    path = f"/v1/mandates/{mandate['id']}"
    assert mandate["status"] == "draft"
    assert payee.api.get(path).status_code == 404
    done(payer, f"{path}/sign")
    assert payee.api.get(path).json()["status"] == "active"
    assert refusal(payee.api.write(f"{path}/schedule", {"amount": 1})) == (409, "conflict")
    done(payee, f"{path}/collect", {"amount": 500})
    for verb, status in (("pause", "paused"), ("resume", "active"), ("cancel", "cancelled")):
        done(payer, f"{path}/{verb}")
        assert payee.api.get(path).json()["status"] == status
    assert payee.api.get("/v1/balance").json()["amount"] == 500


def test_mandate_whose_transactions_were_not_signed_in_time_is_brought_to_the_chain_later(
    person, join, platform
):
    payer, payee = person(), join()
    body = {"payee": payee.did, "cap": 500, "period_s": 86_400, "description": "Vuokra"}
    path = f"/v1/mandates/{payer.api.write('/v1/mandates', body).json()['id']}"
    rest = submit(payer, prepare(payer, f"{path}/sign")).json()
    assert [one["kind"] for one in rest["to_sign"]] == ["transaction"] * 2
    gateway = platform.gateway
    with gateway.database.transaction() as session:
        EXPIRY.run(session, gateway.outbox, now_ms() + HOLDS_S * 1000)
    assert done(payer, f"{path}/sign")["transactions"][-1]["status"] == "confirmed"
    assert payer.api.get(path).json()["status"] == "active"
    answer = payer.api.write(f"{path}/sign/prepare")
    assert (answer.status_code, answer.json()["status"]) == (200, "active")


def test_mandate_is_prepared_anew_in_place_of_what_waits_for_its_signature(person, join):
    payer, payee = person(), join()
    body = {"payee": payee.did, "cap": 500, "period_s": 86_400, "description": "Vuokra"}
    path = f"/v1/mandates/{payer.api.write('/v1/mandates', body).json()['id']}"
    lost = submit(payer, prepare(payer, f"{path}/sign")).json()
    done(payer, f"{path}/sign")
    assert payer.api.get(path).json()["status"] == "active"
    assert not submit(payer, lost).is_success


def test_payout_of_many_items_is_handed_in_at_once(person, join):
    payer, payee = person(fund=100), join()
    done(payer, "/v1/payouts", {"items": [{"to": payee.did, "amount": 1}] * 60})
    assert payee.api.get("/v1/balance").json()["amount"] == 60
    place = Submission.model_json_schema()["properties"]["signed"]
    assert place["maxItems"] == MAX_ITEMS


def test_payout_split_and_redemption_are_signed_by_a_wallet_of_ones_own(person, join):
    payer, one, other = person(fund=1_000), join(), join()
    items = [{"to": one.did, "amount": 10}, {"to": other.did, "amount": 20}]
    done(payer, "/v1/payouts", {"items": items})
    (payout,) = payer.api.get("/v1/payouts").json()["data"]
    assert (payout["status"], payout["paid"]) == ("paid", 30)
    shares = [{"to": one.did, "bps": 5_000}, {"to": other.did, "bps": 5_000}]
    done(payer, "/v1/splits", {"name": "x", "shares": shares})
    (split,) = payer.api.get("/v1/splits").json()["data"]
    done(payer, f"/v1/splits/{split['id']}/distribute", {"amount": 100})
    assert payer.api.get(f"/v1/splits/{split['id']}").json()["distributed"] == 100
    done(payer, "/v1/redemptions", {"amount": 70})
    (redemption,) = payer.api.get("/v1/redemptions").json()["data"]
    assert redemption["status"] == "paid_out"
    assert payer.api.get("/v1/balance").json()["amount"] == 1_000 - 30 - 100 - 70
