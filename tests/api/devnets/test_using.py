"""Devnets as their developers use them: by web3.py and by REST."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from tests.api.devnets.conftest import COUNTER

WHALE = "0x00000000000000000000000000000000DeaDBeef"


def test_devnet_starts_by_being_used_on_a_chain_of_its_own(devnet, anonymous):
    shared = anonymous.get("/v1/chain").json()
    found = devnet.read()
    assert devnet.w3.eth.chain_id == found["chain_id"] != shared["chain_id"]
    assert devnet.read()["status"] == "running"
    assert len(devnet.w3.eth.accounts) == found["accounts"] == 10
    assert devnet.w3.eth.get_balance(devnet.w3.eth.accounts[0]) > 0


def test_each_devnet_has_another_chain_id(make):
    assert make().read()["chain_id"] != make().read()["chain_id"]


def test_contract_is_deployed_and_called_without_paying_for_gas(devnet):
    sender = devnet.w3.eth.accounts[2]
    before = devnet.w3.eth.get_balance(sender)
    receipt = devnet.w3.eth.wait_for_transaction_receipt(
        devnet.w3.eth.send_transaction({"from": sender, "data": COUNTER})
    )
    contract = receipt["contractAddress"]
    devnet.add(contract, 40)
    devnet.add(contract, 2)
    assert devnet.sum(contract) == 42
    assert devnet.w3.eth.get_balance(sender) == before


def test_accounts_and_balances_are_as_asked_for(make):
    devnet = make(accounts=1, balances={WHALE: "7"})
    assert len(devnet.w3.eth.accounts) == 1
    assert devnet.w3.eth.get_balance(WHALE) == 7
    assert devnet.read()["balances"] == {WHALE: "7"}


def test_snapshot_is_restored_any_number_of_times_each_in_a_new_epoch(devnet):
    contract = devnet.deploy(COUNTER)
    devnet.add(contract, 1)
    head, epoch = devnet.w3.eth.get_block("latest"), devnet.read()["epoch"]
    snapshot = devnet.do("snapshots", {"name": str(uuid4())})
    assert (snapshot["block"], snapshot["timestamp"]) == (head["number"], head["timestamp"])
    for again in (1, 2):
        devnet.add(contract, 10)
        assert devnet.sum(contract) == 11
        restored = devnet.do(f"snapshots/{snapshot['id']}/restore")
        assert restored["epoch"] == epoch + again
        assert devnet.sum(contract) == 1
        assert devnet.w3.eth.get_block("latest")["hash"] == head["hash"]
    answer = devnet.api.post(
        devnet.rpc_path, json={"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    )
    assert answer.headers["Pocplatform-Chain-Epoch"] == str(epoch + 2)


def test_new_epoch_is_told_as_an_event(devnet):
    epoch = devnet.do("reset")["epoch"]
    found = devnet.api.get("/v1/events", params={"type": "devnet.*"}).json()["data"]
    told = [e["data"] for e in found if e["data"]["devnet"] == devnet.id]
    assert {"devnet": devnet.id, "epoch": epoch, "reason": "reset", "block": None} in told


def test_reset_leaves_an_empty_chain_and_the_snapshots(devnet):
    devnet.pay()
    snapshot = devnet.do("snapshots", {"name": str(uuid4())})
    assert devnet.w3.eth.block_number > 0
    devnet.do("reset")
    assert devnet.w3.eth.block_number == 0
    devnet.do(f"snapshots/{snapshot['id']}/restore")
    assert devnet.w3.eth.block_number == snapshot["block"]


def test_snapshot_that_the_devnet_goes_on_from_can_be_deleted(devnet):
    contract = devnet.deploy(COUNTER)
    devnet.add(contract, 5)
    snapshot = devnet.do("snapshots", {"name": str(uuid4())})
    devnet.do(f"snapshots/{snapshot['id']}/restore")
    gone = devnet.api.delete(f"{devnet.path}/snapshots/{snapshot['id']}")
    assert gone.json() == {"object": "devnet_snapshot", "id": snapshot["id"], "deleted": True}
    assert devnet.sum(contract) == 5
    assert devnet.api.get(f"{devnet.path}/snapshots/{snapshot['id']}").status_code == 404


def test_time_goes_on_from_where_it_was_taken(devnet):
    devnet.do("mine", {"blocks": 1})
    before = devnet.w3.eth.get_block("latest")["timestamp"]
    head = devnet.do("time", {"advance_s": 1_000_000})
    assert head["timestamp"] >= before + 1_000_000
    assert devnet.w3.eth.get_block("latest")["hash"].to_0x_hex() == head["hash"]
    later = devnet.do("time", {"timestamp": head["timestamp"] + 77})
    assert later["timestamp"] == head["timestamp"] + 77
    devnet.pay()
    passed = devnet.w3.eth.get_block("latest")["timestamp"] - later["timestamp"]
    assert 0 <= passed < 60


def test_time_without_a_block_is_that_of_the_next_one(devnet):
    before = devnet.do("mine")
    unchanged = devnet.do("time", {"advance_s": 5000, "mine": False})
    assert unchanged["block"] == before["block"]
    assert devnet.do("mine")["timestamp"] >= before["timestamp"] + 5000


def test_blocks_are_mined_so_many_seconds_apart(devnet):
    first = devnet.do("mine")
    last = devnet.do("mine", {"blocks": 10, "interval_s": 60})
    assert last["block"] == first["block"] + 10
    assert last["timestamp"] >= first["timestamp"] + 9 * 60


def test_request_that_comes_again_takes_time_only_once(devnet):
    key = {"Idempotency-Key": str(uuid4())}
    path, body = f"{devnet.path}/time", {"advance_s": 3600}
    first = devnet.api.post(path, json=body, headers=key)
    again = devnet.api.post(path, json=body, headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert devnet.w3.eth.block_number == first.json()["block"]


def test_impersonated_account_acts_without_its_key_until_told_otherwise(devnet):
    w3, to = devnet.w3, devnet.w3.eth.accounts[0]
    given = devnet.do("balance", {"address": WHALE, "wei": "1000"})
    assert (given["wei"], given["impersonated"]) == ("1000", False)
    assert "error" in devnet.ask("eth_sendTransaction", {"from": WHALE, "to": to, "value": "0x1"})
    assert devnet.do("impersonate", {"address": WHALE})["impersonated"]
    w3.eth.send_transaction({"from": WHALE, "to": to, "value": 400})
    assert w3.eth.get_balance(WHALE) == 600
    assert not devnet.do("impersonate", {"address": WHALE, "enabled": False})["impersonated"]
    assert "error" in devnet.ask("eth_sendTransaction", {"from": WHALE, "to": to, "value": "0x1"})


def test_what_belongs_to_a_devnet_is_kept_while_it_is_stopped(devnet):
    w3 = devnet.w3
    contract = devnet.deploy(COUNTER)
    devnet.add(contract, 9)
    paid = devnet.pay(123)
    devnet.do("impersonate", {"address": WHALE})
    devnet.do("time", {"advance_s": 40_000_000})
    devnet.ask("evm_setAutomine", False)
    receipt, head = w3.eth.get_transaction_receipt(paid), w3.eth.get_block("latest")
    epoch = devnet.read()["epoch"]
    assert devnet.do("stop")["status"] == "stopped"

    assert devnet.sum(contract) == 9
    assert devnet.read()["epoch"] == epoch
    assert w3.eth.get_block("latest") == head
    assert w3.eth.get_transaction_receipt(paid) == receipt
    assert w3.eth.get_transaction(paid)["value"] == 123
    pending = w3.eth.send_transaction({"from": WHALE, "to": contract, "data": "0x" + "0" * 64})
    assert w3.eth.get_transaction(pending)["blockNumber"] is None
    devnet.ask("evm_setAutomine", True)
    mined = devnet.do("mine")
    assert w3.eth.get_transaction_receipt(pending)["blockNumber"] <= mined["block"]
    assert 0 < mined["timestamp"] - head["timestamp"] < 120


def test_devnet_begins_with_the_platforms_contracts_at_their_usual_addresses(make, anonymous):
    devnet = make(contracts=True)
    contracts = anonymous.get("/v1/chain").json()["contracts"]
    assert len(contracts) > 10
    for one in contracts:
        assert len(devnet.w3.eth.get_code(one["address"])) > 0, one
    assert devnet.read()["saved"]["block"] > 0


def test_name_and_notes_are_changed(devnet):
    changed = devnet.api.post(devnet.path, json={"name": "Toinen", "metadata": {"a": "b"}}).json()
    assert (changed["name"], changed["metadata"]) == ("Toinen", {"a": "b"})
    assert devnet.api.post(devnet.path, json={"name": "Kolmas"}).json()["metadata"] == {"a": "b"}


def test_deleted_devnet_is_gone_with_its_node_and_its_files(make, platform):
    devnet = make()
    devnet.pay()
    devnet.do("snapshots", {"name": "one"})
    folder = platform.settings.data_dir / "devnets" / devnet.id
    assert folder.is_dir()
    assert devnet.api.delete(devnet.path).json()["deleted"]
    assert platform.gateway.devnets.pid(devnet.id) is None
    assert not folder.exists()
    assert devnet.api.get(devnet.path).status_code == 404
    assert devnet.api.post(devnet.rpc_path, json={"method": "eth_chainId"}).status_code == 404
    listed = devnet.api.get("/v1/devnets", params={"limit": 100}).json()["data"]
    assert devnet.id not in {one["id"] for one in listed}


BAD = [
    ("time", {}, "body"),
    ("time", {"advance_s": 1, "timestamp": 2_000_000_000}, "body"),
    ("time", {"advance_s": 0}, "advance_s"),
    ("time", {"advance_s": -1}, "advance_s"),
    ("time", {"advance_s": 10**18}, "advance_s"),
    ("time", {"advance_s": "1"}, "advance_s"),
    ("time", {"timestamp": 1}, "timestamp"),
    ("time", {"timestamp": 10**15}, "timestamp"),
    ("mine", {"blocks": 0}, "blocks"),
    ("mine", {"blocks": 1001}, "blocks"),
    ("mine", {"blocks": 1.5}, "blocks"),
    ("mine", {"interval_s": 0}, "interval_s"),
    ("impersonate", {}, "address"),
    ("impersonate", {"address": "0x1"}, "address"),
    ("impersonate", {"address": WHALE.swapcase()}, "address"),
    ("impersonate", {"address": WHALE, "enabled": "yes"}, "enabled"),
    ("balance", {"address": WHALE}, "wei"),
    ("balance", {"address": WHALE, "wei": 5}, "wei"),
    ("balance", {"address": WHALE, "wei": "-5"}, "wei"),
    ("balance", {"address": "nobody", "wei": "5"}, "address"),
    ("snapshots", {}, "name"),
    ("snapshots", {"name": ""}, "name"),
    ("snapshots", {"name": "n" * 101}, "name"),
]


@pytest.mark.parametrize(("what", "body", "param"), BAD, ids=lambda one: str(one)[:60])
def test_bad_input_is_refused_by_name_and_changes_nothing(devnet, what, body, param):
    before = devnet.w3.eth.get_block("latest")
    status, code, found = devnet.refused(what, body)
    assert (status, code) == (422, "invalid_input")
    assert found in (param, None, "")
    assert devnet.w3.eth.get_block("latest") == before


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "x", "accounts": 51}, {"name": "x", "accounts": -1},
        {"name": "x", "balances": {"0x1": "1"}}, {"name": "x", "balances": {WHALE: "1e18"}},
        {"name": "x", "contracts": "yes"}, {"name": "x", "chain_id": 1},
    ],
    ids=str,
)  # fmt: skip
def test_devnet_that_cannot_be_is_refused(developer, body):
    answer = developer.api.write("/v1/devnets", body, wait=0)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_name_of_a_snapshot_is_taken_once(devnet):
    name = str(uuid4())
    devnet.do("snapshots", {"name": name})
    assert devnet.refused("snapshots", {"name": name}) == (409, "snapshot_name_taken", "name")


def test_another_tenant_finds_neither_devnet_nor_its_node(devnet, join):
    stranger = join("Vieras Oy").api
    assert stranger.get(devnet.path).status_code == 404
    for what in ("start", "stop", "reset", "time", "mine"):
        body = {"advance_s": 1} if what == "time" else {}
        assert stranger.write(f"{devnet.path}/{what}", body, wait=0).status_code == 404
    answer = stranger.post(devnet.rpc_path, json={"method": "eth_chainId"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_answer_is_there_within_a_second_or_two_of_the_first_use(make):
    devnet, began = make(), time.monotonic()
    assert devnet.w3.eth.block_number == 0
    assert time.monotonic() - began < 10
