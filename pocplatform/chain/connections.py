"""Kept-alive HTTP/1.1 connections (RFC 9112) for many small requests.

The standard library opens them. What goes over them is written and read here, since a write of the
platform waits for four requests to its node, and most of what a whole HTTP client does for each
(header objects, redirects, retries, decoders) is not wanted.
"""

import contextlib
import http.client
import select
import threading
from io import BufferedReader
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

_KEPT = 32
"""Connections that wait for the next request."""
AT_MOST = 256 * 1024 * 1024
"""Bytes of an answer: far more than a block of the largest networks with all its logs."""
_LINE = 65_536
"""Bytes of a line of an answer's head."""
_LINES = 200
"""Lines of an answer's head."""


class AnswerTooLarge(http.client.HTTPException):
    """An answer that is larger than any that a node has reason to give."""


class Connections:
    """Sends requests, one at a time over each connection. Safe to use from several threads.

    Args:
        timeout: Seconds to wait for the other side each time.
        at_most: Bytes of an answer.
    """

    def __init__(self, timeout: float, at_most: int = AT_MOST) -> None:
        self._timeout = timeout
        self._at_most = at_most
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []

    def post(self, url: str, body: bytes) -> bytes:
        """The body of the answer to a POST of JSON, whatever its status.

        Raises:
            OSError: There is no connection, or it ended or was silent for too long.
            http.client.HTTPException: The answer is not whole, too large, or no HTTP.
        """
        target = urlsplit(url)
        connection = self._take(target)
        try:
            content, last = connection.post(target, body, self._at_most)
        except BaseException:
            connection.close()
            raise
        if last:
            connection.close()
        else:
            self._give_back(connection)
        return content

    def close(self) -> None:
        """Close those that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self, target: SplitResult) -> "_Connection":
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return _Connection(target, self._timeout)
            if connection.place == target[:2] and not connection.has_ended():
                return connection
            connection.close()

    def _give_back(self, connection: "_Connection") -> None:
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()


class _Connection:
    """A connection to ``place``: scheme and authority."""

    def __init__(self, target: SplitResult, timeout: float) -> None:
        self.place = target[:2]
        secure = target.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        opened = kind(target.hostname or "", target.port, timeout=timeout)
        opened.connect()
        self._socket = opened.sock
        self._reader: BufferedReader = self._socket.makefile("rb")
        # As the poll object keeps no state but this, it is made once.
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def post(self, target: SplitResult, body: bytes, at_most: int) -> tuple[bytes, bool]:
        """The body of the answer; and whether nothing more can be sent over this connection."""
        path = target.path or "/"
        if target.query:
            path += f"?{target.query}"
        host = target.netloc.rpartition("@")[2]
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)
        answer = _read_head(self._reader)
        while 100 <= answer.status < 200:  # not the answer yet
            answer = _read_head(self._reader)
        return _read_body(self._reader, answer, at_most)

    def has_ended(self) -> bool:
        """Whether the other side has closed the connection: there is something to read."""
        with contextlib.suppress(OSError, ValueError):
            return bool(self._poll.poll(0))
        return True

    def close(self) -> None:
        """Close it."""
        self._reader.close()
        self._socket.close()


class _Head(NamedTuple):
    """The head of an answer, its headers by their names in lower case."""

    version: bytes
    status: int
    headers: dict[bytes, bytes]


def _read_head(reader: BufferedReader) -> _Head:
    line = _line(reader)
    version, _, rest = line.partition(b" ")
    status = rest[:3]
    if not version.startswith(b"HTTP/1.") or not status.isdigit():
        raise http.client.BadStatusLine(repr(line))
    headers: dict[bytes, bytes] = {}
    for _ in range(_LINES):
        line = _line(reader)
        if line == b"\r\n":
            return _Head(version, int(status), headers)
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    raise http.client.HTTPException(f"more than {_LINES} headers")


def _line(reader: BufferedReader) -> bytes:
    line = reader.readline(_LINE)
    if not line:
        raise http.client.RemoteDisconnected("the connection ended without an answer")
    if not line.endswith(b"\n"):
        raise http.client.LineTooLong("answer's head")
    return line if line.endswith(b"\r\n") else line[:-1] + b"\r\n"


def _read_body(reader: BufferedReader, head: _Head, at_most: int) -> tuple[bytes, bool]:
    """The body (RFC 9112, section 6.3); and whether it is the last of its connection."""
    close = head.headers.get(b"connection", b"").lower()
    last = close == b"close" or (head.version == b"HTTP/1.0" and close != b"keep-alive")
    if head.headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        return _read_chunks(reader, at_most), last
    length = head.headers.get(b"content-length")
    if head.status in (204, 304):
        return b"", last
    if length is None:
        content = reader.read(at_most + 1)
        if len(content) > at_most:
            raise AnswerTooLarge(f"more than {at_most} bytes")
        return content, True
    if not length.isdigit():
        raise http.client.HTTPException(f"a length of {length!r}")
    return _exactly(reader, int(length), at_most), last


def _read_chunks(reader: BufferedReader, at_most: int) -> bytes:
    """A body in chunks (RFC 9112, section 7.1), without what may follow it."""
    parts: list[bytes] = []
    while True:
        try:
            size = int(_line(reader).partition(b";")[0], 16)
        except ValueError:
            raise http.client.HTTPException("a chunk without its size") from None
        if not size:
            break
        parts.append(_exactly(reader, size, at_most))
        at_most -= size
        _line(reader)
    for _ in range(_LINES):
        if _line(reader) == b"\r\n":
            return b"".join(parts)
    raise http.client.HTTPException(f"more than {_LINES} trailers")


def _exactly(reader: BufferedReader, length: int, at_most: int) -> bytes:
    if not 0 <= length <= at_most:
        raise AnswerTooLarge(f"{length} bytes where at most {at_most} are read")
    content = reader.read(length)
    if len(content) < length:
        raise http.client.IncompleteRead(content, length - len(content))
    return content
