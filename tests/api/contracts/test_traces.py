"""What happened in a transaction: calls, events, changes, and where it failed."""

from __future__ import annotations

import itertools

import pytest
from eth_account import Account

from pocplatform.chain.interface import Interface
from pocplatform.kit.ids import new_id
from tests.api.contracts.steps import compilation_of, compiled, deployed, sent, source

NOBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
LINES = source("Depths").splitlines()


@pytest.fixture(scope="module")
def depths(developer):
    return compiled(developer.api, "Depths")


@pytest.fixture(scope="module")
def store(developer, depths):
    return deployed(developer.api, depths, "Store", {"room_": 1000})


@pytest.fixture(scope="module")
def weights(developer, depths):
    return deployed(developer.api, depths, "Weights")


@pytest.fixture(scope="module")
def office(developer, depths, store, weights):
    given = {"store_": store["address"]}
    return deployed(developer.api, depths, "Office", given, libraries={"Weights": weights["id"]})


def queued(api, *writes):
    """What becomes of writes that are sent at once, so that the later ones wait in the queue."""
    requests = [
        {"path": f"/v1/contracts/{contract['id']}/send/{function}", "body": {"arguments": given}}
        for contract, function, given in writes
    ]
    answer = api.write("/v1/batch", {"requests": requests})
    assert answer.status_code == 200, answer.text
    return [one["body"] for one in answer.json()["data"]]


