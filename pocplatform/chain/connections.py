"""Kept-alive HTTP connections (RFC 9112) for many small requests.

The standard library's client: a request to a local node takes half the time that a client with
redirects, retries and decoders takes over it, and none of these is wanted here.
"""

import contextlib
import http.client
import select
import threading
from urllib.parse import SplitResult, urlsplit

_KEPT = 32
"""Connections that wait for the next request."""


class Connections:
    """Sends requests, one at a time over each connection. Safe to use from several threads.

    Args:
        timeout: Seconds to wait for the other side each time.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._lock = threading.Lock()
        self._idle: list[tuple[SplitResult, http.client.HTTPConnection]] = []

    def post(self, url: str, body: bytes) -> bytes:
        """The body of the answer to a POST of JSON, whatever its status.

        Raises:
            OSError: There is no connection, or it ended or was silent for too long.
            http.client.HTTPException: The answer is not whole, or no HTTP.
        """
        target = urlsplit(url)
        connection = self._take(target)
        path = target.path or "/"
        try:
            connection.request(
                "POST",
                f"{path}?{target.query}" if target.query else path,
                body,
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._give_back(target, connection)
        return content

    def close(self) -> None:
        """Close those that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self, target: SplitResult) -> http.client.HTTPConnection:
        while True:
            with self._lock:
                known, connection = self._idle.pop() if self._idle else (target, None)
            if connection is None:
                kind = (
                    http.client.HTTPSConnection
                    if target.scheme == "https"
                    else http.client.HTTPConnection
                )
                return kind(target.hostname or "", target.port, timeout=self._timeout)
            if known[:2] == target[:2] and not _ended(connection):  # scheme and authority
                return connection
            connection.close()

    def _give_back(self, target: SplitResult, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append((target, connection))
                return
        connection.close()


def _ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed a connection that waits: there is something to read."""
    poll = select.poll()
    with contextlib.suppress(OSError, ValueError):
        poll.register(connection.sock, select.POLLIN)
        return bool(poll.poll(0))
    return True
