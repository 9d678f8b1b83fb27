"""Events over HTTP: teams, codes, quotas, freezing, resetting, counting, exporting."""

from __future__ import annotations

import io
import json
import time
import zipfile
from uuid import uuid4

import pytest

from tests.api.hackathons.steps import (
    EVENT,
    balance,
    csv,
    event_wallet,
    name,
    refused,
    until,
)
from tests.conftest import Api

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Lippu { uint256 public n; function aseta(uint256 v) external { n = v; } }
"""


def test_team_that_joins_by_the_code_has_money_and_can_write_at_once(event, take_part, code_of):
    typed = code_of(event).lower().replace("-", " ")
    joined, api = take_part(typed, "  Jäälohi   Åbo ")
    assert joined["made"]
    assert joined["team"]["name"] == "Jäälohi Åbo"
    assert api.get("/v1/organizations/me").json()["id"] == joined["team"]["organization"]
    until(lambda: balance(api) == 50_000, "the team has its money")
    assert api.get("/v1/payments").json()["data"] == []  # it is the organisers' payment
    paid = api.write("/v1/transfers", {"to": event_wallet(api), "amount": 1})
    assert paid.status_code == 200, paid.text


def test_further_member_gets_a_key_of_their_own_by_the_code_of_the_team(event, take_part, code_of):
    first, api = take_part(code_of(event), name())
    second, other = take_part(first["code"])
    assert not second["made"]
    assert second["team"]["id"] == first["team"]["id"]
    assert second["team"]["keys"] == 2
    assert second["secret_key"] != first["secret_key"]
    assert event_wallet(api) == event_wallet(other)


def test_who_cannot_join_is_told_why(event, hold, admin, anonymous, take_part, code_of):
    def join(**body):
        return anonymous.post("/v1/hackathons/join", json=body)

    refused(join(code="EI-OLE-99", team="X"), 404, "join_code_unknown")
    assert refused(join(code=code_of(event)), 422, "invalid_input")["param"] == "team"
    said = refused(join(code=code_of(event), team="a\u0007b"), 422, "invalid_input")
    assert said["param"] == "team"
    taken = name()
    take_part(code_of(event), taken)
    refused(join(code=code_of(event), team=taken.upper()), 409, "team_name_taken")
    over = hold(ends="2026-11-02T08:00:00Z")
    assert over["state"] == "over"
    refused(join(code=code_of(over), team="X"), 409, "hackathon_over")
    small = hold(quota={"teams": 1, "members": 1, "funding": 0})
    joined, _ = take_part(code_of(small), "Ainoa")
    refused(join(code=code_of(small), team="Toinen"), 403, "hackathon_full")
    refused(join(code=joined["code"]), 403, "hackathon_full")
    admin.write(f"/v1/hackathons/{small['id']}", {"quota": {"members": 2}}, wait=0)
    assert join(code=joined["code"]).status_code == 201
    admin.write(f"/v1/hackathons/{small['id']}/freeze", wait=0)
    refused(join(code=code_of(small), team="Kolmas"), 409, "hackathon_frozen")


def test_event_that_cannot_be_is_refused(hold, admin):
    def make(**fields):
        return admin.write("/v1/hackathons", EVENT | fields, wait=0)

    early = refused(make(ends=EVENT["starts"]), 422, "invalid_input")
    assert early["param"] == "ends"
    code = f"K{uuid4().hex[:5]}"
    hold(code=code)
    refused(make(code=code.upper()), 409, "join_code_taken")
    refused(make(quota={"devnets": 0, "own_devnet": True}), 422, "invalid_input")
    refused(make(quota={"requests_per_second": 0}), 422, "invalid_input")
    answer = admin.write(f"/v1/hackathons/{'hck_' + 24 * '0'}", {"name": "X"}, wait=0)
    refused(answer, 404, "not_found")


def test_organisers_alone_hold_events(event, take_part, code_of):
    _, api = take_part(code_of(event), name())
    path = f"/v1/hackathons/{event['id']}"
    refused(api.write("/v1/hackathons", EVENT, wait=0), 403, "forbidden")
    refused(api.write(f"{path}/freeze", wait=0), 403, "forbidden")
    refused(api.get(f"{path}/codes"), 403, "forbidden")
    refused(api.get(f"{path}/export"), 403, "forbidden")
    assert "code" not in api.get(path).json()


def test_teams_of_a_file_are_made_all_or_none(event, admin):
    path = f"/v1/hackathons/{event['id']}/teams"
    before = admin.get(f"/v1/hackathons/{event['id']}").json()["teams"]
    one = name()
    made = admin.write(path, csv(f"team;x\n{one};1\nYöttömät Äijät {one};2\n", "cp1252"), wait=0)
    assert made.status_code == 201, made.text
    assert (made.json()["encoding"], made.json()["delimiter"]) == ("windows-1252", ";")
    assert made.json()["teams"][1]["name"] == f"Yöttömät Äijät {one}"
    answer = admin.write(path, csv(f"team\n{name()}\n\n{one.upper()}\n"), wait=0)
    said = refused(answer, 422, "teams_file_invalid")
    assert [line["line"] for line in said["lines"]] == [4]
    refused(admin.write(path, {"csv": "abc"}, wait=0), 422, "invalid_input")
    refused(admin.write(path, {}, wait=0), 422, "invalid_input")
    answer = admin.write(path, {"teams": [{"name": "A"}, {"name": "a"}]}, wait=0)
    assert refused(answer, 409, "team_name_taken")["param"] == "teams[1].name"
    assert admin.get(f"/v1/hackathons/{event['id']}").json()["teams"] == before + 2


def test_500_teams_are_made_in_one_go(hold, admin):
    event = hold(quota={"teams": 500, "funding": 0})
    path = f"/v1/hackathons/{event['id']}/teams"
    text = "joukkue\n" + "".join(f"Ryhmä {number}\n" for number in range(500))
    began = time.monotonic()
    made = admin.write(path, csv(text), wait=0)
    assert made.status_code == 201, made.text
    assert len(made.json()["teams"]) == 500
    assert time.monotonic() - began < 30
    codes = admin.get(f"/v1/hackathons/{event['id']}/codes").json()["teams"]
    assert len({one["code"] for one in codes}) == 500
    refused(admin.write(path, {"teams": [{"name": "Liikaa"}]}, wait=0), 403, "hackathon_full")


def test_keys_are_shown_once_and_new_ones_end_the_former(event, admin, base_url):
    path = f"/v1/hackathons/{event['id']}"
    body = {"teams": [{"name": name()}, {"name": name()}]}
    ids = [team["id"] for team in admin.write(f"{path}/teams", body, wait=0).json()["teams"]]
    first = admin.write(f"{path}/keys", {"teams": ids}, wait=0).json()["keys"]
    assert [key["team"] for key in first] == ids
    refused(admin.write(f"{path}/keys", {"teams": ids}, wait=0), 409, "teams_have_keys")
    asked = {"teams": ids[:1], "replace": True}
    (second,) = admin.write(f"{path}/keys", asked, wait=0).json()["keys"]
    with (
        Api(base_url, first[0]["secret_key"]) as old,
        Api(base_url, second["secret_key"]) as new,
        Api(base_url, first[1]["secret_key"]) as other,
    ):
        until(lambda: old.get("/v1/balance").status_code == 401, "the former key has ended")
        assert new.get("/v1/balance").status_code == 200
        assert other.get("/v1/balance").status_code == 200


def test_frozen_teams_read_and_cannot_write_by_any_way_until_they_may_again(
    hold, admin, take_part, code_of
):
    event = hold(quota={"funding": 10_000})
    joined, api = take_part(code_of(event), "Jäinen")
    until(lambda: balance(api) == 10_000, "the team has its money")
    devnet = api.write("/v1/devnets", {"name": "Oma"}, wait=0).json()["id"]
    pay = {"to": event_wallet(api), "amount": 1}
    path = f"/v1/hackathons/{event['id']}"
    frozen = admin.write(f"{path}/freeze", wait=0).json()
    assert frozen["state"] == "frozen"
    until(lambda: not api.write("/v1/transfers", pay, wait=0).is_success, "the freeze holds")
    said = refused(api.write("/v1/transfers", pay, wait=0), 409, "writes_frozen")
    assert said["detail"] == ("The organisers have paused writing for your team; reading goes on.")
    refused(api.post("/v1/api_keys", json={"scope": "write"}), 409, "writes_frozen")
    refused(api.write("/v1/devnets", {"name": "Toinen"}, wait=0), 409, "writes_frozen")
    call = {"jsonrpc": "2.0", "id": 1, "method": "evm_mine", "params": []}
    told = api.post(f"/rpc/devnets/{devnet}", json=call).json()["error"]["message"]
    assert "paused writing" in told
    send = {"method": "eth_sendTransaction", "params": [{"to": pay["to"], "value": "0x0"}]}
    told = api.post(f"/rpc/{joined['secret_key']}", json=call | send).json()["error"]["message"]
    assert "paused writing" in told
    assert balance(api) == 10_000
    events = [one["type"] for one in api.get("/v1/events?limit=100").json()["data"]]
    assert "hackathon.frozen" in events
    again = admin.write(f"{path}/unfreeze", wait=0).json()
    assert again["state"] == "open"
    until(lambda: api.write("/v1/transfers", pay).is_success, "the team writes again")


def test_team_takes_no_more_than_its_quota(hold, admin, take_part, code_of):
    quota = {"funding": 0, "faucet_daily": 1000, "requests_per_second": 3, "devnets": 1}
    event = hold(quota=quota)
    joined, api = take_part(code_of(event), "Ahne")
    _, mate = take_part(joined["code"])

    def patient(send):
        answer = send()
        while answer.status_code == 429:
            time.sleep(float(answer.headers["Retry-After"]) / 10)
            answer = send()
        return answer

    answer = patient(lambda: api.write("/v1/faucet", {"amount": 1001}, wait=0))
    refused(answer, 403, "quota_exceeded")
    assert patient(lambda: api.write("/v1/faucet", {"amount": 1000})).is_success
    assert patient(lambda: api.write("/v1/devnets", {"name": "1"}, wait=0)).is_success
    answer = patient(lambda: api.write("/v1/devnets", {"name": "2"}, wait=0))
    refused(answer, 403, "too_many_devnets")
    answers = [one.get("/v1/organizations/me") for _ in range(5) for one in (api, mate)]
    assert {429, 200} == {one.status_code for one in answers}
    assert next(a for a in answers if a.status_code == 429).headers["RateLimit-Limit"] == "3"
    body = {"quota": quota | {"requests_per_second": 1000}}
    admin.write(f"/v1/hackathons/{event['id']}", body, wait=0)

    def free():
        answers = [api.get("/v1/organizations/me") for _ in range(10)]
        return all(one.is_success for one in answers)

    until(free, "the new quota holds")


@pytest.fixture(scope="module")
def worked(hold, admin, take_part, code_of):
    """An event with two teams, one of which has done something of everything."""
    event = hold(quota={"funding": 20_000, "own_devnet": True})
    joined, api = take_part(code_of(event), "Ahkerat")
    _other, their = take_part(code_of(event), "Vieraat")
    until(lambda: balance(api) == balance(their) == 20_000, "the teams have their money")
    recording = api.write("/v1/recordings", {"name": "Pelkkä testi"}, wait=0).json()["id"]
    assert api.write("/v1/transfers", {"to": event_wallet(their), "amount": 5000}).is_success
    assert not api.write("/v1/transfers", {"to": event_wallet(their), "amount": 10**9}).is_success
    assert not api.write("/v1/transfers", {"to": "nobody", "amount": 1}).is_success
    sources = {"sources": {"Lippu.sol": SOURCE}}
    compiled = api.write("/v1/contracts/compile", sources, wait=0)
    body = {"compilation": compiled.json()["id"], "contract": "Lippu"}
    contract = api.write("/v1/contracts", body).json()
    api.write(f"/v1/recordings/{recording}/stop", wait=0)
    assert their.write("/v1/transfers", {"to": event_wallet(api), "amount": 1}).is_success
    admin.write(f"/v1/hackathons/{event['id']}/announcements", {"text": "Ruoka!"}, wait=0)
    return event, joined, api, their, contract


def test_board_and_report_count_what_teams_did_and_nothing_else(worked, admin, anonymous):
    event, joined, _api, _their, _ = worked
    path = f"/v1/hackathons/{event['id']}"
    report = admin.get(f"{path}/report", headers={"Accept-Language": "fi"}).json()
    board = anonymous.get(f"{path}/board").json()
    busy = next(one for one in report["teams"] if one["team"] == joined["team"]["id"])
    assert (busy["transactions"], busy["contracts"], busy["errors"]) == (2, 1, 2)
    totals = report["totals"]
    assert (totals["teams"], totals["members"], totals["transactions"]) == (2, 2, 3)
    assert {one["code"]: (one["count"], one["teams"]) for one in report["errors"]} == {
        "contract_reverted": (1, 1), "invalid_input": (1, 1),
    }  # fmt: skip
    first = report["time_to_first_success"]
    assert first["reached"] == 2
    assert 0 <= first["fastest_s"] <= first["median_s"] <= first["slowest_s"] < 60
    assert report["measured"][0].startswith("Tapahtumat:")
    assert board["totals"]["transactions"] == totals["transactions"]
    assert board["teams"][0]["name"] == "Ahkerat"
    assert [one["text"] for one in board["announcements"]] == ["Ruoka!"]
    refused(anonymous.get(f"/v1/hackathons/{'hck_' + 24 * '0'}/board"), 404, "not_found")


def test_export_holds_all_of_a_team_and_nothing_of_others(worked, admin):
    event, joined, api, their, contract = worked
    path = f"/v1/hackathons/{event['id']}/export"
    answer = admin.get(path, params={"team": joined["team"]["id"]})
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(archive.read("manifest.json"))
    (team,) = manifest["teams"]
    assert (team["contracts"], team["recordings"]) == (1, 1)
    files = {n.removeprefix(team["folder"] + "/"): n for n in archive.namelist()}
    (source,) = (archive.read(files[n]) for n in files if n.endswith("Lippu.sol"))
    assert source.decode() == SOURCE
    about = next(json.loads(archive.read(files[n])) for n in files if n.endswith("contract.json"))
    assert about["address"] == contract["address"]
    requests = json.loads(archive.read(files["requests.json"]))
    assert any(one["path"] == "/v1/contracts" and one["status"] < 300 for one in requests)
    sent = json.loads(archive.read(files["transactions.json"]))
    own = {one["id"] for one in api.get("/v1/transactions?limit=100").json()["data"]}
    assert {one["id"] for one in sent} == own
    theirs = {one["id"] for one in their.get("/v1/transactions?limit=100").json()["data"]}
    whole = b"".join(archive.read(one) for one in archive.namelist()).decode()
    assert theirs
    assert not any(one in whole for one in theirs)
    assert "sk_test_" not in whole
    both = zipfile.ZipFile(io.BytesIO(admin.get(path).content))
    assert len(json.loads(both.read("manifest.json"))["teams"]) == 2
    assert refused(admin.get(path, params={"team": "team_0"}), 404, "not_found")


def test_reset_sets_anew_what_can_be_and_keeps_keys(worked, admin):
    event, joined, api, their, contract = worked
    path, team = f"/v1/hackathons/{event['id']}", joined["team"]["id"]
    before = balance(their)
    answer = admin.write(f"{path}/reset", {"team": team})
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert done["teams"] == [team]
    assert (done["contracts_detached"], done["devnets_reset"]) == (1, 1)
    assert (done["given"], done["taken"]) == (4999, 0)
    assert balance(api) == 20_000
    assert balance(their) == before == 24_999
    refused(api.get(f"/v1/contracts/{contract['id']}"), 404, "not_found")
    assert api.get(f"/v1/devnets/{joined['team']['devnet']}").json()["epoch"] == 2
    line = next(o for o in admin.get(f"{path}/board").json()["teams"] if o["team"] == team)
    assert (line["transactions"], line["contracts"]) == (0, 0)
    assert line["errors"] <= 1  # the one since, if the log has it already
    done = admin.write(f"{path}/reset", {}).json()
    assert len(done["teams"]) == 2
    assert (done["given"], done["taken"]) == (0, 4999)
    assert balance(their) == 20_000
    archive = zipfile.ZipFile(io.BytesIO(admin.get(f"{path}/export?team={team}").content))
    assert any(one.endswith("Lippu.sol") for one in archive.namelist())
    refused(admin.write(f"{path}/reset", {"team": "team_0"}), 404, "not_found")
    answer = admin.post(f"{path}/reset", json={})
    refused(answer, 422, "idempotency_key_missing")


def test_announcement_reaches_teams_as_an_event(worked):
    api = worked[2]
    told = api.get("/v1/events?type=hackathon.announced").json()["data"]
    assert [one["data"]["text"] for one in told] == ["Ruoka!"]