def trace(api, transaction, status=200, **more):
    answer = api.get(f"/v1/transactions/{transaction}/trace", **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def traced(api, contract, function, arguments=None, **more):
    return trace(api, sent(api, contract, function, arguments, **more)["hash"])


def line_of(text):
    """The number of the one line with this text."""
    (number,) = [n for n, line in enumerate(LINES, 1) if text in line]
    return number


def slots(found, address):
    """The variables that were changed at an address: before and after by name."""
    (change,) = [one for one in found["storage_changes"] if one["address"] == address]
    assert all(slot["variables"] for slot in change["slots"]), change
    return {
        variable["name"]: (variable["before"], variable["after"])
        for slot in change["slots"]
        for variable in slot["variables"]
    }


def test_nested_calls_are_told_with_names_values_gas_and_events_in_their_place(
    developer, store, office
):
    transaction = sent(developer.api, office, "deep", {"place": 3, "amount": 40})
    found = trace(developer.api, transaction["id"])
    assert (found["object"], found["status"], found["replayed"]) == ("trace", "success", False)
    assert (found["transaction"], found["hash"]) == (transaction["id"], transaction["hash"])
    assert (found["block"], found["gas_used"]) == (transaction["block"], transaction["gas_used"])
    assert found["error"] is None
    assert found["failure"] is None
    assert found["notes"] == []
    deep = found["call"]
    (deeper,) = deep["calls"]
    (put,) = deeper["calls"]
    calls = [(c["type"], c["contract"], c["function"]) for c in (deep, deeper, put)]
    assert calls == [
        ("CALL", "Office", "deep(uint256,uint128)"),
        ("CALL", "Office", "deeper(uint256,uint128)"),
        ("CALL", "Store", "put(uint256,uint128,string)"),
    ]
    assert (deep["sender"], deep["to"]) == (developer.address, office["address"])
    assert put["sender"] == office["address"]
    assert put["arguments"] == {"place": "3", "amount": "40", "label": "deep"}
    assert put["results"] == {"result": "1"}
    assert deep["results"] == {}
    assert put["input"] is put["output"] is None
    assert deep["gas_used"] > deeper["gas_used"] > put["gas_used"] > 0
    placed = [(e["arguments"]["step"], e["position"]) for e in deep["events"]]
    assert placed == [("1", 0), ("3", 1)]
    told = [(e["contract"], e["signature"]) for e in found["events"]]
    asked = ("Office", "Asked(uint256)")
    assert told == [asked, asked, ("Store", "Stored(address,uint256)"), asked]
    assert found["events"][2]["arguments"] == {"by": office["address"], "amount": "40"}


def test_compilation_that_no_chain_would_take_does_not_stand_in_the_way(join):
    """What the caller has compiled lately is looked through for code that nobody has named."""
    developer = join("Laaja Oy")
    functions = "".join(f"function f{n}() external {{}} " for n in range(1001))
    huge = f"pragma solidity ^0.8.20; contract Huge {{ {functions}}}"
    compilation_of(developer.api, {"sources": {"Huge.sol": huge}, "settings": {"optimizer": False}})
    depths = compiled(developer.api, "Depths")
    store = deployed(developer.api, depths, "Store", {"room_": 1000})
    assert trace(developer.api, store["transaction"]["id"])["call"]["contract"] == "Store"


def test_changed_storage_is_told_by_the_names_of_variables(developer, depths):
    store = deployed(developer.api, depths, "Store", {"room_": 1000})
    label = "a label that does not fit into one word"
    found = traced(developer.api, store, "put", {"place": 2, "amount": 40, "label": label})
    changed = slots(found, store["address"])
    entry = f"entries[{developer.address}][2]"
    assert changed["count"] == (0, 1)
    assert changed[f"{entry}.amount"] == ("0", "40")
    assert changed[f"{entry}.open"] == (False, True)
    assert changed[f"{entry}.label"] == ("", "(39 bytes)")
    assert changed[f"{entry}.marks[0]"] == (0, 7)
    assert changed[f'named["{label}"]'] == ("0", "40")
    assert changed["history[0]"] == ("0", "40")
    assert changed["small[1]"] == (0, -3)
    assert changed["motto"] == ("", "(47 bytes)")
    text = changed["motto[0:32]"][1] + changed["motto[32:64]"][1][2:]
    assert bytes.fromhex(text[2:]).rstrip(b"\0").decode().startswith("a motto that is longer")
    assert "room" not in changed
    assert "keeper" not in changed


def test_call_through_a_proxy_is_told_by_the_implementation(developer, depths, store):
    given = {"implementation": store["address"]}
    front = deployed(developer.api, depths, "Front", given)
    found = traced(developer.api, front, "put", {"place": 1, "amount": 0, "label": "x"})
    outer, (inner,) = found["call"], found["call"]["calls"]
    assert (outer["contract"], outer["function"]) == ("Front", "put(uint256,uint128,string)")
    assert (inner["type"], inner["contract"]) == ("DELEGATECALL", "Store")
    assert outer["arguments"] == inner["arguments"]
    assert outer["results"] == {"result": "1"}
    assert found["events"][0]["address"] == front["address"]
    assert found["events"][0]["event"] == "Stored"
    assert slots(found, front["address"])["count"] == (0, 1)


def test_library_and_created_contract_are_named_though_nobody_told_their_address(
    developer, depths, store, weights
):
    given, libraries = {"store_": store["address"]}, {"Weights": weights["id"]}
    office = deployed(developer.api, depths, "Office", given, libraries=libraries)
    found = traced(developer.api, office, "weigh", {"list": [1, 2, 39]})
    (library,) = found["call"]["calls"]
    assert (library["type"], library["contract"]) == ("DELEGATECALL", "Weights")
    assert library["arguments"] == {"list": ["1", "2", "39"]}
    opened = traced(developer.api, office, "open", {"room": 7})
    (made,) = opened["call"]["calls"]
    assert (made["type"], made["contract"], made["function"]) == ("CREATE", "Store", "constructor")
    assert made["arguments"] == {"room_": "7"}
    assert made["input"] is None
    assert slots(opened, made["to"])["room"] == ("0", "7")
    assert opened["call"]["results"] == {"made": made["to"]}


def test_deployment_is_traced_with_the_arguments_of_its_constructor(developer, store):
    found = trace(developer.api, store["transaction"]["id"])
    call = found["call"]
    assert (call["type"], call["contract"], call["to"]) == ("CREATE", "Store", store["address"])
    assert (call["function"], call["arguments"]) == ("constructor", {"room_": "1000"})
    assert slots(found, store["address"])["keeper"][1] == developer.address


@pytest.fixture
def mined(anonymous, admin):
    """Sends a transaction of somebody's own, whatever becomes of it; its trace for the organisers.

    The wallet's owner gives it gas, so nothing is tried beforehand.
    """
    wallet = Account.create()
    nonces = itertools.count()

    def send_raw(to, data, gas=1_000_000):
        signed = wallet.sign_transaction(
            {
                "chainId": 31337, "nonce": next(nonces), "to": to, "data": data, "value": 0,
                "gas": gas, "gasPrice": 0,
            }
        )  # fmt: skip
        raw = "0x" + signed.raw_transaction.hex()
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw]}
        hash_ = anonymous.post("/rpc", json=body).json()["result"]
        return trace(admin, hash_)

    return send_raw


