"""Tells those who wait of transactions that reach the node: one subscription for all of them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pocplatform.chain.errors import RpcError

if TYPE_CHECKING:
    from pocplatform.chain.heads import PendingTransactions

_BEGINS_S = 5.0
"""How long the node may take to begin to tell."""
_REFUSED_S = 30.0
"""How long a node that did not begin is not asked again: whoever asks holds a thread meanwhile."""
_UNSUPPORTED = -32004
"""JSON-RPC's code for a method that is not supported (EIP-1474)."""


@dataclass(eq=False)
class Waiting:
    """Somebody who waits; given back with :meth:`end`.

    Attributes:
        told: Called, in the subscription's thread, with each hash. It must not block.
    """

    told: Callable[[str], None]
    _news: "PendingNews" = field(repr=False)

    def end(self) -> None:
        """Wait no longer. May take as long as a connection takes to close."""
        self._news._forget(self)


class PendingNews:
    """Passes pending transactions on.

    Args:
        url: Gives the node's WebSocket address.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._waiting: tuple[Waiting, ...] = ()
        self._subscription: PendingTransactions | None = None
        self._refused_until = 0.0

    def listen(self, told: Callable[[str], None]) -> Waiting:
        """Be told of every transaction that reaches the node after this returns.

        Raises :class:`RpcError` where the node does not tell.
        """
        # Here, since it brings the client's modules along, which few starts need.
        from pocplatform.chain.heads import PendingTransactions

        with self._lock:
            if time.monotonic() < self._refused_until:
                raise _refusal()
            if self._subscription is None:
                self._subscription = PendingTransactions(self._url, self._heard)
                self._subscription.start()
            if not self._subscription.begins(_BEGINS_S):
                self._stop_if_idle()
                self._refused_until = time.monotonic() + _REFUSED_S
                raise _refusal()
            waiting = Waiting(told, self)
            self._waiting = (*self._waiting, waiting)
        return waiting

    def close(self) -> None:
        """Tell nobody any more."""
        with self._lock:
            self._waiting = ()
            self._stop_if_idle()

    def _forget(self, waiting: Waiting) -> None:
        with self._lock:
            self._waiting = tuple(one for one in self._waiting if one is not waiting)
            self._stop_if_idle()

    def _stop_if_idle(self) -> None:
        if not self._waiting and self._subscription is not None:
            self._subscription.stop()
            self._subscription = None

    def _heard(self, hash_: str) -> None:
        for waiting in self._waiting:
            waiting.told(hash_)


def _refusal() -> RpcError:
    return RpcError(_UNSUPPORTED, "the node does not tell of pending transactions")
