"""/rpc/{key}: what a key may do, by HTTP."""

import json
import logging
import time

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from pocplatform.organisers import admin_secret
from tests.api.rpc.steps import CHAIN_ID, ECHO, body, new_key, secret, signed
from tests.api.signing_in import new_wallet, sign_in
from tests.api.test_limits import limited  # noqa: F401 - a fixture

UNAUTHORIZED = 4100


@pytest.fixture(scope="module")
def reader(member):
    """A key that may read."""
    return new_key(member, scope="read")


@pytest.fixture(scope="module")
def debugger(member):
    """A key that may trace."""
    return new_key(member, scope="read", further_scopes=["chain:debug"])


def transactions(member):
    return {one["hash"]: one for one in member.api.get("/v1/transactions").json()["data"]}


def test_reads_are_the_nodes_and_name_the_epoch(anonymous, member, platform):
    answer = anonymous.post(f"/rpc/{secret(member)}", json=body("eth_chainId"))
    assert answer.json() == {"jsonrpc": "2.0", "id": 7, "result": hex(CHAIN_ID)}
    epoch = anonymous.get("/v1/chain").json()["epoch"]
    assert answer.headers["Pocplatform-Chain-Epoch"] == epoch["id"] == platform.gateway.epoch.id
    assert epoch["why"] == "started"
    without_key = anonymous.post("/rpc", json=body("web3_clientVersion"))
    assert without_key.headers["Pocplatform-Chain-Epoch"] == epoch["id"]
    assert without_key.json()["result"].endswith(f"/epoch-{epoch['id']}")
    assert "anvil" in without_key.json()["result"]


def test_free_gas_asks_for_no_tip(ask):
    assert ask("eth_maxPriorityFeePerGas")["result"] == "0x0"
    assert ask("eth_gasPrice")["result"] == "0x0"


def test_signed_transaction_is_remembered_as_the_tenants(ask, member, join, wallet):
    raw, hash_ = signed(wallet)
    assert ask("eth_sendRawTransaction", raw)["result"] == hash_
    found = transactions(member)[hash_]
    assert (found["status"], found["sender"]) == ("confirmed", wallet.address)
    assert member.api.get(f"/v1/transactions/{found['id']}").json()["history"]
    assert hash_ not in transactions(join())


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_sendRawTransaction", ["0x00"]),
        ("eth_sendTransaction", [{"to": "0x" + "11" * 20}]),
        ("eth_signTypedData_v4", ["0x" + "11" * 20, {}]),
    ],
)
def test_key_that_may_read_reads_and_does_no_more(ask, reader, method, params):
    assert ask("eth_blockNumber", key=reader)["result"]
    assert ask("eth_accounts", key=reader)["result"] == []
    refused = ask(method, *params, key=reader)["error"]
    assert (refused["code"], refused["data"]) == (UNAUTHORIZED, {"code": "forbidden"})
    assert "scope write" in refused["message"]
    in_finnish = ask(method, *params, key=reader, **{"Accept-Language": "fi"})["error"]
    assert in_finnish["message"] != refused["message"]


