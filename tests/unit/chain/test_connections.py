"""Kept-alive connections to a node, and what becomes of them when the other side does not play."""

import http.client
import socket
import threading

import pytest

from pocplatform.chain.connections import Connections

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def address(listening):
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


class Server:
    """Answers each request on each connection with the next of the given bytes.

    Connections are closed after an answer that is followed by None.
    """

    def __init__(self, *answers):
        self._answers, self.connections, self.requests = list(answers), 0, []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        threading.Thread(target=self._run, daemon=True).start()
        self.url = address(self._listening)
        self.closed = threading.Semaphore(0)

    def _run(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            while request := reader.readline():
                length = 0
                while (line := reader.readline()) != b"\r\n":
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.requests.append((request.split()[1].decode(), reader.read(length)))
                with self._lock:
                    answer = self._answers.pop(0) if self._answers else ANSWER
                    ends = self._answers[:1] == [None] and self._answers.pop(0) is None
                connection.sendall(answer)
                if ends:
                    break
        self.closed.release()

    def close(self):
        self._listening.close()


@pytest.fixture
def serve():
    servers = []

    def start(*answers):
        servers.append(Server(*answers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def connections():
    made = Connections(timeout=5)
    yield made
    made.close()


def test_requests_one_after_the_other_share_a_connection(serve, connections):
    server = serve()
    for n in range(3):
        assert connections.post(f"{server.url}/key?x={n}", b"[%d]" % n) == b"{}"
    assert server.connections == 1
    assert server.requests == [(f"/key?x={n}", b"[%d]" % n) for n in range(3)]


def test_connection_that_was_closed_meanwhile_is_replaced(serve, connections):
    server = serve(ANSWER, None)
    connections.post(server.url, b"1")
    assert server.closed.acquire(timeout=5)
    assert connections.post(server.url, b"2") == b"{}"
    assert server.connections == 2


def test_body_comes_whatever_the_status(serve, connections):
    server = serve(b"HTTP/1.1 429 Slow Down\r\nContent-Length: 4\r\n\r\nslow")
    assert connections.post(server.url, b"1") == b"slow"


def test_answer_in_chunks_is_put_together(serve, connections):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = serve(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert connections.post(server.url, b"1") == b"abcde"


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"no HTTP at all\r\n\r\n"],
    ids=["nothing", "half", "no HTTP"],
)
def test_answer_that_is_not_whole_is_an_error_and_the_next_request_is_answered(
    serve, connections, answer
):
    server = serve(answer, None)
    with pytest.raises((OSError, http.client.HTTPException)):
        connections.post(server.url, b"1")
    assert connections.post(server.url, b"2") == b"{}"


def test_silence_ends_after_the_timeout(serve):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = address(silent)
        with pytest.raises(TimeoutError):
            Connections(timeout=0.05).post(url, b"1")


def test_nobody_there_is_an_error(connections):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = address(gone)
    with pytest.raises(OSError):  # noqa: PT011
        connections.post(url, b"1")


def test_other_address_gets_a_connection_of_its_own(serve, connections):
    one, other = serve(), serve()
    for server in (one, other, one):
        connections.post(server.url, b"1")
    assert len(one.requests) == 2
    assert len(other.requests) == 1
