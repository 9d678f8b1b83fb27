"""Transactions that reach the node are told where it tells of them, by one subscription."""

import pytest

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet.ports import free_port
from pocplatform.chain.errors import RpcError
from pocplatform.chain.heads import websocket_url
from pocplatform.indexer import pending
from pocplatform.indexer.pending import PendingNews
from tests.processes import outside_node, until


def test_everybody_is_told_by_one_subscription_which_ends_with_the_last(tmp_path):
    with outside_node(tmp_path, "--no-mining") as url:
        client, news = ChainClient(url), PendingNews(lambda: websocket_url(url))
        first, second = [], []
        waiting = [news.listen(first.append), news.listen(second.append)]
        subscription = news._subscription
        sender = "0x" + "11" * 20
        client.request("anvil_impersonateAccount", sender)
        client.request("anvil_setBalance", sender, hex(10**18))
        hash_ = client.request("eth_sendTransaction", {"from": sender, "to": sender})
        until(lambda: first == second == [hash_], what="both are told")
        waiting[0].end()
        assert news._subscription is subscription
        waiting[1].end()
        assert news._subscription is None
        assert not subscription._thread.is_alive()


def test_node_that_does_not_tell_is_said_so_and_left(monkeypatch):
    monkeypatch.setattr(pending, "_BEGINS_S", 0.2)
    asked = []

    def url():
        asked.append(f"ws://127.0.0.1:{free_port()}")
        return asked[-1]

    news = PendingNews(url)
    with pytest.raises(RpcError) as refusal:
        news.listen(lambda hash_: None)
    assert refusal.value.rpc_code == -32004
    assert news._subscription is None

    # Others need not wait for the same, each in a thread of the gateway's.
    asked.clear()
    with pytest.raises(RpcError):
        news.listen(lambda hash_: None)
    assert asked == []

    monkeypatch.setattr(news, "_refused_until", 0.0)
    with pytest.raises(RpcError):
        news.listen(lambda hash_: None)
    assert asked
