"""Kept-alive connections of an event loop, which leave all that is not plain to others."""

import asyncio

import pytest

from pocplatform.chain.client import ChainClient, Gate
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.loop_connections import LoopConnections

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Node:
    """Answers each request with the next of the given bytes; None ends the connection."""

    def __init__(self, *answers):
        self._answers, self.connections = list(answers), 0

    async def serve(self, reader, writer):
        self.connections += 1
        while await reader.read(4096):
            answer = self._answers.pop(0)
            if answer is None:
                break
            writer.write(answer)
        writer.close()


def asked(node, times=1, timeout=5.0):
    """What each of the questions, one after the other, is answered."""

    async def run():
        connections = LoopConnections(timeout, at_most=100)
        server = await asyncio.start_server(node.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            answers = [await connections.post(url, b"{}") for _ in range(times)]
            connections.close()
        return answers

    return asyncio.run(run())


def test_connection_is_used_again():
    node = Node(PLAIN, PLAIN)
    assert asked(node, 2) == [b"{}", b"{}"]
    assert node.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}",
        b"x" * 5000,
        None,
    ],
)
def test_what_is_not_plain_is_left_to_others_and_its_connection_not_used_again(answer):
    node = Node(answer, PLAIN)
    assert asked(node, 2) == [None, b"{}"]
    assert node.connections == 2


def test_silence_ends():
    with pytest.raises(TimeoutError):
        asked(Node(b""), timeout=0.2)


def test_no_server_is_told():
    connections = LoopConnections(1.0)
    with pytest.raises(OSError, match="Connect"):
        asyncio.run(connections.post("http://127.0.0.1:1", b"{}"))


def rpc(answer):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)


@pytest.mark.parametrize(
    ("answer", "closed", "result"),
    [
        (b'{"jsonrpc":"2.0","id":1,"result":"0x"}', False, "0x"),
        (b'{"jsonrpc":"2.0","id":1,"result":"0x"}', True, None),
        (b'{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"x"}}', False, None),
        (b"[]", False, None),
    ],
)
def test_client_takes_a_result_from_a_whole_node_only(answer, closed, result):
    async def run():
        server = await asyncio.start_server(Node(rpc(answer)).serve, "127.0.0.1", 0)
        gate = Gate()
        client = ChainClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", gate=gate)
        if closed:
            gate.close()
        async with server:
            found = await client.ask("eth_call")
            client.close()
        return found

    assert asyncio.run(run()) == result


def test_client_says_that_the_node_is_not_there():
    with pytest.raises(NodeUnreachable):
        asyncio.run(ChainClient("http://127.0.0.1:1").ask("eth_call"))
