"""How modules are loaded that a start or a first use should not wait for."""

import gc
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

_REST_S = 0.005


@contextmanager
def loading(*, beside_others: bool = False) -> Iterator[None]:
    """Load modules without the garbage collector, which need not look at what stays anyway.

    While loading it would take a tenth of a start, and each time after that it would go through
    all of it again, while whoever asks for something waits. One thread at a time.

    Args:
        beside_others: Whether other threads work meanwhile: they get a turn before each module.
            Else they share the interpreter for a second or two, and take twice as long.
    """
    rest = _Rest()
    if beside_others:
        sys.meta_path.insert(0, rest)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        if beside_others:
            sys.meta_path.remove(rest)


class _Rest(MetaPathFinder):
    """Finds no module; whichever its thread looks for, it waits a moment before."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, *_asked: object) -> None:
        if threading.get_ident() == self._thread:
            time.sleep(_REST_S)
