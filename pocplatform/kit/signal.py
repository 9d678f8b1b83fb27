"""Lets one part tell others that something is there, without knowing them."""

from collections.abc import Callable


class Signal:
    """Calls whoever has connected."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[], None], ...] = ()

    def connect(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` from now on, in the thread of whoever tells; it must not block."""
        self._listeners = (*self._listeners, listener)

    def disconnect(self, listener: Callable[[], None]) -> None:
        """Call it no longer."""
        self._listeners = tuple(one for one in self._listeners if one != listener)

    def __call__(self) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            listener()
