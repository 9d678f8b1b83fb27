"""/rpc/{key} by WebSocket: requests, and what one can subscribe to."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket as tcp
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pocplatform.http.rpc import sockets
from pocplatform.main import create_app
from tests.api.rpc.steps import ECHO, body, secret, signed
from tests.conftest import Api, joining, served
from tests.processes import NO_TLS, opened, until

DEADLINE_S = 20
TOPIC = "0x" + "ab" * 32


class Socket:
    """A client that keeps answers and news apart."""

    def __init__(self, connection):
        self.connection = connection
        self.news: list[dict[str, Any]] = []

    def ask(self, method, *params):
        self.connection.send(json.dumps(body(method, *params)))
        while True:
            message = self._next()
            if "id" in message:
                assert message["id"] == 7
                return message

    def result(self, method, *params):
        answer = self.ask(method, *params)
        assert "result" in answer, answer
        return answer["result"]

    def told(self, subscription):
        """The next news of a subscription."""
        while True:
            for place, news in enumerate(self.news):
                if news["subscription"] == subscription:
                    return self.news.pop(place)["result"]
            self._next()

    def _next(self):
        message = json.loads(self.connection.recv(timeout=DEADLINE_S))
        if message.get("method") == "eth_subscription":
            self.news.append(message["params"])
        return message


def address(base_url, key):
    return f"ws{base_url[4:]}/rpc/{key}"


@contextlib.contextmanager
def opened_socket(base_url, key, **options):
    with connect(address(base_url, key), open_timeout=DEADLINE_S, **options) as connection:
        yield Socket(connection)


@pytest.fixture
def socket(base_url, member):
    with opened_socket(base_url, secret(member)) as found:
        yield found


def emit(ask, echo, topic=TOPIC, data=""):
    """A log; the hash of its transaction."""
    return ask("eth_sendTransaction", {"to": echo, "data": topic + data})["result"]


def test_requests_are_answered_as_by_http(socket, ask, member, platform, wallet):
    assert socket.ask("eth_chainId") == ask("eth_chainId")
    assert socket.result("eth_accounts") == [member.address]
    raw, hash_ = signed(wallet)
    assert socket.result("eth_sendRawTransaction", raw) == hash_
    assert socket.ask("anvil_mine")["error"]["code"] == -32601
    epoch = socket.connection.response.headers["Pocplatform-Chain-Epoch"]
    assert epoch == platform.gateway.epoch.id


def test_batches_and_malformed_requests_are_answered(socket):
    calls = [body("eth_chainId", id_="a"), body("eth_blockNumber", id_="b")]
    socket.connection.send(json.dumps(calls).encode())  # binary frames as well
    answers = json.loads(socket.connection.recv(timeout=DEADLINE_S))
    assert [answer["id"] for answer in answers] == ["a", "b"]
    for content, code in (("{", -32700), ("[]", -32600), ("7", -32600)):
        socket.connection.send(content)
        assert json.loads(socket.connection.recv(timeout=DEADLINE_S))["error"]["code"] == code


def test_many_requests_at_once_are_all_answered(socket):
    for number in range(100):
        socket.connection.send(json.dumps(body("eth_blockNumber", id_=number)))
    answers = [json.loads(socket.connection.recv(timeout=DEADLINE_S)) for _ in range(100)]
    assert sorted(answer["id"] for answer in answers) == list(range(100))


def test_every_new_head_is_told_once_and_in_order(socket, ask, echo):
    heads = socket.result("eth_subscribe", "newHeads")
    hashes = [emit(ask, echo) for _ in range(3)]
    blocks = [ask("eth_getTransactionByHash", hash_)["result"]["blockHash"] for hash_ in hashes]
    told = [socket.told(heads)]
    while told[-1]["hash"] != blocks[-1]:
        told.append(socket.told(heads))
    numbers = [int(head["number"], 16) for head in told]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert set(blocks) <= {head["hash"] for head in told}
    assert "transactions" not in told[0]
    assert told[0]["parentHash"]


def test_logs_are_told_by_address_and_topics(socket, ask, echo):
    other = "0x" + "cd" * 32
    every = socket.result("eth_subscribe", "logs", {"address": echo})
    some = socket.result("eth_subscribe", "logs", {"address": [echo], "topics": [[other, TOPIC]]})
    one = socket.result("eth_subscribe", "logs", {"topics": [other]})
    both = socket.result("eth_subscribe", "logs", {"topics": [None, TOPIC]})
    none = socket.result("eth_subscribe", "logs", {"address": "0x" + "11" * 20})
    sent = [emit(ask, echo, topic) for topic in (TOPIC, "0x" + "ee" * 32, other)]
    assert [socket.told(every)["transactionHash"] for _ in sent] == sent
    assert [socket.told(some)["transactionHash"] for _ in range(2)] == [sent[0], sent[2]]
    log = socket.told(one)
    assert (log["transactionHash"], log["removed"]) == (sent[2], False)
    assert log["topics"] == [other]
    assert not {both, none} & {news["subscription"] for news in socket.news}


def test_transactions_are_told_when_they_reach_the_node(socket, base_url, member, ask, echo):
    pending = socket.result("eth_subscribe", "newPendingTransactions")
    with opened_socket(base_url, secret(member)) as other:
        also = other.result("eth_subscribe", "newPendingTransactions")
        hash_ = emit(ask, echo)
        assert socket.told(pending) == other.told(also) == hash_
    again = emit(ask, echo)
    assert socket.told(pending) == again


def test_nothing_is_told_after_it_was_taken_back(socket, ask, echo):
    heads = socket.result("eth_subscribe", "newHeads")
    logs = socket.result("eth_subscribe", "logs", {"address": echo})
    assert socket.result("eth_unsubscribe", heads) is True
    emit(ask, echo)
    socket.told(logs)
    emit(ask, echo)
    socket.told(logs)
    assert heads not in {news["subscription"] for news in socket.news}
    assert socket.ask("eth_unsubscribe", heads)["error"]["code"] == -32602


@pytest.mark.parametrize(
    "params",
    [
        [], ["newPendingTransactions", True], ["syncing"], [5], ["newHeads", {}], ["logs", {}, {}],
        ["logs", []], ["logs", {"blockHash": "0x" + "11" * 32}], ["logs", {"address": "0x12"}],
        ["logs", {"address": 5}], ["logs", {"address": ["0x" + "11" * 20] * 101}],
        ["logs", {"topics": "0x"}], ["logs", {"topics": [None] * 5}],
        ["logs", {"topics": [["0x12"]]}], ["logs", {"topics": [[[]]]}],
    ],
)  # fmt: skip
def test_what_cannot_be_subscribed_to_is_refused(socket, params):
    assert socket.ask("eth_subscribe", *params)["error"]["code"] == -32602


def test_connection_has_so_many_subscriptions_and_no_more(socket):
    for _ in range(50):
        last = socket.result("eth_subscribe", "newHeads")
    assert socket.ask("eth_subscribe", "newHeads")["error"]["code"] == -32005
    socket.result("eth_unsubscribe", last)
    assert socket.result("eth_subscribe", "newHeads")


def test_key_has_so_many_connections_and_no_more(base_url, join):
    key = secret(join())
    with contextlib.ExitStack() as stack:
        for _ in range(sockets.AT_MOST):
            last = stack.enter_context(opened_socket(base_url, key))
        with opened_socket(base_url, key) as beyond, pytest.raises(ConnectionClosed) as refusal:
            beyond.ask("eth_chainId")
        assert refusal.value.rcvd.code == 1013
        assert "at most 20" in refusal.value.rcvd.reason
        last.connection.close()
        until(lambda: _answers(base_url, key), what="a place is free")


def _answers(base_url, key):
    with opened_socket(base_url, key) as found:
        try:
            return bool(found.result("eth_chainId"))
        except ConnectionClosed:
            return False


@pytest.mark.parametrize("path", ["/rpc", "/rpc/", "/rpc/sk_test_unknown"])
def test_socket_without_a_good_key_is_refused_with_the_next_step(base_url, path):
    with pytest.raises(InvalidStatus) as refusal:
        connect(f"ws{base_url[4:]}{path}", open_timeout=DEADLINE_S)
    assert refusal.value.response.status_code == 401
    error = json.loads(refusal.value.response.body)["error"]
    assert error["code"] == 4100
    assert "POST /v1/organizations" in error["message"]


def test_revoked_key_ends_its_connections(base_url, member):
    made = member.api.post("/v1/api_keys", json={"scope": "read"}).json()
    with opened_socket(base_url, made["secret_key"]) as found:
        assert found.result("eth_subscribe", "newHeads")
        member.api.write(f"/v1/api_keys/{made['id']}/revoke")
        with pytest.raises(ConnectionClosed) as end:
            until(lambda: found.ask("eth_chainId") and False, what="the connection ends")
    assert (end.value.rcvd.code, "revoked" in end.value.rcvd.reason) == (1008, True)


def test_client_that_does_not_read_is_left_with_the_reason_and_nobody_else(
    base_url, member, ask, echo, socket, monkeypatch
):
    monkeypatch.setattr(sockets, "BUFFER", 5)
    heads = socket.result("eth_subscribe", "newHeads")
    with opened_socket(
        base_url, secret(member), max_queue=1, compression=None, sock=_narrow(base_url)
    ) as slow:
        for _ in range(20):
            slow.result("eth_subscribe", "logs", {"address": echo})
        sent = [emit(ask, echo, data="ab" * 30_000) for _ in range(8)]
        with pytest.raises(ConnectionClosed) as end:
            read_to_the_end(slow.connection)
        assert (end.value.rcvd.code, "too slow" in end.value.rcvd.reason) == (1013, True)
    last = ask("eth_getTransactionByHash", sent[-1])["result"]["blockHash"]
    while socket.told(heads)["hash"] != last:
        pass


def _narrow(base_url):
    """A connection whose client's side takes little that is not read."""
    host, port = base_url.removeprefix("http://").split(":")
    narrow = tcp.socket()
    narrow.setsockopt(tcp.SOL_SOCKET, tcp.SO_RCVBUF, 16_384)
    narrow.connect((host, int(port)))
    return narrow


