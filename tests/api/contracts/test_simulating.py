"""What a call would do, from any account and on a state that is made up; nothing is sent."""

from __future__ import annotations

import pytest

from pocplatform.kit.ids import new_id
from tests.api.contracts.steps import compiled, deployed, results, source

NOBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
LINES = source("Depths").splitlines()


@pytest.fixture(scope="module")
def depths(developer):
    return compiled(developer.api, "Depths")


@pytest.fixture(scope="module")
def store(developer, depths):
    return deployed(developer.api, depths, "Store", {"room_": 1000})


@pytest.fixture(scope="module")
def coins(developer, depths):
    return deployed(developer.api, depths, "Coins")


def simulate(api, contract, function, arguments=None, status=200, **more):
    path = f"/v1/contracts/{contract['id']}/simulate/{function}"
    answer = api.post(path, json={"arguments": arguments or {}} | more)
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(api, contract, function, arguments=None, **more):
    found = simulate(api, contract, function, arguments, status=422, **more)
    return found["code"], found.get("param")


def test_results_events_gas_and_changes_are_told_and_nothing_is_changed(developer, store):
    before = results(developer.api, store, "count")
    rows = developer.api.get("/v1/transactions").json()["data"]
    found = simulate(developer.api, store, "put", {"place": 1, "amount": 9, "label": "x"})
    assert (found["object"], found["status"]) == ("simulation", "success")
    assert found["function"] == "put(uint256,uint128,string)"
    assert found["results"] == {"result": str(int(before["result"]) + 1)}
    (event,) = found["events"]
    assert event["arguments"] == {"by": developer.address, "amount": "9"}
    names = {
        v["name"] for c in found["storage_changes"] for s in c["slots"] for v in s["variables"]
    }
    assert f"entries[{developer.address}][1].amount" in names
    assert 21_000 < found["gas_used"] < 1_000_000
    assert results(developer.api, store, "count") == before
    assert developer.api.get("/v1/transactions").json()["data"] == rows


def test_failure_is_an_answer_with_the_error_and_the_line(developer, store):
    found = simulate(developer.api, store, "put", {"place": 1, "amount": 1001, "label": ""})
    assert (found["status"], found["results"]) == ("failed", None)
    assert found["error"]["name"] == "StoreFull"
    line = LINES[found["failure"]["source"]["line"] - 1]
    assert "revert StoreFull(amount, room)" in line
    finnish = developer.api.post(
        f"/v1/contracts/{store['id']}/simulate/half",
        json={"arguments": [1, 0]},
        headers={"Accept-Language": "fi"},
    ).json()
    assert finnish["error"]["name"] == "Panic"
    assert finnish["error"]["explanation"] != found["error"]["explanation"]


def test_any_account_can_be_the_sender(developer, store, coins, join):
    other = join("Toinen Oy")
    for who, address in ((NOBODY, NOBODY), (other.id, other.address), (other.did, other.address),
                         (coins["id"], coins["address"])):  # fmt: skip
        found = simulate(developer.api, store, "put", [1, 1, ""], sender=who)
        assert found["call"]["sender"] == address


def test_state_to_begin_with_can_be_made_up(developer, depths, store):
    layout = {"0": NOBODY}  # keeper, count and closed share the first slot
    keeper = "0x" + NOBODY[2:].rjust(64, "0")
    found = simulate(
        developer.api, store, "keeper",
        overrides={"accounts": {store["address"]: {"storage": {"0": keeper}}}},
    )  # fmt: skip
    assert found["results"] == {"result": layout["0"]}
    (coins,) = [c for c in depths["contracts"] if c["name"] == "Coins"]
    made = simulate(developer.api, store, "put", [1, 1, ""], value="5", sender=NOBODY,
                    overrides={"accounts": {NOBODY: {"balance": "7", "nonce": 3}}})  # fmt: skip
    ether = {one["account"]: one["change"] for one in made["balance_changes"]}
    assert ether == {NOBODY: "-5", store["address"]: "5"}
    empty = simulate(developer.api, store, "keeper",
                     overrides={"accounts": {store["id"]: {"code": "0x60005ffd"}}})  # fmt: skip
    assert empty["status"] == "failed"
    assert coins["deployable"]


def test_code_that_is_made_up_is_not_told_by_the_lines_of_the_code_it_replaces(
    developer, depths, store
):
    def failure_with(code):
        overrides = {"accounts": {store["address"]: {"code": code}}}
        return simulate(developer.api, store, "put", [1, 1001, ""], overrides=overrides)["failure"]

    found = failure_with("0x5f5ffd")
    assert (found["contract"], found["source"]) == (store["name"], None)
    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_getCode"}
    same = developer.api.post("/rpc", json=asked | {"params": [store["address"], "latest"]})
    place = failure_with(same.json()["result"])["source"]
    assert "revert StoreFull(amount, room)" in LINES[place["line"] - 1]


def test_time_and_number_of_the_block_can_be_made_up(developer):
    text = (
        "contract Clock { function now_() external view returns (uint, uint) "
        "{ return (block.timestamp, block.number); } }"
    )
    body = {"sources": {"Clock.sol": f"pragma solidity ^0.8.20; {text}"}}
    made = developer.api.write("/v1/contracts/compile", body).json()
    clock = deployed(developer.api, made, "Clock")
    overrides = {"time": "2040-01-01T00:00:00Z", "block": 77}
    found = simulate(developer.api, clock, "now_", overrides=overrides)
    assert list(found["results"].values()) == ["2208988800", "77"]


