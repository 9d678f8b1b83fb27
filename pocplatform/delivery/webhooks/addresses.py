"""Where webhooks may go: to the public internet, and not to what only this machine can reach.

Whoever names an address for webhooks has the sandbox send requests there. So the name is resolved
once, every address that it has is checked, and the connection is made to a checked address, not to
the name again: a name that resolves otherwise a moment later (DNS rebinding) gains nothing.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore
import httpx

from pocplatform.delivery.webhooks.errors import WebhookUrlRefused

_RESOLVING_S = 3.0
"""How long a name is looked up before an endpoint is accepted without that."""

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.IGNORECASE)
_FIRST_FREE_PORT, _LAST_PORT = 1024, 65535
_WELL_KNOWN_PORTS = (80, 443)

_NEVER_V4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
"""Special-purpose addresses (IANA registry, RFC 6890): not on the public internet."""

_PUBLIC_V6 = ip_network("2000::/3")
_NEVER_V6 = [
    # Teredo and 6to4 carry IPv4 addresses in them; the rest is special-purpose (RFC 6890).
    ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Finds the addresses of a host name. Raises OSError."""


class AddressRefused(OSError):
    """A name resolves to an address that webhooks do not go to."""


class SystemResolver:
    """The addresses that the machine's resolver knows; IP addresses in any notation are theirs.

    A name server that does not answer keeps a thread for as long as the machine's resolver has
    patience, whoever still waits for it: so they are threads that do nothing else.

    Args:
        threads: Names that are looked up at once.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a host. Raises OSError."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


_resolver = SystemResolver(4)
"""For endpoints that are set; what is sent does not wait for them."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _NEVER_V4)
    assert isinstance(ip, IPv6Address)
    # Outside of 2000::/3: loopback, link-local, unique local, multicast, IPv4-mapped, NAT64.
    return ip in _PUBLIC_V6 and not any(ip in network for network in _NEVER_V6)


async def allowed(host: str, port: int, resolve: Resolve, *, private: bool) -> list[str]:
    """The addresses of a host, all of them allowed.

    Raises:
        AddressRefused: One of them is not on the public internet.
        OSError: It has none.
    """
    found = await resolve(host, port)
    refused = [address for address in found if not private and not is_public(address)]
    if refused or not found:
        raise AddressRefused(f"{host} resolves to {', '.join(refused) or 'nothing'}")
    return found


def checked(url: str, *, private: bool) -> httpx.URL:
    """An endpoint's address, as far as it can be judged by itself.

    Raises :class:`WebhookUrlRefused`.
    """
    try:
        parsed = httpx.URL(url)
        host, port = parsed.host, parsed.port
        if (host and not _HOST.fullmatch(host_of(parsed))) or not 0 < (port or 1) <= _LAST_PORT:
            raise ValueError(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise WebhookUrlRefused(
            "{param} is not a web address.",
            next_step="Write it as https://example.com/hook.",
            param="url",
        ) from error
    if parsed.scheme not in ("http", "https") or not host:
        raise WebhookUrlRefused(
            "{param} must begin with https:// (or http://) and a host.",
            next_step="Write it as https://example.com/hook.",
            param="url",
        )
    if parsed.userinfo or parsed.fragment or "\\" in url:
        raise WebhookUrlRefused(
            "{param} must hold no user name, password, fragment or backslash.",
            next_step="Put what your endpoint needs to know into the path or the query; that a "
            "request is ours, its signature tells.",
            param="url",
        )
    if _is_odd_number(host):
        raise WebhookUrlRefused(
            "{host} is no usual way to write an address.",
            next_step="Write IPv4 addresses as four decimal numbers, or use a name.",
            param="url",
            host=host,
        )
    if not private and not (port is None or port in _WELL_KNOWN_PORTS or port >= _FIRST_FREE_PORT):
        raise WebhookUrlRefused(
            "Webhooks are not sent to port {port}.",
            next_step="Use 443, 80, or a port from 1024 on.",
            param="url",
            port=port,
        )
    return parsed


async def check_endpoint(url: str, *, private: bool, resolve: Resolve = _resolver) -> str:
    """An endpoint's address, checked as well as it can be before anything is sent there.

    A name that cannot be resolved just now is accepted: it is looked at again before each attempt.
    Raises :class:`WebhookUrlRefused`.
    """
    parsed = checked(url, private=private)
    try:
        async with asyncio.timeout(_RESOLVING_S):
            await allowed(host_of(parsed), port_of(parsed), resolve, private=private)
    except AddressRefused as error:
        raise WebhookUrlRefused(
            "{host} is not an address on the public internet.",
            next_step="Use an endpoint that can be reached from anywhere; to try out on your own "
            "machine, `pocplatform listen` brings events there.",
            param="url",
            host=parsed.host,
        ) from error
    except (OSError, TimeoutError, UnicodeError):
        pass
    return str(parsed)


class CheckedConnections(httpcore.AsyncNetworkBackend):
    """Connects to a host by its addresses, which were found to be :func:`allowed`.

    Args:
        addresses: The host's.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the host's addresses."""
        failure: Exception | None = None
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.NetworkError as error:
                failure = error
        assert failure is not None
        raise failure


def host_of(url: httpx.URL) -> str:
    """The host as name servers know it."""
    return url.raw_host.decode("ascii")


def port_of(url: httpx.URL) -> int:
    """The port, also where it is not written."""
    return url.port or (443 if url.scheme == "https" else 80)


def _is_odd_number(host: str) -> bool:
    """Whether a host is an IPv4 address in another notation than a.b.c.d (WHATWG URL: "ends in a
    number"): one decimal number, octal or hexadecimal parts, fewer than four parts."""
    last = host.rstrip(".").rpartition(".")[2]
    if not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", last):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True
