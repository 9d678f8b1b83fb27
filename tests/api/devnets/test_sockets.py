"""The JSON-RPC of devnets by WebSocket."""

from __future__ import annotations

import contextlib
import json
import os
import signal

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pocplatform.http.rpc import sockets
from tests.api.devnets.conftest import COUNTER, eventually
from tests.api.rpc.steps import ECHO, body, new_key, secret
from tests.api.rpc.test_sockets import DEADLINE_S, TOPIC, Socket, read_to_the_end


@contextlib.contextmanager
def opened(devnet, key=None):
    """By the key in the address: the devnet's owner's, if no other."""
    base = f"ws{str(devnet.api.base_url).rstrip('/')[4:]}"
    key = key or devnet.api.headers["Authorization"].partition(" ")[2]
    address = f"{base}/rpc/{key}/devnets/{devnet.id}"
    with connect(address, open_timeout=DEADLINE_S) as connection:
        yield Socket(connection)


@pytest.fixture
def socket(devnet):
    with opened(devnet) as found:
        yield found


@pytest.fixture(scope="module")
def echo(devnet):
    """A contract that emits what it is sent."""
    return devnet.deploy(ECHO)


def emit(devnet, echo, topic=TOPIC):
    """A log; the hash of its transaction."""
    transaction = {"from": devnet.w3.eth.accounts[0], "to": echo, "data": topic}
    return devnet.w3.eth.send_transaction(transaction).to_0x_hex()


def close_of(found):
    """The code and the reason that the other side ends a connection with."""
    with pytest.raises(ConnectionClosed) as end:
        read_to_the_end(found.connection)
    return end.value.rcvd.code, end.value.rcvd.reason


def refusal_of(devnet, key=None):
    """The status, and the error, that a connection is refused with."""
    with pytest.raises(InvalidStatus) as refusal, opened(devnet, key):
        pass
    response = refusal.value.response
    return response.status_code, json.loads(response.body)["error"]


def test_requests_are_answered_as_by_http(socket, devnet):
    assert socket.ask("eth_chainId") == {**devnet.ask("eth_chainId"), "id": 7}
    assert socket.result("eth_accounts") == devnet.ask("eth_accounts")["result"]
    before = devnet.w3.eth.block_number
    assert socket.result("anvil_mine", 2) is None
    assert devnet.w3.eth.block_number == before + 2
    assert socket.ask("anvil_setRpcUrl", "http://127.0.0.1:1")["error"]["code"] == -32601
    assert socket.ask("anvil_mine", 1001)["error"]["code"] == -32005
    epoch = socket.connection.response.headers["Pocplatform-Chain-Epoch"]
    assert epoch == str(devnet.read()["epoch"])


def test_key_may_stand_in_a_header(devnet):
    address = f"ws{str(devnet.api.base_url).rstrip('/')[4:]}{devnet.rpc_path}"
    headers = {"Authorization": devnet.api.headers["Authorization"]}
    with connect(address, open_timeout=DEADLINE_S, additional_headers=headers) as connection:
        assert int(Socket(connection).result("eth_chainId"), 16) == devnet.w3.eth.chain_id
    with pytest.raises(InvalidStatus) as refusal:
        connect(address, open_timeout=DEADLINE_S)
    assert refusal.value.response.status_code == 401


def test_batches_and_malformed_requests_are_answered(socket):
    calls = [body("evm_mine", id_="a"), body("eth_subscribe", "newHeads", id_="b")]
    socket.connection.send(json.dumps(calls).encode())
    answers = json.loads(socket.connection.recv(timeout=DEADLINE_S))
    assert [answer["id"] for answer in answers] == ["a", "b"]
    for content, code in (("{", -32700), ("[]", -32600), ("7", -32600)):
        socket.connection.send(content)
        assert json.loads(socket.connection.recv(timeout=DEADLINE_S))["error"]["code"] == code
    assert socket.ask("eth_subscribe", "newHeads", {})["error"]["code"] == -32602


