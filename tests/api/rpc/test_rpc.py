"""The node's JSON-RPC at /rpc: anybody's signed transactions are kept, mined and recorded."""

import json
from uuid import uuid4

import pytest
from eth_account import Account
from fastapi.testclient import TestClient
from sqlmodel import select

from pocplatform.chain.signer import DEVNET_OPERATOR_KEY
from pocplatform.main import create_app
from pocplatform.outbox.arrivals import AT_MOST_WAITING
from pocplatform.outbox.models import SignerAccount, Transaction
from pocplatform.outbox.service import history
from tests.api.rpc.steps import CHAIN_ID, signed
from tests.processes import opened


@pytest.fixture
def rpc(anonymous):
    def call(method, *params, **more):
        answer = anonymous.post(
            "/rpc", json={"jsonrpc": "2.0", "id": 7, "method": method, "params": params, **more}
        )
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.json()

    return call


def row(platform, hash_):
    with platform.gateway.database.snapshot() as session:
        return session.exec(select(Transaction).where(Transaction.hash == hash_)).first()


def test_reads_are_the_nodes(rpc, platform):
    assert rpc("eth_chainId") == {"jsonrpc": "2.0", "id": 7, "result": hex(CHAIN_ID)}
    assert int(rpc("eth_blockNumber")["result"], 16) > 0
    token = platform.gateway.contracts.address("PilotEuro")
    assert len(rpc("eth_getCode", token, "latest")["result"]) > 1000


@pytest.mark.parametrize("type_", [None, 2], ids=["legacy", "EIP-1559"])
def test_signed_transaction_is_recorded_when_it_is_answered(rpc, platform, wallet, type_):
    raw, hash_ = signed(wallet, type_=type_)
    assert rpc("eth_sendRawTransaction", raw)["result"] == hash_
    assert int(rpc("eth_getTransactionReceipt", hash_)["result"]["status"], 16) == 1
    kept = row(platform, hash_)
    assert kept.status == "confirmed"
    assert "0x" + kept.raw.hex() == raw
    with platform.gateway.database.snapshot() as session:
        steps = [change.status for change in history(session, kept.id)]
    assert steps == ["signed", "sent", "mined", "confirmed"]


def test_contract_is_called_and_its_events_reach_the_read_models(rpc, platform, wallet, join):
    contracts = platform.gateway.contracts
    owner = join()
    call = contracts.call(
        "DidRegistry", "changeOwner", identity=wallet.address, newOwner=owner.address
    )
    raw, _ = signed(wallet, to=call.to, data=call.data)
    assert "result" in rpc("eth_sendRawTransaction", raw)
    did = f"did:ethr:0x{CHAIN_ID:x}:{wallet.address}"
    resolved = owner.api.get(f"/v1/identities/{did}")
    assert resolved.json()["owner"].lower() == owner.address.lower()


def test_sent_again_it_is_the_same_transaction(rpc, platform, wallet):
    raw, hash_ = signed(wallet)
    assert [rpc("eth_sendRawTransaction", raw)["result"] for _ in range(3)] == [hash_] * 3
    assert int(rpc("eth_getTransactionCount", wallet.address, "latest")["result"], 16) == 1


def test_many_of_one_account_in_a_batch_are_mined_in_their_order(anonymous, platform, wallet):
    signed_ones = [signed(wallet, nonce) for nonce in range(5)]
    calls = [
        {"jsonrpc": "2.0", "id": n, "method": "eth_sendRawTransaction", "params": [raw]}
        for n, (raw, _) in enumerate(signed_ones)
    ]
    reads = [{"jsonrpc": "2.0", "id": "head", "method": "eth_blockNumber"}]
    answers = anonymous.post("/rpc", json=[*calls, *reads]).json()
    assert [a["id"] for a in answers] == [0, 1, 2, 3, 4, "head"]
    assert [a["result"] for a in answers[:5]] == [hash_ for _, hash_ in signed_ones]
    places = [(r.block_number, r.position) for r in (row(platform, h) for _, h in signed_ones)]
    assert places == sorted(places)