@pytest.mark.parametrize("key", ["sk_test_" + "0" * 48, "x", "%00", "ä", " "])
def test_unknown_key_is_refused_with_the_next_step_and_not_shown(anonymous, key):
    answer = anonymous.post(f"/rpc/{key}", json=body("eth_chainId"))
    assert answer.status_code == 401, answer.text
    refused = answer.json()["error"]
    assert (refused["code"], refused["data"]["code"]) == (UNAUTHORIZED, "unauthenticated")
    assert "POST /v1/organizations" in refused["message"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "sk_test_0" not in answer.text


def test_revoked_key_opens_nothing(anonymous, member):
    made = member.api.post("/v1/api_keys", json={"scope": "read"}).json()
    path = f"/rpc/{made['secret_key']}"
    assert anonymous.post(path, json=body("eth_chainId")).status_code == 200
    assert member.api.write(f"/v1/api_keys/{made['id']}/revoke").status_code == 200
    deadline = time.monotonic() + 10
    while anonymous.post(path, json=body("eth_chainId")).status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("path", ["/{}", "/{}/", "/{}/more", "//{}", "///{}/more"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_key_is_in_no_error_whatever_is_asked(anonymous, member, path, method):
    answer = anonymous.request(method, "/rpc" + path.format(secret(member)), content=b"{")
    assert secret(member) not in answer.text + str(answer.headers)
    assert answer.status_code < 500


def test_key_is_in_no_log(base_url, member, caplog, anonymous):
    from websockets.sync.client import connect

    server = logging.getLogger("uvicorn.error")
    level = server.level
    server.addHandler(caplog.handler)
    server.setLevel(logging.INFO)
    try:
        with connect(f"ws{base_url[4:]}/rpc/{secret(member)}") as socket:
            socket.send(json.dumps(body("eth_chainId")))
            assert json.loads(socket.recv())["result"]
        anonymous.get(f"/rpc/{secret(member)}/x")
    finally:
        server.removeHandler(caplog.handler)
        server.setLevel(level)
    assert "WebSocket" in caplog.text  # what would have shown it
    assert secret(member) not in caplog.text


@pytest.mark.parametrize(
    "method",
    ["anvil_setBalance", "evm_mine", "hardhat_reset", "eth_sign", "personal_sign",
     "eth_signTransaction", "debug_traceBlockByNumber", "trace_call", "txpool_content",
     "personal_unlockAccount", "eth_signTypedData", "admin_nodeInfo"],
)  # fmt: skip
def test_nobody_changes_the_shared_chain_by_the_back_door(ask, debugger, platform, method):
    for key in (None, debugger, admin_secret(platform.settings)):
        assert ask(method, key=key)["error"]["code"] == -32601


def test_traces_need_their_scope_which_only_a_key_for_it_has(ask, member, debugger, platform):
    call = [{"to": platform.gateway.contracts.address("PilotEuro"), "data": "0x18160ddd"}, "latest"]
    refused = ask("debug_traceCall", *call)["error"]
    assert (refused["code"], "chain:debug" in refused["message"]) == (UNAUTHORIZED, True)
    traced = ask("debug_traceCall", *call, {"tracer": "callTracer"}, key=debugger)["result"]
    assert traced["input"] == "0x18160ddd"
    shown = [one["scopes"] for one in member.api.get("/v1/api_keys").json()["data"]]
    assert ["read", "chain:debug"] in shown


def test_rotated_key_keeps_its_further_scopes(member):
    made = {"scope": "write", "further_scopes": ["chain:debug"]}
    made = member.api.post("/v1/api_keys", json=made).json()
    rotated = member.api.post(f"/v1/api_keys/{made['id']}/rotate", json={"overlap_s": 60})
    assert rotated.json()["scopes"] == ["read", "write", "chain:debug"]


def test_transaction_is_traced_by_a_named_tracer_only(ask, debugger, echo):
    hash_ = ask("eth_sendTransaction", {"to": echo, "data": "0x" + "ab" * 32})["result"]
    traced = ask("debug_traceTransaction", hash_, {"tracer": "callTracer"}, key=debugger)
    assert traced["result"]["to"] == echo
    for options in ({}, {"tracer": "{step: function() {}}"}, {"enableMemory": True}, 5):
        refused = ask("debug_traceTransaction", hash_, options, key=debugger)["error"]
        assert refused["code"] == -32602
    for method in ("debug_traceTransaction", "debug_traceCall"):
        assert ask(method, key=debugger)["error"]["code"] == -32602


def test_transaction_that_has_used_much_gas_is_not_traced(ask, debugger, echo):
    data = "0x" + "ab" * 260_000
    hash_ = ask("eth_sendTransaction", {"to": echo, "data": data})["result"]
    refused = ask("debug_traceTransaction", hash_, {"tracer": "callTracer"}, key=debugger)["error"]
    assert "at most 5000000" in refused["message"]


def test_accounts_are_the_keys_own_wallet_where_the_platform_signs(
    ask, anonymous, member, platform
):
    assert ask("eth_accounts")["result"] == [member.address]
    assert anonymous.post("/rpc", json=body("eth_accounts")).json()["result"] == []
    assert ask("eth_accounts", key=admin_secret(platform.settings))["result"] == []
    own = sign_in(anonymous, new_wallet())["token"]
    assert ask("eth_accounts", key=own)["result"] == []


def test_key_acts_by_its_wallet_without_anybody_having_its_private_key(ask, member, echo):
    data = "0x" + "cd" * 32
    sent = ask("eth_sendTransaction", {"from": member.address.lower(), "to": echo, "data": data})
    receipt = ask("eth_getTransactionReceipt", sent["result"])["result"]
    assert int(receipt["status"], 16) == 1
    assert receipt["from"] == member.address.lower()
    assert receipt["logs"][0]["topics"] == [data]
    found = transactions(member)[sent["result"]]
    assert (found["status"], found["function"]) == ("confirmed", "eth_sendTransaction")


def test_several_in_a_batch_are_mined_in_their_order(anonymous, member, echo):
    calls = [
        body("eth_sendTransaction", {"to": echo, "data": f"0x{n:064x}"}, id_=n) for n in range(4)
    ]
    answers = anonymous.post(f"/rpc/{secret(member)}", json=calls).json()
    receipts = anonymous.post(
        f"/rpc/{secret(member)}",
        json=[body("eth_getTransactionReceipt", answer["result"]) for answer in answers],
    ).json()
    places = [
        (int(r["result"]["blockNumber"], 16), int(r["result"]["transactionIndex"], 16))
        for r in receipts
    ]
    assert places == sorted(places)


def test_nonce_that_is_given_must_be_the_next_one(ask, member, echo):
    nonce = int(ask("eth_getTransactionCount", member.address, "latest")["result"], 16)
    transaction = {"from": member.address, "to": echo, "data": "0x" + "00" * 32}
    low = ask("eth_sendTransaction", transaction | {"nonce": hex(nonce - 1)})["error"]
    assert (low["code"], "nonce too low" in low["message"]) == (-32003, True)
    high = ask("eth_sendTransaction", transaction | {"nonce": hex(nonce + 1)})["error"]
    assert "nonce too high" in high["message"]
    assert str(nonce) in high["message"]
    assert "result" in ask("eth_sendTransaction", transaction | {"nonce": hex(nonce)})


def test_what_the_contract_refuses_comes_as_a_node_says_it(ask, member, refuser):
    before = len(transactions(member))
    refused = ask("eth_sendTransaction", {"to": refuser, "data": "0x01"})["error"]
    assert (refused["code"], refused["data"]) == (3, "0xdeadbeef")
    assert "revert" in refused["message"]
    assert len(transactions(member)) == before


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"from": "0x" + "11" * 20}, UNAUTHORIZED, "acts by"),
        ({"from": 5}, UNAUTHORIZED, "acts by"),
        ({"chainId": "0x1"}, -32003, "chain id"),
        ({"chainId": 1}, -32602, "chainId"),
        ({"to": "0x12"}, -32602, "no address"),
        ({"to": None}, -32602, "code of a contract"),
        ({"data": "xyz"}, -32602, "data"),
        ({"data": {}}, -32602, "data"),
        ({"data": "0x1"}, -32602, "data"),
        ({"data": "0x01", "input": "0x02"}, -32602, "differ"),
        ({"value": "-0x1"}, -32602, "value"),
        ({"value": "0x" + "f" * 65}, -32602, "value"),
        ({"value": 1.5}, -32602, "value"),
        ({"nonce": "0x-1"}, -32602, "nonce"),
        ({"blobs": []}, -32602, "blobs"),
        ({"authorizationList": []}, -32602, "authorizationList"),
    ],
)
def test_transaction_that_cannot_be_is_refused_and_leaves_nothing(ask, member, change, code, words):
    transaction = {"to": "0x" + "22" * 20} | change
    refused = ask("eth_sendTransaction", transaction)["error"]
    assert (refused["code"], words in refused["message"]) == (code, True), refused


