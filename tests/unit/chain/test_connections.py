"""Kept-alive connections to a node, and what becomes of them when the other side does not play."""

import http.client
import socket
import threading

import pytest

from pocplatform.chain.connections import AnswerTooLarge, Connections

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


def test_answer_whose_end_is_the_end_of_the_connection_is_read(serve, connections):
    server = serve(b"HTTP/1.1 200 OK\r\n\r\nall of it", None)
    assert connections.post(server.url, b"1") == b"all of it"
    assert connections.post(server.url, b"2") == b"{}"


@pytest.mark.parametrize(
    ("head", "connections_made"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", 2),
        (b"HTTP/1.0 200 OK\r\n", 2),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", 1),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 1),
        (b"HTTP/1.1 200 OK\ncontent-length: 1\n", 1),
    ],
    ids=["close", "HTTP/1.0", "HTTP/1.0 kept alive", "not yet", "bare line feeds"],
)
def test_connection_is_kept_as_the_answer_says(serve, connections, head, connections_made):
    server = serve(head + b"Content-Length: 2\r\n\r\nok")
    assert connections.post(server.url, b"1") == b"ok"
    assert connections.post(server.url, b"2") == b"{}"
    assert server.connections == connections_made


def test_answer_that_is_too_large_is_an_error(serve):
    connections = Connections(timeout=5, at_most=10)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n"
    for head in (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"):
        with pytest.raises(AnswerTooLarge):
            connections.post(serve(head + b"x" * 11, None).url, b"1")
    with pytest.raises(AnswerTooLarge):
        connections.post(serve(chunked + b"0\r\n\r\n").url, b"1")
    assert connections.post(serve().url, b"1") == b"{}"
    connections.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
    ids=[
        "nothing",
        "half",
        "no HTTP",
        "half a head",
        "odd length",
        "too long",
        "half a chunk",
        "odd chunk",
        "too long a chunk",
        "many headers",
        "long header",
    ],
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