def calldata(contract, function, *values):
    return Interface(contract["abi"]).function(function, list(values)).encode(list(values))


def test_mined_revert_deep_inside_is_told_with_its_error_and_line(mined, office):
    found = mined(office["address"], calldata(office, "deep", 1, 5000))
    assert (found["status"], found["replayed"]) == ("failed", False)
    assert found["storage_changes"] == found["balance_changes"] == found["events"] == []
    assert found["error"]["name"] == "StoreFull"
    assert found["failure"]["contract"] == "Store"
    assert found["failure"]["source"]["line"] == line_of("revert StoreFull(amount, room)")


def test_panic_library_error_and_failing_constructor_are_told_with_their_lines(
    mined, office, depths
):
    found = mined(office["address"], calldata(office, "weigh", [1, 0]))
    assert (found["error"]["name"], found["error"]["args"]) == ("WeightsNothing", {"place": "1"})
    assert found["failure"]["contract"] == "Weights"
    assert found["failure"]["source"]["line"] == line_of("revert WeightsNothing(i)")
    found = mined(office["address"], calldata(office, "open", 0))
    assert found["error"]["args"] == {"wanted": "1", "room": "0"}
    assert found["failure"]["function"] == "constructor"
    assert found["failure"]["source"]["line"] == line_of("revert StoreFull(1, room_)")
    (code,) = [c["bytecode"] for c in depths["contracts"] if c["name"] == "Store"]
    found = mined("", bytes.fromhex(code[2:]) + bytes(32))
    assert (found["call"]["type"], found["failure"]["contract"]) == ("CREATE", "Store")
    assert found["failure"]["source"]["line"] == line_of("revert StoreFull(1, room_)")


def test_running_out_of_gas_is_told_with_the_line(mined, store):
    found = mined(store["address"], calldata(store, "burn"), gas=200_000)
    assert found["error"]["name"] == "out of gas"
    assert found["failure"]["source"]["line"] == line_of("while (true) count++")
    assert found["gas_used"] == 200_000


def test_call_that_nothing_answers_is_shown_as_it_is(mined, store):
    found = mined(store["address"], bytes.fromhex("12345678"))
    assert found["status"] == "failed"
    assert found["call"]["function"] is None
    assert found["call"]["input"] == "0x12345678"


def test_refused_write_is_run_again_and_tells_the_line(developer, office):
    _, refused = queued(
        developer.api,
        (office, "attempt", [1, 1]),
        (office, "deep", {"place": 1, "amount": 5000}),
    )
    found = trace(developer.api, refused["transaction"])
    assert (found["status"], found["replayed"], found["hash"]) == ("failed", True, None)
    assert found["error"]["name"] == "StoreFull"
    assert found["error"]["args"] == {"wanted": "5000", "room": "1000"}
    assert found["error"]["explanation"] == "There is no room for so many."
    failure = found["failure"]
    assert (failure["contract"], failure["function"]) == ("Store", "put(uint256,uint128,string)")
    place = failure["source"]
    assert place["file"] == "Depths.sol"
    assert place["line"] == line_of("revert StoreFull(amount, room)")
    assert place["code"].startswith("StoreFull(amount, room)")
    deeper = found["call"]["calls"][0]
    assert deeper["source"]["line"] == line_of('store.put(place, amount, "deep")')
    assert found["call"]["source"]["line"] == line_of("this.deeper(place, amount)")
    assert all(call["error"]["name"] == "StoreFull" for call in (found["call"], deeper))


def test_write_that_was_refused_for_what_was_sent_with_it_is_run_behind_that(developer, depths):
    coins = deployed(developer.api, depths, "Coins")
    spent, refused = queued(
        developer.api, (coins, "transfer", [NOBODY, 1000]), (coins, "transfer", [NOBODY, 1])
    )
    assert spent["status"] == "confirmed"
    found = trace(developer.api, refused["transaction"])
    assert (found["status"], found["replayed"]) == ("failed", True)
    assert found["error"]["name"] == "ERC20InsufficientBalance"
    assert found["failure"]["source"]["file"].endswith("ERC20.sol")
    sent(developer.api, coins, "approve", [NOBODY, 1])  # later blocks are no matter
    assert trace(developer.api, refused["transaction"])["block"] == found["block"]