@pytest.mark.parametrize("params", [[], [1], ["0x"], [{}, {}], {}])
def test_send_transaction_takes_one_object(anonymous, member, params):
    call = body("eth_sendTransaction") | {"params": params}
    answer = anonymous.post(f"/rpc/{secret(member)}", json=call)
    assert answer.json()["error"]["code"] == -32602


def test_ether_that_is_not_there_cannot_be_sent(ask):
    refused = ask("eth_sendTransaction", {"to": "0x" + "22" * 20, "value": "0x1"})["error"]
    assert "fund" in refused["message"].lower()


def test_wallet_of_ones_own_is_not_signed_for(ask, anonymous):
    account = new_wallet()
    key = sign_in(anonymous, account)["token"]
    refused = ask("eth_sendTransaction", {"to": "0x" + "22" * 20}, key=key)["error"]
    assert (refused["code"], refused["data"]["code"]) == (UNAUTHORIZED, "wallet_not_custodial")
    raw, hash_ = signed(account)
    assert ask("eth_sendRawTransaction", raw, key=key)["result"] == hash_


def typed_data(contract, chain_id=CHAIN_ID):
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Greeting": [{"name": "words", "type": "string"}],
        },
        "primaryType": "Greeting",
        "domain": {"name": "Echo", "chainId": chain_id, "verifyingContract": contract},
        "message": {"words": "Moi"},
    }


