"""The gateway on its port, over a running platform, in one process."""

import gc
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn

from pocplatform import LOADED_AT
from pocplatform.chain.devnet.ports import holder
from pocplatform.http.guard import MAX_BODY
from pocplatform.http.rpc import PATH as RPC_PATH
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.lock import already_running, lock_holder
from pocplatform.kit.settings import Settings
from pocplatform.main import create_app
from pocplatform.organisers import admin_secret
from pocplatform.startup import Platform, Progress, open_platform

_TURN_S = 0.001
"""How long a thread may compute while others wait for their turn."""


class GatewayPortTaken(PlatformError):
    """Another program listens on the gateway's port."""

    code = "port_taken"
    title = "The port is taken"


class Serving:
    """A context in which the platform runs; :meth:`run` serves until :meth:`stop` or a signal.

    Args:
        settings: The settings; port 0 takes a free port.
        progress: Told each step.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        # The port is taken before anything is started, so that a clash costs nothing.
        self._socket = _listen(settings)
        self.settings = settings.model_copy(update={"port": self._socket.getsockname()[1]})
        self._progress = progress
        self._platform: Platform | None = None
        self._server: uvicorn.Server | None = None
        self._started = threading.Event()

    def __enter__(self) -> Self:
        try:
            self._platform = open_platform(self.settings, self._progress)
        except BaseException:
            self._socket.close()
            raise
        self.ready_seconds = round(time.monotonic() - LOADED_AT, 2)
        self._platform.background.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
        if self._platform is not None:
            self._platform.close()

    def run(self) -> None:
        """Serve in the calling (main) thread."""
        assert self._platform is not None
        config = uvicorn.Config(
            create_app(self._platform),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            ws_max_size=MAX_BODY,
        )
        self._server = _Server(config, self._started, self._platform.gateway.feed.close)
        # What is there by now stays: no collection need ever look at it again.
        gc.freeze()
        # Event loop, group commit and engine share the interpreter. At the default (5 ms) the
        # loop waits as long as that whenever another of them computes.
        sys.setswitchinterval(_TURN_S)
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Let :meth:`run` return."""
        self._started.wait(timeout=30)
        if self._server is not None:
            self._server.should_exit = True

    def wait_started(self) -> None:
        """Return once the gateway answers."""
        self._started.wait(timeout=60)

    @property
    def base_url(self) -> str:
        """Where the gateway is."""
        return self.settings.base_url

    @property
    def admin_key(self) -> str:
        """The organisers' secret key."""
        return admin_secret(self.settings)

    def facts(self) -> dict[str, Any]:
        """What a newcomer needs to know."""
        assert self._platform is not None
        gateway = self._platform.gateway
        return {
            "ready_seconds": self.ready_seconds,
            "pages": {
                "start": f"{self.base_url}/",
                "api_reference": f"{self.base_url}/docs",
            },
            "api": f"{self.base_url}/v1",
            "chain_id": gateway.chain_id,
            "json_rpc": f"{self.base_url}{RPC_PATH}",
            "rpc_url": gateway.client.url,
            "data_dir": str(self.settings.data_dir),
            "contracts": {
                name: contract.address
                for name, contract in gateway.contracts.manifest.contracts.items()
            },
            "deployed_now": self._platform.deployed,
        }


class _Server(uvicorn.Server):
    """Tells when it has started, and ends streams before it waits for requests to end."""

    def __init__(
        self, config: uvicorn.Config, started: threading.Event, end_streams: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._told = started
        self._end_streams = end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._told.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets=sockets)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.host, settings.port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        ours = lock_holder(settings.data_dir)
        if ours is not None:
            raise already_running(settings.data_dir, ours) from error
        who = holder(port)
        raise GatewayPortTaken(
            "Port {port} on {host} cannot be used: {why}{who}.",
            next_step="End that program, or choose another port: scripts/sandbox --port 0 takes a "
            "free one.",
            port=port,
            host=host,
            why=error.strerror,
            who=f" ({who})" if who else "",
        ) from error
    return listener