def test_failure_that_was_caught_is_told_within_a_success(developer, office):
    found = traced(developer.api, office, "attempt", {"number": 8, "by": 0})
    assert found["status"] == "success"
    assert found["error"] is None
    (half,) = found["call"]["calls"]
    assert half["error"]["name"] == "Panic"
    assert half["source"]["line"] == line_of("return number / by + room")
    (refused,) = traced(developer.api, office, "attempt", {"number": 13, "by": 1})["call"]["calls"]
    assert refused["error"]["args"] == {"message": "not thirteen"}
    assert refused["source"]["line"] == line_of("not thirteen")


def test_transfers_of_ether_and_tokens_of_every_kind_are_told(developer, join, platform, depths):
    rich = join("Vaihto Oy")
    platform.gateway.client.request("anvil_setBalance", rich.address, hex(10**18))
    made = compiled(rich.api, "Depths")
    coins, cards, parts = (deployed(rich.api, made, name) for name in ("Coins", "Cards", "Parts"))

    def changes(contract, function, arguments):
        told = traced(rich.api, contract, function, arguments)["balance_changes"]
        return {(one["account"], one["token_id"], one["change"]): one for one in told}

    found = changes(coins, "transfer", [NOBODY, 40])
    assert set(found) == {(rich.address, None, "-40"), (NOBODY, None, "40")}
    one = found[NOBODY, None, "40"]
    assert (one["asset"], one["token"]) == ("erc20", coins["address"])
    assert (one["symbol"], one["decimals"]) == ("COI", 18)
    found = changes(cards, "give", [NOBODY, 5])
    assert set(found) == {(rich.address, "5", "-1"), (NOBODY, "5", "1")}
    assert found[NOBODY, "5", "1"]["asset"] == "erc721"
    found = changes(parts, "make", [1, 10])
    assert set(found) == {(rich.address, "1", "10")}  # of what is made, nobody has less
    found = changes(parts, "give", [NOBODY, [1, 2], [10, 20]])
    assert set(found) == {
        (rich.address, "1", "-10"), (NOBODY, "1", "10"),
        (rich.address, "2", "-20"), (NOBODY, "2", "20"),
    }  # fmt: skip
    paid = deployed(rich.api, made, "Store", {"room_": 5})
    found = traced(rich.api, paid, "put", [1, 1, ""], value="700")["balance_changes"]
    assert {(c["account"], c["asset"], c["change"]) for c in found} == {
        (rich.address, "ether", "-700"), (paid["address"], "ether", "700"),
    }  # fmt: skip


def test_transaction_of_the_platforms_contracts_is_told_by_their_names(join):
    payer, payee = join("Maksaja Oy", fund=500), join("Saaja Oy")
    paid = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 100})
    found = trace(payer.api, paid.json()["transaction"]["id"])
    assert (found["call"]["contract"], found["call"]["function"]) == (
        "PilotEuro", "transfer(address,uint256)",
    )  # fmt: skip
    got = {one["account"]: one for one in found["balance_changes"]}
    assert got[payee.address]["change"] == "1000000"
    assert got[payee.address]["symbol"] == "tEUR"
    names = [
        v["name"] for c in found["storage_changes"] for s in c["slots"] for v in s["variables"]
    ]
    assert f"_balances[{payee.address}]" in names


def test_source_lines_and_variables_of_another_tenant_are_not_told(join, store):
    stranger = join("Utelias Oy")
    attached = stranger.api.write("/v1/contracts/attach", {"address": store["address"]}).json()
    found = traced(stranger.api, attached, "put", {"place": 1, "amount": 1, "label": "a"})
    assert found["call"]["contract"] == "Store"
    assert found["call"]["function"] == "put(uint256,uint128,string)"
    assert not any(s["variables"] for c in found["storage_changes"] for s in c["slots"])


def test_what_cannot_be_traced_says_why(developer, join, office):
    unknown = new_id("tx")
    assert trace(developer.api, unknown, 404)["code"] == "not_found"
    assert trace(developer.api, "0x" + "ab" * 32, 404)["code"] == "not_found"
    mine = sent(developer.api, office, "attempt", [1, 1])
    for name in (mine["id"], mine["hash"]):
        assert trace(join("Vieras Oy").api, name, 404)["code"] == "not_found"
    late = developer.api.write(
        f"/v1/contracts/{office['id']}/send/attempt",
        {"arguments": [1, 1]},
        wait=0,
        Simulate="pending",
    ).json()
    refused = trace(developer.api, late["id"], 409)
    assert refused["code"] == "not_traceable"
    assert "queued" in refused["detail"]
