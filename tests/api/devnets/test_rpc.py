"""The JSON-RPC of devnets."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module

import pytest

from tests.api.devnets.conftest import ENDLESS, eventually


def post(devnet, content, **how):
    answer = devnet.api.post(devnet.rpc_path, json=content, **how)
    assert answer.status_code == 200, answer.text
    return answer.json()


def error_of(devnet, method, *params):
    answer = devnet.ask(method, *params)
    assert "error" in answer, answer
    return answer["error"]["code"], answer["error"]["message"]


def test_key_stands_in_the_address_where_a_client_sends_no_headers(devnet, anonymous):
    key = devnet.api.headers["Authorization"].partition(" ")[2]
    call = {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId", "params": []}
    answer = anonymous.post(f"/rpc/{key}/devnets/{devnet.id}", json=call)
    assert int(answer.json()["result"], 16) == devnet.read()["chain_id"]
    assert answer.json()["id"] == "a"


def test_nobody_asks_without_a_key(devnet, anonymous):
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    for path in (devnet.rpc_path, f"/rpc/sk_test_wrong/devnets/{devnet.id}"):
        answer = anonymous.post(path, json=call)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_key_that_may_only_read_changes_nothing(devnet, base_url, anonymous):
    made = devnet.api.post("/v1/api_keys", json={"scope": "read"}).json()
    path = f"/rpc/{made['secret_key']}/devnets/{devnet.id}"
    sender = devnet.w3.eth.accounts[0]
    before = devnet.w3.eth.block_number
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"},
        {"jsonrpc": "2.0", "id": 2, "method": "evm_mine"},
        {"jsonrpc": "2.0", "id": 3, "method": "eth_sendTransaction", "params": [{"from": sender}]},
    ]
    read, *refused = anonymous.post(path, json=calls).json()
    assert int(read["result"], 16) == before
    assert all("scope write" in one["error"]["message"] for one in refused)
    assert devnet.w3.eth.block_number == before


def test_calls_of_a_batch_are_done_in_their_order(devnet):
    before = devnet.w3.eth.block_number
    methods = ["eth_blockNumber", "evm_mine"] * 20
    calls = [{"jsonrpc": "2.0", "id": n, "method": name} for n, name in enumerate(methods)]
    answers = post(devnet, calls)
    assert [one["id"] for one in answers] == list(range(40))
    assert [int(one["result"], 16) for one in answers[::2]] == list(range(before, before + 20))


def test_answers_of_a_batch_are_together_no_larger_than_one_may_be(devnet, monkeypatch):
    endpoints = import_module("pocplatform.domains.devnets.endpoints.calls")
    monkeypatch.setattr(endpoints, "MAX_ANSWER", 100)
    before = devnet.w3.eth.block_number
    methods = ["anvil_nodeInfo", "evm_mine", "evm_mine"]
    calls = [{"jsonrpc": "2.0", "id": n, "method": name} for n, name in enumerate(methods)]
    first, *others = post(devnet, [*calls, {"jsonrpc": "2.0", "method": "evm_mine"}])
    assert "result" in first
    assert [(one["id"], one["error"]["code"]) for one in others] == [(1, -32005), (2, -32005)]
    assert devnet.w3.eth.block_number == before


def test_node_that_waits_for_a_block_is_not_taken_for_a_silent_one(make, monkeypatch, platform):
    fleet = platform.gateway.devnets
    monkeypatch.setattr(fleet, "limits", replace(fleet.limits, request_s=0.5))
    devnet = make()
    one, other = devnet.w3.eth.accounts[:2]
    devnet.ask("evm_setAutomine", False)
    with ThreadPoolExecutor(1) as pool:
        transaction = {"from": one, "to": other, "value": "0x1"}
        waiting = pool.submit(devnet.ask, "eth_sendTransactionSync", transaction)
        eventually(lambda: int(devnet.ask("txpool_status")["result"]["pending"], 16) == 1)
        done = time.monotonic() + 1.0  # twice what other requests may take
        eventually(lambda: time.monotonic() > done)
        devnet.ask("evm_mine")
        assert "result" in waiting.result()
    assert devnet.read()["epoch"] == 1


def test_notification_is_done_and_not_answered(devnet):
    before = devnet.w3.eth.block_number
    answer = devnet.api.post(devnet.rpc_path, json={"jsonrpc": "2.0", "method": "evm_mine"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert devnet.w3.eth.block_number == before + 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", -32700), (b'{"id": NaN}', -32700), (b"[]", -32600), (b"5", -32600),
        (b'{"method": 5}', -32600), (b'{"id": {}, "method": "eth_chainId"}', -32600),
        (b'{"id": 1, "method": "eth_unknown"}', -32601),
        (b"[" + b",".join([b'{"id":1,"method":"eth_chainId"}'] * 101) + b"]", -32600),
    ],
    ids=lambda one: str(one)[:40],
)  # fmt: skip
def test_what_is_no_request_is_answered_by_its_kind_of_error(devnet, content, code):
    answer = devnet.api.post(devnet.rpc_path, content=content)
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "method",
    [
        "anvil_setRpcUrl", "anvil_setLoggingEnabled", "hardhat_setLoggingEnabled",
        "anvil_setChainId", "anvil_enableTraces", "admin_addPeer", "miner_start",
    ],
)  # fmt: skip
def test_what_reaches_out_of_the_chain_is_refused(devnet, method):
    assert error_of(devnet, method, "http://127.0.0.1:1") == (
        -32601,
        f"{method} is not available on a devnet",
    )


def test_forking_another_chain_is_refused(devnet):
    fork = {"forking": {"jsonRpcUrl": "http://127.0.0.1:1"}}
    for method in ("anvil_reset", "hardhat_reset"):
        code, message = error_of(devnet, method, fork)
        assert code == -32601
        assert "/reset" in message


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("anvil_mine", [1001]), ("anvil_mine", ["0x3e9"]), ("hardhat_mine", ["0xffffffffff"]),
        ("evm_mine", [{"blocks": 1001}]), ("anvil_mine", ["1001"]),
        ("evm_setBlockGasLimit", ["0xffffffffff"]), ("anvil_setBlockGasLimit", [300_000_001]),
    ],
    ids=str,
)  # fmt: skip
def test_request_that_would_take_for_ever_is_refused(devnet, method, params):
    assert error_of(devnet, method, *params)[0] == -32005


def test_endless_call_ends_at_the_blocks_limit_of_gas(devnet):
    contract = devnet.deploy(ENDLESS)
    for gas in ({}, {"gas": hex(10**12)}):
        assert "error" in devnet.ask("eth_call", {"to": contract, **gas}, "latest")
    assert devnet.w3.eth.block_number > 0


def test_traces_and_anvils_own_methods_are_there(devnet):
    paid = devnet.pay(5)
    trace = devnet.ask("debug_traceTransaction", paid, {"tracer": "callTracer"})["result"]
    assert int(trace["value"], 16) == 5
    assert devnet.ask("trace_transaction", paid)["result"]
    assert devnet.ask("txpool_status")["result"]["pending"] == "0x0"
    assert devnet.ask("anvil_nodeInfo")["result"]["currentBlockNumber"]
    kept = devnet.ask("evm_snapshot")["result"]
    before = devnet.w3.eth.block_number
    devnet.pay()
    assert devnet.ask("evm_revert", kept)["result"] is True
    assert devnet.w3.eth.block_number == before


def test_pages_in_a_browser_may_ask(devnet, anonymous):
    answer = anonymous.options(devnet.rpc_path)
    assert answer.status_code == 204
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    asked = devnet.api.post(devnet.rpc_path, json={"id": 1, "method": "eth_chainId"})
    assert asked.headers["Access-Control-Expose-Headers"] == "Pocplatform-Chain-Epoch"