def test_transaction_ahead_of_its_turn_is_kept_until_its_turn(rpc, platform, wallet):
    late, late_hash = signed(wallet, 1)
    first, first_hash = signed(wallet, 0)
    assert rpc("eth_sendRawTransaction", late)["result"] == late_hash
    assert row(platform, late_hash).status == "sent"
    assert rpc("eth_sendRawTransaction", first)["result"] == first_hash
    assert rpc("eth_sendRawTransaction", late)["result"] == late_hash  # waits until it is recorded
    assert row(platform, late_hash).status == "confirmed"


def test_used_nonce_is_refused_and_nothing_is_kept(rpc, platform, wallet):
    rpc("eth_sendRawTransaction", signed(wallet)[0])
    raw, hash_ = signed(wallet, to="0x" + "22" * 20)
    answer = rpc("eth_sendRawTransaction", raw)
    assert answer["error"]["code"] == -32003
    assert "nonce too low" in answer["error"]["message"]
    assert row(platform, hash_) is None


def test_other_chain_is_refused(rpc, platform, wallet):
    raw, hash_ = signed(wallet, chainId=1)
    assert "chain id" in rpc("eth_sendRawTransaction", raw)["error"]["message"]
    assert row(platform, hash_) is None


def test_what_the_node_never_takes_is_answered_in_its_words(rpc, platform, wallet):
    raw, _ = signed(wallet, gas=20_000)
    answer = rpc("eth_sendRawTransaction", raw)
    assert answer["error"]["code"] == -32003
    assert "intrinsic gas" in answer["error"]["message"]
    assert rpc("eth_sendRawTransaction", signed(wallet)[0])["result"]  # the nonce is free


def test_nobody_acts_as_the_platform_with_the_well_known_key(rpc, platform, join):
    operator = Account.from_key(DEVNET_OPERATOR_KEY)
    token = platform.gateway.contracts.call("PilotEuro", "pause")
    with platform.gateway.database.snapshot() as session:
        nonce = session.get_one(SignerAccount, operator.address).next_nonce
    raw, hash_ = signed(operator, nonce, to=token.to, data=token.data)
    answer = rpc("eth_sendRawTransaction", raw)
    assert answer["error"]["code"] == -32003
    assert "account of the sandbox" in answer["error"]["message"]
    assert row(platform, hash_) is None
    join(fund=5)  # the operator's own next transaction, and money moves


def test_transaction_that_waits_for_ever_holds_nobody_else_up(rpc, join, wallet, platform):
    rpc("eth_sendRawTransaction", signed(wallet, 7)[0])
    payer, payee = join(fund=100), join()
    refused = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 101})
    assert refused.json()["code"] == "contract_reverted"
    paid = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 100})
    assert paid.json()["transaction"]["status"] == "confirmed"


def test_start_does_not_wait_for_a_transaction_that_waits_for_ever(data_dir, wallet):
    with opened(data_dir) as platform, TestClient(create_app(platform)) as client:
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction"}
        raw, hash_ = signed(wallet, 7)
        assert client.post("/rpc", json={**call, "params": [raw]}).json()["result"] == hash_
    with opened(data_dir) as platform:
        assert row(platform, hash_).status == "sent"


def test_reads_have_a_limit_of_gas(rpc, platform):
    endless = "0x5b5f56"  # a loop: JUMPDEST PUSH0 JUMP
    answer = rpc("eth_call", {"data": endless, "gas": hex(10**12)}, "latest")
    assert "gas" in answer["error"]["message"].lower()


@pytest.mark.parametrize("gas", [{}, {"gas": None}], ids=["none", "null"])
def test_reads_that_name_no_gas_have_that_limit_too(rpc, gas):
    told = "0x5a5f5260205ff3"  # returns the gas that is left: GAS PUSH0 MSTORE, 32 bytes of it
    assert int(rpc("eth_call", {"data": told, **gas}, "latest")["result"], 16) < 30_000_000


