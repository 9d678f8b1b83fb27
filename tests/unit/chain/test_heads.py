"""Being told of new blocks, by a real node and by servers that do not play."""

import socket
import threading

import pytest

from pocplatform import worker
from pocplatform.chain import heads
from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet.ports import free_port
from pocplatform.chain.heads import NewHeads, websocket_url
from tests.processes import outside_node, until
from tests.unit.outbox.harness import outside_bench


class Told:
    """Counts what it is told."""

    def __init__(self):
        self.times, self._lock = 0, threading.Lock()

    def __call__(self):
        with self._lock:
            self.times += 1


@pytest.fixture
def listen(monkeypatch):
    monkeypatch.setattr(heads, "_RETRY_S", 0.05)
    listening = []

    def start(url):
        told = Told()
        listening.append(NewHeads(url, told))
        listening[-1].start()
        return listening[-1], told

    yield start
    for each in listening:
        each.stop()
        assert not each._thread.is_alive()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8545", "ws://127.0.0.1:8545"),
        ("https://node.example/v3/key?x=1", "wss://node.example/v3/key?x=1"),
    ],
)
def test_address_of_the_subscription_follows_from_the_nodes(url, expected):
    assert websocket_url(url) == expected


def test_each_new_block_is_told(listen, tmp_path):
    with outside_node(tmp_path, "--no-mining") as url:
        subscription, told = listen(websocket_url(url))
        until(lambda: subscription.subscribed, what="subscribed")
        for number in range(1, 4):
            before = told.times
            ChainClient(url).request("evm_mine")
            until(lambda before=before: told.times > before, what=f"block {number} is told")


def test_node_that_comes_back_is_listened_to_again(listen, tmp_path):
    port = free_port()
    with outside_node(tmp_path, "--no-mining", port=port) as url:
        subscription, told = listen(websocket_url(url))
        until(lambda: subscription.subscribed, what="subscribed")
    until(lambda: not subscription.subscribed, what="the end is noticed")
    before = told.times
    with outside_node(tmp_path, "--no-mining", port=port):
        until(lambda: subscription.subscribed, what="subscribed again")
        assert told.times > before  # there may have been blocks meanwhile


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"no HTTP\r\n\r\n", b""],
    ids=["refused", "no HTTP", "nothing"],
)
def test_address_without_websockets_is_tried_again_and_does_no_harm(listen, answer):
    tried = threading.Semaphore(0)

    def serve(listening):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
            tried.release()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        subscription, told = listen(f"ws://127.0.0.1:{listening.getsockname()[1]}")
        assert all(tried.acquire(timeout=10) for _ in range(3))
        assert not subscription.subscribed
        assert told.times == 0


def test_nobody_at_the_address_does_no_harm(listen):
    subscription, told = listen(f"ws://127.0.0.1:{free_port()}")
    subscription.stop()
    assert told.times == 0


def test_write_is_recorded_when_its_block_is_told(tmp_path, monkeypatch):
    with (
        outside_node(tmp_path, "--no-mining", "--gas-limit", "3000000000") as url,
        outside_bench(tmp_path / "data", url, run=True) as bench,
    ):
        until(lambda: bench.engine._heads.subscribed, what="subscribed")
        for name in ("_POLL_S", "_TOLD_POLL_S"):
            monkeypatch.setattr(worker, name, 3600.0)  # never looks by itself
        wallet = bench.signers.operator.address
        paid = bench.call("drip", wallet, to=wallet, amount=5)
        bench.engine.wake()
        until(lambda: bench.row(paid).status == "sent", what="sent")
        bench.mine()
        until(lambda: bench.row(paid).status == "confirmed", what="recorded")
