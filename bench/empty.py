"""An application that answers without doing anything, on the server that the gateway runs on.

What a question through any gateway in Python takes at the least, beside the node's own time.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer as many bytes as a read through the API has (ASGI 3)."""
    await receive()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"130")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"0" * 130})


@contextlib.contextmanager
def empty_server() -> Iterator[str]:
    """Run it in a process of its own; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.empty", str(listener.fileno())],
        pass_fds=[listener.fileno()],
    )
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        process.terminate()
        process.wait(30)
        listener.close()


def main() -> None:
    """Serve on the listening socket that is handed over."""
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
