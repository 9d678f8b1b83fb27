"""Invoices over the real gateway, on the real chain."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from stdnum import iso11649

from pocplatform.domains.invoices import jobs, repository
from pocplatform.kit.clock import now_ms

LINES = [
    {"description": "Suunnittelu", "quantity": "7.5", "unit_price": 9_500, "vat_rate_bps": 2550},
    {"description": "Opastus", "quantity": "2", "unit_price": 1_500, "vat_rate_bps": 1350},
]
NET = 71_250 + 3_000
VAT = 18_169 + 405
TOTAL = NET + VAT


def line(cents, rate=0):
    return {"description": "Työ", "unit_price": cents, "vat_rate_bps": rate}


@pytest.fixture(scope="module")
def payee(join):
    return join("Laskuttaja Oy", fund=1)


@pytest.fixture(scope="module")
def payer(join):
    return join("Maksaja Oy", fund=5_000_000)


def issue(payee, payer=None, **fields):
    body = {"lines": [line(10_000)], "payer": payer.id if payer else None} | fields
    answer = payee.api.write("/v1/invoices", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def act(member, invoice, verb, body=None, **headers):
    return member.api.write(f"/v1/invoices/{invoice['id']}/{verb}", body, **headers)


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def refused(answer, status, code, param=None):
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"] == code
    assert problem.get("param") == param
    return problem


def test_metadata_is_shown_to_who_wrote_it_only(payee, payer):
    invoice = issue(payee, payer, metadata={"margin": "40"})
    path = f"/v1/invoices/{invoice['id']}"
    assert invoice["metadata"] == payee.api.get(path).json()["metadata"] == {"margin": "40"}
    assert payer.api.get(path).json()["metadata"] == {}
    assert payer.api.get("/v1/invoices").json()["data"][0]["metadata"] == {}
    assert act(payer, invoice, "pay").json()["metadata"] == {}


def test_invoice_adds_lines_and_vat_of_each_rate_and_has_a_valid_reference(payee, payer):
    invoice = issue(payee, payer, lines=LINES, number="2026-1", note="Kiitos!")
    assert invoice["status"] == "open"
    assert [row["net"] for row in invoice["lines"]] == [71_250, 3_000]
    assert invoice["vat_by_rate"] == [
        {"rate_bps": 2550, "net": 71_250, "vat": 18_169},
        {"rate_bps": 1350, "net": 3_000, "vat": 405},
    ]
    assert (invoice["net"], invoice["vat"], invoice["total"]) == (NET, VAT, TOTAL)
    assert invoice["outstanding"] == TOTAL
    assert iso11649.is_valid(invoice["reference"])
    assert invoice["reference"].endswith(invoice["reference_national"])


def test_document_is_kept_here_and_its_salted_hash_is_what_was_signed(payee, payer):
    invoice = issue(payee, payer, note="Vain meille")
    document = invoice["document"]
    assert "Vain meille" in document["text"]
    salted = bytes.fromhex(document["salt"]) + document["text"].encode()
    assert document["hash"] == "0x" + hashlib.sha256(salted).hexdigest()
    assert invoice["signed_request"]["invoice"]["documentHash"] == document["hash"]


def test_finnish_reference_number_becomes_its_rf_form(payee, payer):
    invoice = issue(payee, payer, reference="0000 12345 61")
    assert invoice["reference"] == "RF341234561"
    assert invoice["reference_national"] == "1234561"


def test_invoice_is_paid_in_whole_once_and_is_in_both_lists(join, payer):
    payee = join("Laskuttaja Oy")
    invoice = issue(payee, payer, lines=LINES)
    before = balance(payer)
    answer = act(payer, invoice, "pay")
    assert answer.status_code == 200, answer.text
    paid = answer.json()
    assert (paid["status"], paid["paid"], paid["outstanding"]) == ("paid", TOTAL, 0)
    assert [(p["kind"], p["amount"]) for p in paid["payments"]] == [("payment", TOTAL)]
    assert balance(payee) == TOTAL
    assert balance(payer) == before - TOTAL
    refused(act(payer, invoice, "pay"), 409, "invoice_state_conflict")
    for member, direction in ((payee, "issued"), (payer, "received")):
        query = {"direction": direction, "status": "paid"}
        listed = member.api.get("/v1/invoices", params=query).json()["data"]
        assert invoice["id"] in [row["id"] for row in listed]
    assert payee.api.get("/v1/invoices", params={"direction": "received"}).json()["data"] == []
    assert payee.api.get("/v1/invoices", params={"status": "open"}).json()["data"] == []


def test_parts_add_up_and_more_than_the_rest_is_refused(payee, payer):
    invoice = issue(payee, payer, partial_allowed=True)
    first = act(payer, invoice, "pay", {"amount": 4_000}).json()
    assert (first["status"], first["outstanding"]) == ("partially_paid", 6_000)
    refused(act(payer, invoice, "pay", {"amount": 6_001}), 422, "invoice_amount_invalid", "amount")
    last = act(payer, invoice, "pay").json()
    assert (last["status"], last["paid"]) == ("paid", 10_000)
    assert [p["amount"] for p in last["payments"]] == [4_000, 6_000]


def test_equal_parts_that_are_on_their_way_together_are_both_paid(payee, payer):
    invoice = issue(payee, payer, partial_allowed=True)
    act(payer, invoice, "pay", {"amount": 5_000}, wait=0)
    assert act(payer, invoice, "pay", {"amount": 5_000}).is_success
    assert payer.api.get(f"/v1/invoices/{invoice['id']}").json()["status"] == "paid"


def test_same_idempotency_key_pays_a_part_once(payee, payer):
    invoice = issue(payee, payer, partial_allowed=True)
    key = {"Idempotency-Key": str(uuid4())}
    first = act(payer, invoice, "pay", {"amount": 4_000}, **key)
    again = act(payer, invoice, "pay", {"amount": 4_000}, **key)
    assert first.is_success
    assert again.headers["Idempotent-Replayed"] == "true"
    assert payer.api.get(f"/v1/invoices/{invoice['id']}").json()["paid"] == 4_000


def test_part_of_an_invoice_that_is_to_be_paid_at_once_is_refused(payee, payer):
    invoice = issue(payee, payer)
    refused(act(payer, invoice, "pay", {"amount": 9_999}), 422, "invoice_amount_invalid", "amount")


def test_payment_needs_money_and_an_idempotency_key(join, payee):
    poor = join("Köyhä Oy", fund=99)
    invoice = issue(payee, poor)
    problem = refused(act(poor, invoice, "pay"), 422, "contract_reverted")
    assert problem["contract_error"]["name"] == "ERC20InsufficientBalance"
    answer = poor.api.post(f"/v1/invoices/{invoice['id']}/pay", json={})
    refused(answer, 422, "idempotency_key_missing", "Idempotency-Key")
    assert poor.api.get(f"/v1/invoices/{invoice['id']}").json()["status"] == "open"


def test_invoice_of_others_is_not_found(join, payee, payer):
    invoice, stranger = issue(payee, payer), join()
    assert stranger.api.get(f"/v1/invoices/{invoice['id']}").status_code == 404
    assert stranger.api.get(f"/v1/invoices/{invoice['id']}/qr").status_code == 404
    for verb in ("sign", "pay", "cancel", "refund"):
        refused(act(stranger, invoice, verb), 404, "not_found")
        refused(act(stranger, {"id": "inv_nothing"}, verb), 404, "not_found")


def test_invoice_without_payer_belongs_to_the_first_who_pays_it(join, payee, payer):
    invoice, late = issue(payee), join(fund=20_000)
    assert late.api.get(f"/v1/invoices/{invoice['id']}").json()["payer"] is None
    assert act(payer, invoice, "pay").json()["payer"] == payer.address
    refused(act(late, invoice, "pay"), 404, "not_found")
    assert late.api.get(f"/v1/invoices/{invoice['id']}").status_code == 404


def test_only_who_wrote_the_invoice_signs_it_and_again_changes_nothing(payee, payer):
    invoice = issue(payee, payer)
    assert act(payee, invoice, "sign").json() == invoice
    refused(act(payer, invoice, "sign"), 403, "forbidden")


def test_who_wrote_the_invoice_does_not_pay_it(payee, payer):
    refused(act(payee, issue(payee, payer), "pay"), 403, "forbidden")


def test_cancelled_invoice_cannot_be_paid_or_cancelled_again(payee, payer):
    invoice = issue(payee, payer)
    refused(act(payer, invoice, "cancel"), 403, "forbidden")
    cancelled = act(payee, invoice, "cancel").json()
    assert (cancelled["status"], cancelled["outstanding"]) == ("cancelled", 0)
    refused(act(payee, invoice, "cancel"), 409, "invoice_state_conflict")
    refused(act(payer, invoice, "pay"), 409, "invoice_state_conflict")


def test_paid_invoice_cannot_be_cancelled_but_refunded_in_parts_up_to_what_was_paid(payee, payer):
    invoice = issue(payee, payer)
    refused(act(payee, invoice, "refund"), 409, "invoice_state_conflict")
    act(payer, invoice, "pay")
    refused(act(payee, invoice, "cancel"), 409, "invoice_state_conflict")
    refused(act(payer, invoice, "refund"), 403, "forbidden")
    before = balance(payer)
    part = act(payee, invoice, "refund", {"amount": 2_500})
    assert part.status_code == 200, part.text
    assert (part.json()["status"], part.json()["refunded"]) == ("paid", 2_500)
    too_much = act(payee, invoice, "refund", {"amount": 7_501})
    refused(too_much, 422, "invoice_amount_invalid", "amount")
    whole = act(payee, invoice, "refund").json()
    assert (whole["status"], whole["refunded"]) == ("refunded", 10_000)
    assert balance(payer) == before + 10_000
    refused(act(payee, invoice, "refund"), 409, "invoice_state_conflict")
    query = {"status": "refunded", "direction": "issued"}
    listed = payee.api.get("/v1/invoices", params=query).json()["data"]
    assert invoice["id"] in [row["id"] for row in listed]


def test_events_tell_payee_and_payer_of_each_payment(payee, payer):
    invoice = issue(payee, payer, partial_allowed=True)
    act(payer, invoice, "pay", {"amount": 1_000})
    act(payer, invoice, "pay")
    act(payee, invoice, "refund", {"amount": 500})
    for member in (payee, payer):
        events = member.api.get("/v1/events", params={"limit": 100}).json()["data"]
        told = [e for e in events if e["data"].get("invoice") == invoice["id"]]
        assert [e["type"] for e in told] == [
            "invoice.refunded", "invoice.paid", "invoice.partially_paid", "invoice.issued",
        ]  # fmt: skip
        assert told[1]["data"]["amount"] == 9_000
        assert told[1]["data"]["reference"] == invoice["reference"]


def test_qr_code_is_an_svg(payee, payer):
    invoice = issue(payee, payer)
    answer = payer.api.get(f"/v1/invoices/{invoice['id']}/qr")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")


def test_reminders_tell_once_that_an_invoice_is_due_soon_and_once_that_it_is_overdue(
    platform, join, payer
):
    payee = join("Muistuttaja Oy")
    invoice = issue(payee, payer)

    def run(days):
        with platform.gateway.database.transaction() as session:
            jobs.remind(session, None, now_ms() + days * 86_400_000)

    def told():
        events = payee.api.get("/v1/events", params={"limit": 100}).json()["data"]
        return [e["type"] for e in events if e["data"].get("invoice") == invoice["id"]]

    run(10)
    assert told() == ["invoice.issued"]
    run(12), run(12)
    assert told() == ["invoice.due_soon", "invoice.issued"]
    run(15), run(15)
    assert told() == ["invoice.overdue", "invoice.due_soon", "invoice.issued"]


def test_reminders_say_nothing_of_what_is_paid(platform, join, payer):
    payee = join("Maksettu Oy")
    invoice = issue(payee, payer)
    act(payer, invoice, "pay")
    with platform.gateway.database.transaction() as session:
        jobs.remind(session, None, now_ms() + 20 * 86_400_000)
        row = repository.by_id(session, invoice["id"])
        assert None not in (row.due_soon_told_ms, row.overdue_told_ms)  # never looked at again
    events = payee.api.get("/v1/events", params={"limit": 100}).json()["data"]
    assert {e["type"] for e in events} == {"invoice.issued", "invoice.paid", "payment.received"}


SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
GONE = (datetime.now(UTC) - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"lines": []}, "invalid_input", "lines"),
        ({"lines": None}, "invalid_input", "lines"),
        ({"lines": [line(-1)]}, "invalid_input", "lines[0].unit_price"),
        ({"lines": [line(10.5)]}, "invalid_input", "lines[0].unit_price"),
        ({"lines": [line(10**16)]}, "invalid_input", "lines[0].unit_price"),
        ({"lines": [line(0)]}, "invalid_input", "lines"),
        ({"lines": [line(10**15), line(1)]}, "invalid_input", "lines"),
        ({"lines": [line(100, 2400)]}, "invalid_input", "lines[0].vat_rate_bps"),
        ({"lines": [line(100) | {"quantity": "0"}]}, "invalid_input", "lines[0].quantity"),
        ({"lines": [line(100) | {"quantity": "-2"}]}, "invalid_input", "lines[0].quantity"),
        ({"lines": [line(100) | {"quantity": "1.23456"}]}, "invalid_input", "lines[0].quantity"),
        ({"payer": "org_nobody"}, "invalid_input", "payer"),
        ({"payer": None, "partial_allowed": True}, "invalid_input", "partial_allowed"),
        ({"reference": "RF00539007547034"}, "reference_invalid", "reference"),
        ({"reference": "123456"}, "reference_invalid", "reference"),
        ({"reference": "Lasku 7"}, "reference_invalid", "reference"),
        ({"due_at": GONE}, "invalid_input", "due_at"),
        ({"due_at": "9999-12-31T23:59:59-12:00"}, "invalid_input", "due_at"),
        ({"payable_until": "9999-12-31T23:59:59-12:00"}, "invalid_input", "payable_until"),
        ({"due_at": "2026-12-01T00:00:00"}, "invalid_input", "due_at"),
        ({"payable_until": SOON}, "invalid_input", "payable_until"),
        ({"colour": "blue"}, "invalid_input", "colour"),
    ],
)
def test_invoice_that_does_not_fit_is_refused_with_the_field(payee, payer, fields, code, param):
    body = {"lines": [line(10_000)], "payer": payer.did} | fields
    refused(payee.api.write("/v1/invoices", body), 422, code, param)


def test_invoice_to_oneself_is_refused(payee):
    body = {"lines": [line(1)], "payer": payee.address}
    refused(payee.api.write("/v1/invoices", body), 422, "invalid_input", "payer")
