"""One request to an endpoint, and what came of it."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Mapping
from typing import NamedTuple

import httpcore
import httpx

from pocplatform.delivery.webhooks.addresses import (
    AddressRefused,
    CheckedConnections,
    Resolve,
    SystemResolver,
    allowed,
    checked,
    host_of,
    port_of,
)
from pocplatform.delivery.webhooks.errors import WebhookUrlRefused

KEPT_BYTES = 500
"""What of an answer is kept."""
_LOOKUPS = 16
_LOOKUPS_OF_A_TENANT = 2
"""Names that are looked up at once: those of one tenant, all of whose name servers may be slow,
leave room for the others'."""


class Outcome(NamedTuple):
    """What came of a request.

    Attributes:
        status: HTTP status; None if there was no answer.
        error: Why not, as a stable name: ``timeout``, ``name_not_found``, ``address_refused``,
            ``connection_failed``, ``tls_failed`` or ``bad_answer``.
        answer: The first bytes of the answer's body.
        duration_ms: From the begin to the answer.
    """

    status: int | None
    error: str | None
    answer: str
    duration_ms: int

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint has taken it: 2xx. A redirect is no success and not followed."""
        return self.status is not None and 200 <= self.status < 300


class Outgoing:
    """Sends requests to endpoints. Used in one event loop.

    Args:
        private: Whether endpoints may have private addresses.
        timeout_s: For a whole request, its name's resolution included.
        resolve: Finds addresses; the machine's resolver, if not given.
    """

    def __init__(self, *, private: bool, timeout_s: float, resolve: Resolve | None = None) -> None:
        self._private = private
        self._timeout_s = timeout_s
        self._resolve = resolve or SystemResolver(_LOOKUPS)
        self._lookups = asyncio.Semaphore(_LOOKUPS)
        self._lookups_of: dict[str, asyncio.Semaphore] = {}
        self._tls: ssl.SSLContext | None = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], tenant: str = ""
    ) -> Outcome:
        """POST JSON to an endpoint of a tenant. Never raises for what the endpoint does."""
        began = time.monotonic()
        status, error, answer = None, None, b""
        try:
            parsed = checked(url, private=self._private)
            looking = await self._begin_to_look_up(parsed, tenant)
            began = time.monotonic()  # waiting for others is not the endpoint's time
            async with asyncio.timeout(self._timeout_s):
                addresses = await asyncio.shield(looking)
                status, answer = await self._post(parsed, addresses, body, headers)
        except TimeoutError:
            error = "timeout"
        except (AddressRefused, WebhookUrlRefused):
            error = "address_refused"
        except ssl.SSLError:
            error = "tls_failed"
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
            cause = failure.__context__ or failure.__cause__
            error = "tls_failed" if isinstance(cause, ssl.SSLError) else "connection_failed"
        except (httpcore.ProtocolError, ValueError):
            error = "bad_answer"
        except (httpcore.NetworkError, httpcore.TimeoutException):
            error = "connection_failed"
        except OSError:
            error = "name_not_found"
        shown = answer.decode("utf-8", "replace").replace("\0", "\ufffd")
        return Outcome(status, error, shown, int((time.monotonic() - began) * 1000))

    async def _begin_to_look_up(self, url: httpx.URL, tenant: str) -> "asyncio.Task[list[str]]":
        """Look a host's addresses up, as soon as there is room; it is kept until that has ended,
        also when nobody waits for it any more."""
        rooms = (
            self._lookups_of.setdefault(tenant, asyncio.Semaphore(_LOOKUPS_OF_A_TENANT)),
            self._lookups,
        )
        async with contextlib.AsyncExitStack() as entered:
            for room in rooms:
                await entered.enter_async_context(room)
            found = allowed(host_of(url), port_of(url), self._resolve, private=self._private)
            looking = asyncio.create_task(found)
            entered.pop_all()

        def ended(task: "asyncio.Task[list[str]]") -> None:
            for room in rooms:
                room.release()
            if not task.cancelled():
                task.exception()  # was looked at, by whoever still waits

        looking.add_done_callback(ended)
        return looking

    async def _post(
        self, url: httpx.URL, addresses: list[str], body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        # A connection of its own for each request, so that its address is checked each time.
        # httpcore follows no redirects, and takes no proxy or password from the environment.
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._context() if url.scheme == "https" else None,
            network_backend=CheckedConnections(addresses),
            max_keepalive_connections=0,
        )
        sent: list[tuple[str | bytes, str | bytes]] = [
            ("Host", url.netloc), ("Content-Length", str(len(body))), *headers.items()
        ]  # fmt: skip
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        answer = bytearray()
        async with pool, pool.stream("POST", target, headers=sent, content=body) as response:
            # A body that never ends must not hold the rest up: no more is read than is kept.
            with contextlib.suppress(httpcore.ProtocolError, httpcore.NetworkError):
                async for part in response.aiter_stream():
                    answer += part
                    if len(answer) >= KEPT_BYTES:
                        break
            return response.status, bytes(answer[:KEPT_BYTES])

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpcore.default_ssl_context()
        return self._tls
