"""An application that asks the node what it is asked, on the server that the gateway runs on.

It knows no keys, no limits, no contracts and no log: what a question through any gateway in Python
takes at the least, if each is asked of the node.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn

from pocplatform.chain.loop_connections import LoopConnections

_connections = LoopConnections(timeout=30)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer what the node answers to the body (ASGI 3)."""
    message = await receive()
    answer = await _connections.post(sys.argv[2], message["body"])
    if answer is None:
        raise RuntimeError("the node gave no plain answer")
    length = str(len(answer)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@contextlib.contextmanager
def running_proxy(rpc_url: str) -> Iterator[str]:
    """Run it before a node, in a process of its own; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.proxy", str(listener.fileno()), rpc_url],
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