def test_balances_of_tokens_are_made_up_by_name(developer, coins, join):
    payer = join("Köyhä Oy")
    given = [{"token": coins["id"], "owner": NOBODY, "amount": "5000"}]
    found = simulate(developer.api, coins, "transfer", [payer.address, 4000], sender=NOBODY,
                     overrides={"tokens": given})  # fmt: skip
    changes = {one["account"]: one["change"] for one in found["balance_changes"]}
    assert changes == {NOBODY: "-4000", payer.address: "4000"}
    platform_token = developer.api.get("/v1/chain").json()["contracts"]
    (euro,) = [c["address"] for c in platform_token if c["name"] == "PilotEuro"]
    attached = payer.api.write("/v1/contracts/attach", {"address": euro}).json()
    given = [{"token": "tEUR", "owner": payer.id, "amount": "9000000"}]
    found = simulate(payer.api, attached, "transfer", [NOBODY, "9000000"],
                     overrides={"tokens": given})  # fmt: skip
    assert found["status"] == "success", found["error"]
    poor = simulate(payer.api, attached, "transfer", [NOBODY, "9000000"])
    assert poor["error"]["name"] == "ERC20InsufficientBalance"


def test_any_data_can_be_sent_to_any_address_or_create_a_contract(developer, depths, store):
    answer = developer.api.post("/v1/simulate", json={"to": store["id"], "data": "0x8f2e8d5e"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "failed"
    plain = developer.api.post("/v1/simulate", json={"to": NOBODY}).json()
    assert (plain["status"], plain["call"]["contract"]) == ("success", None)
    (code,) = [c["bytecode"] for c in depths["contracts"] if c["name"] == "Store"]
    body = {"data": code + "00" * 31 + "05"}
    created = developer.api.post("/v1/simulate", json=body).json()
    assert created["call"]["contract"] == "Store"
    assert created["call"]["arguments"] == {"room_": "5"}
    assert created["status"] == "success"


def test_wrong_requests_are_refused_by_their_place(developer, store, coins):
    api = developer.api
    put = ("put", [1, 1, ""])

    def over(**accounts):
        return {"accounts": {NOBODY: accounts}}

    for overrides in (
        over(balance="-1"), over(balance=5), over(balance="0x1"), over(balance="lots"),
        over(nonce=-1), over(nonce="x"), over(code="60"), over(code="0x0"),
        over(storage={"x": "0"}), over(storage={"0": "0x" + "1" * 65}), over(storage=[]),
        over(colour="red"), {"accounts": []}, {"time": "yesterday"}, {"block": -1},
        {"tokens": [{"token": "tEUR", "owner": NOBODY, "amount": "-1"}]},
        {"tokens": [{"token": "tEUR", "owner": NOBODY}]}, {"colour": "red"}, [],
    ):  # fmt: skip
        code, param = refused(api, store, *put, overrides=overrides)
        assert (code, param.partition(".")[0]) == ("invalid_input", "overrides"), overrides
    too_big = over(storage={"0": str(2**256)})
    assert refused(api, store, *put, overrides=too_big)[0] == "override_invalid"
    wrong = {"accounts": {"0x12": {}}}
    assert refused(api, store, *put, overrides=wrong) == (
        "override_invalid", "overrides.accounts.0x12",
    )  # fmt: skip
    twice = {"accounts": {store["id"]: {}, store["address"]: {}}}
    assert refused(api, store, *put, overrides=twice)[0] == "override_invalid"
    no_token = {"tokens": [{"token": store["id"], "owner": NOBODY, "amount": "1"}]}
    assert refused(api, store, *put, overrides=no_token) == (
        "override_invalid", "overrides.tokens[0].token",
    )  # fmt: skip
    assert refused(api, store, *put, sender="somebody") == ("invalid_input", "sender")
    assert refused(api, store, *put, value="5") == ("override_invalid", "value")  # no ether
    assert refused(api, coins, "transfer", [NOBODY, 1], value="1") == ("not_payable", "value")
    assert refused(api, store, "put", [1]) == ("argument_invalid", "arguments")
    assert simulate(api, store, "puts", status=404)["code"] == "function_unknown"
    unknown = {"id": new_id("ctr")}
    assert simulate(api, unknown, "put", status=404)["code"] == "not_found"
    for body in ({"to": "0x12"}, {"data": "0x1"}, {"to": NOBODY, "value": -1}, {"from": NOBODY}):
        answer = api.post("/v1/simulate", json=body)
        assert answer.status_code == 422, answer.text


def test_contract_of_another_and_overload_are_refused(developer, join, store, zoo):
    stranger = join("Vieras Oy")
    assert simulate(stranger.api, store, "put", status=404)["code"] == "not_found"
    found = simulate(developer.api, zoo, "pick", [5], status=422)
    assert found["code"] == "function_ambiguous"
    assert len(found["signatures"]) == 3
    assert simulate(developer.api, zoo, "pick(uint256)", [5])["results"] == {"result": "number"}