def read_to_the_end(connection):
    while True:
        connection.recv(timeout=DEADLINE_S)


def test_connections_are_closed_when_the_gateway_stops_and_refused_before_it_runs(platform, member):
    app = create_app(platform)
    with contextlib.ExitStack() as stack:
        with served(app) as url:
            found = stack.enter_context(opened_socket(url, secret(member)))
            found.result("eth_subscribe", "newHeads")
            del app.state.gateway  # as before the platform has started
            with pytest.raises(InvalidStatus) as early:
                connect(address(url, secret(member)), open_timeout=DEADLINE_S)
            assert early.value.response.status_code == 503
            starting = httpx.post(f"{url}/rpc/x", json=body("eth_chainId"), verify=NO_TLS)
            assert starting.json()["error"]["code"] == -32603
        with pytest.raises(ConnectionClosed) as end:
            found.connection.recv(timeout=DEADLINE_S)
    assert end.value.rcvd.code == 1012  # the service restarts (IANA's registry of close codes)


@pytest.mark.slow
def test_subscription_outlives_a_devnet_that_is_killed_and_rebuilt(data_dir):
    with (
        opened(data_dir) as platform,
        served(create_app(platform)) as url,
        Api(url) as anonymous,
        joining(url, anonymous) as join,
    ):
        member = join()

        def ask(method, *params):
            return anonymous.post(f"/rpc/{secret(member)}", json=body(method, *params)).json()

        hash_ = ask("eth_sendTransaction", {"data": ECHO})["result"]
        echo = ask("eth_getTransactionReceipt", hash_)["result"]["contractAddress"]
        with opened_socket(url, secret(member)) as found:
            logs = found.result("eth_subscribe", "logs", {"address": echo})
            first = emit(ask, echo)
            assert found.told(logs)["transactionHash"] == first
            os.kill(platform.engine._miner._devnet.pid, signal.SIGKILL)
            until(lambda: "result" in ask("eth_blockNumber"), what="the devnet is back")
            again = emit(ask, echo)
            log = found.told(logs)
            assert (log["transactionHash"], log["removed"]) == (again, False)
            assert platform.gateway.epoch.why == "started"