@pytest.mark.parametrize("form", [lambda data: data, json.dumps], ids=["object", "text"])
def test_typed_data_is_signed_for_a_developers_contract(ask, member, echo, form):
    data = typed_data(echo)
    signature = ask("eth_signTypedData_v4", member.address, form(data))["result"]
    found = Account.recover_message(encode_typed_data(full_message=data), signature=signature)
    assert found == member.address


def test_typed_data_for_anything_else_is_not_signed(ask, member, echo, platform):
    ours = platform.gateway.contracts.address("PilotEuro")
    for data, words in (
        (typed_data(ours), "through the API"),
        (typed_data(ours.lower()), "through the API"),
        (typed_data("0x" + "11" * 20), "no contract"),
        (typed_data(echo, chain_id=1), "this chain only"),
        (typed_data(echo, chain_id=None), "this chain only"),
        (typed_data(None), "verifyingContract"),
        ({}, "this chain only"),
    ):
        refused = ask("eth_signTypedData_v4", member.address, data)["error"]
        assert (refused["code"], words in refused["message"]) == (UNAUTHORIZED, True), refused
    foreign = ask("eth_signTypedData_v4", "0x" + "11" * 20, typed_data(echo))["error"]
    assert foreign["code"] == UNAUTHORIZED


@pytest.mark.parametrize("params", [[], ["x"], [5, {}], ["me", "{"], ["me", 7], ["me", "[" * 9999]])
def test_what_is_no_typed_data_is_refused(ask, member, params):
    params = [member.address if one == "me" else one for one in params]
    assert ask("eth_signTypedData_v4", *params)["error"]["code"] == -32602


def test_typed_data_that_does_not_fit_its_types_is_refused(ask, member, echo):
    for change in ({"primaryType": "Nothing"}, {"message": []}, {"types": []}):
        refused = ask("eth_signTypedData_v4", member.address, typed_data(echo) | change)["error"]
        assert refused["code"] == -32602


def test_each_call_of_a_batch_counts(limited):  # noqa: F811
    with limited(rate_limit_key="5/day") as client:
        made = client.post("/v1/organizations", json={"name": "Oy"}).json()
        path = f"/rpc/{made['secret_key']}"
        first = client.post(path, json=[body("eth_chainId")] * 3)
        assert first.headers["RateLimit-Remaining"] == "2"
        beyond = client.post(path, json=[body("eth_chainId")] * 3)
        assert (beyond.status_code, beyond.json()["error"]["code"]) == (429, -32005)
        assert int(beyond.headers["Retry-After"]) > 0
        assert made["secret_key"] not in beyond.text


def test_batch_has_a_limit(anonymous, member):
    answer = anonymous.post(f"/rpc/{secret(member)}", json=[body("eth_chainId")] * 101)
    assert answer.json()["error"]["code"] == -32600


def test_subscriptions_need_a_socket(ask):
    refused = ask("eth_subscribe", "newHeads")["error"]
    assert (refused["code"], "WebSocket" in refused["message"]) == (-32601, True)


def test_echo_is_what_the_tests_take_it_for(ask):
    assert ask("eth_call", {"data": ECHO}, "latest")["result"] == "0x365f5f375f35365fa100"
