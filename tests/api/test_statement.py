"""Statements over the real gateway, compared with the real chain."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

LINE = {"description": "Työ", "unit_price": 1_000, "vat_rate_bps": 0}


@pytest.fixture(scope="module")
def story(join):
    """An account with a movement of every kind, and the one it dealt with."""
    us, other = join("Tilillinen Oy", fund=10_000), join("Vastapuoli Oy", fund=5_000)

    def write(member, path, body=None):
        answer = member.api.write(path, body)
        assert answer.is_success, answer.text
        return answer.json()

    made = {"transfer": write(us, "/v1/transfers", {"to": other.did, "amount": 250})}
    ours = write(us, "/v1/invoices", {"lines": [LINE], "payer": other.did})
    write(other, f"/v1/invoices/{ours['id']}/pay")
    write(us, f"/v1/invoices/{ours['id']}/refund", {"amount": 400})
    theirs = write(other, "/v1/invoices", {"lines": [LINE], "payer": us.did})
    write(us, f"/v1/invoices/{theirs['id']}/pay")
    mandate = {"payee": other.did, "cap": 300, "period_s": 86_400, "description": "Vuokra"}
    given = write(us, "/v1/mandates", mandate)
    write(other, f"/v1/mandates/{given['id']}/collect", {"amount": 300})
    made |= {"ours": ours, "theirs": theirs, "mandate": given}
    made["redemption"] = write(us, "/v1/redemptions", {"amount": 50})
    return us, other, made


def statement(member, **query):
    answer = member.api.get("/v1/statement", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def chain_balance(platform, address, block):
    gateway = platform.gateway
    euro = gateway.contracts.address("PilotEuro")
    data = "0x70a08231" + address[2:].lower().rjust(64, "0")
    return int(gateway.client.request("eth_call", {"to": euro, "data": data}, hex(block)), 16)


def test_every_line_says_what_it_was_for_and_with_whom(story):
    us, other, made = story
    lines = statement(us).json()["data"]
    assert [(x["kind"], x["amount"], x["counterpart"], x["reference"]) for x in lines] == [
        ("redemption", -50, None, made["redemption"]["id"]),
        ("mandate", -300, other.address, made["mandate"]["id"]),
        ("invoice", -1_000, other.address, made["theirs"]["reference"]),
        ("refund", -400, other.address, made["ours"]["reference"]),
        ("invoice", 1_000, other.address, made["ours"]["reference"]),
        ("payment", -250, other.address, None),
        ("faucet", 10_000, None, None),
    ]


def test_every_line_has_its_transaction_and_own_ones_can_be_looked_up(story):
    us, _, made = story
    lines = statement(us).json()["data"]
    own = [line for line in lines if line["transaction"]]
    assert [line["kind"] for line in lines if not line["transaction"]] == ["mandate", "invoice"]
    for line in own:
        found = us.api.get(f"/v1/transactions/{line['transaction']}").json()
        assert (found["hash"], found["resource"]) == (line["transaction_hash"], line["resource"])
    assert own[-2]["resource"] == made["transfer"]["id"]


def test_balances_are_those_of_the_chain_after_every_line(platform, story):
    for member in story[:2]:
        shown = statement(member).json()
        assert shown["opening_balance_raw"] == "0"
        assert shown["closing_balance_raw"] == member.api.get("/v1/balance").json()["raw"]
        for line in shown["data"]:
            assert int(line["balance_raw"]) == chain_balance(
                platform, member.address, line["block"]
            )
        changes = sum(int(line["raw"]) for line in shown["data"])
        assert changes == int(shown["closing_balance_raw"])


def test_pages_join_without_gap_and_carry_the_balance_on(story):
    us = story[0]
    whole = statement(us).json()["data"]
    joined, query = [], {"limit": 3}
    while True:
        page = statement(us, **query).json()
        joined += page["data"]
        if not page["has_more"]:
            break
        query["starting_after"] = page["data"][-1]["id"]
    assert joined == whole
    answer = us.api.get("/v1/statement", params={"starting_after": "0x00:1"})
    assert (answer.status_code, answer.json()["param"]) == (422, "starting_after")


def test_csv_has_the_same_lines_oldest_first_as_excel_in_finland_reads_them(story):
    us = story[0]
    answer = statement(us, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    lines = statement(us).json()["data"][::-1]
    assert [row["kind"] for row in rows] == [
        "opening_balance", *(line["kind"] for line in lines), "closing_balance",
    ]  # fmt: skip
    for row, line in zip(rows[1:-1], lines, strict=True):
        assert row["transaction_hash"] == line["transaction_hash"]
        assert round(float(row["amount"].replace(",", ".")) * 100) == line["amount"]
        assert round(float(row["balance"].replace(",", ".")) * 100) == line["balance"]
    assert (rows[0]["balance"], rows[2]["amount"]) == ("0,00", "-2,50")
    assert rows[-1]["balance"] == rows[-2]["balance"]


def test_days_before_and_after_have_no_lines_but_the_right_balances(story):
    us = story[0]
    today = datetime.now(UTC).date()
    before = statement(us, **{"from": "2020-01-01", "to": str(today - timedelta(days=2))}).json()
    assert (before["data"], before["opening_balance"], before["closing_balance"]) == ([], 0, 0)
    later = {"from": str(today + timedelta(days=1)), "to": str(today + timedelta(days=2))}
    after = statement(us, **later).json()
    now = us.api.get("/v1/balance").json()["amount"]
    assert (after["data"], after["opening_balance"], after["closing_balance"]) == ([], now, now)


def test_account_without_movements_has_an_empty_statement(join):
    nobody = join()
    assert statement(nobody).json()["data"] == []
    rows = statement(nobody, format="csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"to": "0"}, "to"),
        ({"from": "1767225600"}, "from"),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "to"),
        ({"format": "pdf"}, "format"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
    ],
)
def test_what_cannot_be_stated_is_refused_with_the_parameter(story, query, param):
    answer = story[0].api.get("/v1/statement", params=query)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)
