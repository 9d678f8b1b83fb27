"""The node's JSON-RPC at /rpc: anybody's signed transactions are kept, mined and recorded."""

import json
from uuid import uuid4

import pytest
from eth_account import Account
from sqlmodel import select

from pocplatform.chain.signer import DEVNET_OPERATOR_KEY
from pocplatform.outbox.models import SignerAccount, Transaction
from pocplatform.outbox.service import history

CHAIN_ID = 31337


@pytest.fixture
def wallet():
    """Somebody's own account, which the platform has no key of."""
    return Account.create()


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


def signed(account, nonce=0, *, to="0x" + "11" * 20, data=b"", type_=None, **fields):
    transaction = {
        "chainId": CHAIN_ID, "nonce": nonce, "to": to, "value": 0, "gas": 200_000, "data": data,
        **({"gasPrice": 0} if type_ is None else
           {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": type_}),
        **fields,
    }  # fmt: skip
    done = account.sign_transaction(transaction)
    return "0x" + done.raw_transaction.hex(), "0x" + done.hash.hex()


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


def test_operators_key_used_by_others_does_not_disturb_the_platform(rpc, platform, join):
    operator = Account.from_key(DEVNET_OPERATOR_KEY)

    def next_nonce():
        with platform.gateway.database.snapshot() as session:
            return session.get_one(SignerAccount, operator.address).next_nonce

    nonce = next_nonce()
    raw, hash_ = signed(operator, nonce)
    assert rpc("eth_sendRawTransaction", raw)["result"] == hash_
    assert next_nonce() == nonce + 1
    join(fund=5)  # the operator's own next transaction
    assert "nonce too low" in rpc("eth_sendRawTransaction", signed(operator, nonce, gas=99_000)[0])[
        "error"]["message"]  # fmt: skip
    high = rpc("eth_sendRawTransaction", signed(operator, next_nonce() + 1)[0])
    assert "nonce too high" in high["error"]["message"]


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
     "anvil_dropAllTransactions", "evm_revert", "personal_sign", "engine_newPayloadV1"],
)  # fmt: skip
def test_what_would_change_the_shared_chain_by_the_back_door_is_refused(rpc, method):
    assert rpc(method)["error"]["code"] == -32601


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", -32700), (b"", -32700), (b"\xff", -32700), (b"[" * 100_000, -32700),
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
