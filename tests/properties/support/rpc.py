"""JSON-RPC over one kept-alive connection, with one system call each way.

The platform's own client can do much more, and takes ten times as long for a request: over the
tens of thousands of steps of a nightly run that would be minutes.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from pocplatform.chain.errors import RpcError

TIMEOUT_S = 60
CHUNK = 1 << 20


class Connection:
    """A connection to a node on this machine, for one thread."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def request(self, method: str, *params: Any) -> Any:
        """The result of a call; raises :class:`RpcError` where the node answers with an error."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        head = (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall((head + body).encode())
        answer = json.loads(self._receive())
        if (error := answer.get("error")) is not None:
            raise RpcError(error["code"], error["message"], error.get("data"), method=method)
        return answer["result"]

    def _receive(self) -> bytes:
        """The body of the next answer."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        data = self._socket.recv(CHUNK)
        if not data:
            raise ConnectionError("the node has ended the connection")
        return data