def test_one_account_cannot_fill_the_sandbox_with_transactions_that_wait(anonymous, wallet):
    calls = [
        {"jsonrpc": "2.0", "id": nonce, "method": "eth_sendRawTransaction", "params": [raw]}
        for nonce in range(1, AT_MOST_WAITING + 2)
        for raw, _ in [signed(wallet, nonce)]
    ]
    *kept, refused = anonymous.post("/rpc", json=calls).json()
    assert all("result" in answer for answer in kept)
    assert "too many" in refused["error"]["message"]
    first = {**calls[0], "params": [signed(wallet, 0)[0]]}
    assert "result" in anonymous.post("/rpc", json=first).json()
    again = {**calls[-1], "id": 1}
    assert "result" in anonymous.post("/rpc", json=again).json()


@pytest.mark.parametrize(
    "raw", ["0x", "0xzz", "nothing", "0x" + "f8" * 40, "0x03" + "c0", "0x02c0", "0xc0"]
)
def test_what_is_no_signed_transaction_is_refused(rpc, raw):
    assert rpc("eth_sendRawTransaction", raw)["error"] == {
        "code": -32602,
        "message": "failed to decode signed transaction",
    }


@pytest.mark.parametrize(
    "method",
    ["anvil_setBalance", "evm_mine", "hardhat_reset", "eth_sendTransaction", "eth_signTransaction",
     "debug_traceCall", "debug_traceTransaction", "trace_call", "txpool_content", "eth_simulateV1",
     "eth_sendRawTransactionConditional", "eth_submitWork", "eth_sendRawTransactionSync",
     "eth_sendUnsignedTransaction", "anvil_dropAllTransactions",
     "evm_revert", "personal_sign", "engine_newPayloadV1"],
)  # fmt: skip
def test_what_would_change_the_shared_chain_by_the_back_door_is_refused(rpc, method):
    assert rpc(method)["error"]["code"] == -32601


@pytest.mark.parametrize(
    ("method", "of_a_devnet"),
    [("anvil_setBalance", True), ("evm_increaseTime", True), ("txpool_content", True),
     ("anvil_setRpcUrl", False), ("eth_gues", False)],
)  # fmt: skip
def test_refused_method_says_if_a_devnet_of_ones_own_has_it(rpc, method, of_a_devnet):
    assert ("POST /v1/devnets" in rpc(method)["error"]["message"]) is of_a_devnet


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", -32700), (b"", -32700), (b"\xff", -32700), (b"[" * 100_000, -32700),
        (b'{"method": "eth_call", "id": 1, "params": [NaN]}', -32700),
        (b"[]", -32600), (b"7", -32600), (b'{"id": 1}', -32600), (b'{"method": 5}', -32600),
        (b'{"method": "eth_chainId", "id": {}}', -32600),
        (b'{"method": "eth_sendRawTransaction", "id": 1, "params": [7]}', -32602),
        (b'{"method": "eth_sendRawTransaction", "id": 1}', -32602),
        (json.dumps([{"method": "eth_chainId", "id": 1}] * 101).encode(), -32600),
    ],
)  # fmt: skip
def test_malformed_request_is_answered_with_its_code(anonymous, content, code):
    answer = anonymous.post("/rpc", content=content)
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == code


def test_bad_call_in_a_batch_does_not_spoil_the_others(anonymous):
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "id": 2, "method": "eth_getBalance", "params": ["nonsense", "latest"]},
        {"jsonrpc": "2.0", "method": "eth_blockNumber"},
        5,
    ]
    good, bad, odd = anonymous.post("/rpc", json=calls).json()
    assert good["result"] == hex(CHAIN_ID)
    assert (bad["id"], "error" in bad) == (2, True)
    assert odd["error"]["code"] == -32600


def test_browser_may_ask_first(anonymous):
    answer = anonymous.options("/rpc", headers={"Origin": f"https://{uuid4()}.example"})
    assert answer.status_code == 204
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