def test_heads_logs_and_pending_transactions_are_told(socket, devnet, echo):
    other = "0x" + "cd" * 32
    heads = socket.result("eth_subscribe", "newHeads")
    every = socket.result("eth_subscribe", "logs", {"address": echo})
    one = socket.result("eth_subscribe", "logs", {"topics": [other]})
    pending = socket.result("eth_subscribe", "newPendingTransactions")
    sent = [emit(devnet, echo, topic) for topic in (TOPIC, other)]
    assert [socket.told(every)["transactionHash"] for _ in sent] == sent
    assert [socket.told(pending) for _ in sent] == sent
    assert socket.told(one)["transactionHash"] == sent[1]
    blocks = [devnet.w3.eth.get_transaction(hash_)["blockNumber"] for hash_ in sent]
    assert [int(socket.told(heads)["number"], 16) for _ in sent] == blocks
    assert socket.result("eth_unsubscribe", one) is True
    emit(devnet, echo, other)
    socket.told(heads)
    socket.told(every)
    assert one not in {news["subscription"] for news in socket.news}


def test_blocks_that_are_mined_on_demand_are_told_to_every_connection(devnet, socket):
    with opened(devnet) as also:
        ids = [found.result("eth_subscribe", "newHeads") for found in (socket, also)]
        devnet.do("mine", {"blocks": 3})
        told = [
            [found.told(id_)["hash"] for _ in range(3)]
            for found, id_ in zip((socket, also), ids, strict=True)
        ]
    assert told[0] == told[1]
    assert told[0][-1] == devnet.w3.eth.get_block("latest")["hash"].to_0x_hex()


@pytest.mark.parametrize("how", ["stop", "reset", "restore", "kill"])
def test_connection_ends_with_its_node_and_the_next_one_starts_it_again(make, platform, how):
    devnet = make()
    contract = devnet.deploy(COUNTER)
    kept = devnet.do("snapshots", {"name": "before"})["id"]
    epoch = devnet.read()["epoch"]
    with opened(devnet) as found:
        found.result("eth_subscribe", "newHeads")
        if how == "kill":
            os.kill(platform.gateway.devnets.pid(devnet.id), signal.SIGKILL)
        else:
            devnet.do(f"snapshots/{kept}/restore" if how == "restore" else how)
        code, reason = close_of(found)
    assert (code, "connect again" in reason) == (1012, True)
    with opened(devnet) as again:
        named = int(again.connection.response.headers["Pocplatform-Chain-Epoch"])
        assert named == devnet.read()["epoch"]
        assert named == epoch + (how in ("reset", "restore"))
        code = again.result("eth_getCode", contract, "latest")
        assert (code == "0x") == (how == "reset")


def test_deleted_devnet_ends_its_connections(make):
    devnet = make()
    with opened(devnet) as found:
        assert devnet.api.delete(devnet.path).is_success
        assert close_of(found)[0] == 1012
    status, error = refusal_of(devnet)
    assert (status, error["data"]["code"]) == (404, "not_found")


def test_connection_is_refused_to_strangers_and_for_devnets_of_others(devnet, join):
    assert refusal_of(devnet, "sk_test_unknown")[0] == 401
    status, error = refusal_of(devnet, secret(join()))
    assert (status, error["data"]["code"]) == (404, "not_found")


def test_revoked_key_ends_its_connections(devnet):
    made = devnet.api.post("/v1/api_keys", json={"scope": "read"}).json()
    with opened(devnet, made["secret_key"]) as found:
        assert found.result("eth_subscribe", "newHeads")
        assert "scope write" in found.ask("evm_mine")["error"]["message"]
        devnet.api.write(f"/v1/api_keys/{made['id']}/revoke")
        with pytest.raises(ConnectionClosed) as end:
            eventually(lambda: found.ask("eth_chainId") and False)
    assert (end.value.rcvd.code, "revoked" in end.value.rcvd.reason) == (1008, True)


def test_key_has_so_many_connections_and_no_more(devnet, developer, monkeypatch):
    monkeypatch.setattr(sockets, "AT_MOST", 2)
    key = new_key(developer, scope="read")
    with opened(devnet, key), opened(devnet, key), opened(devnet, key) as beyond:
        assert close_of(beyond)[0] == 1013

    def has_place():
        with opened(devnet, key) as found, contextlib.suppress(ConnectionClosed):
            return found.result("eth_chainId")

    assert eventually(has_place)
