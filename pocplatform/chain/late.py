"""What is loaded when it is first needed, since few starts need it and it takes long."""

from importlib import import_module
from threading import Lock

_loading = Lock()


def load_eth_account() -> None:
    """Load eth_account, in one thread at a time.

    Its modules import one another in a circle: two threads that begin at different ones meet
    modules that are half there.
    """
    with _loading:
        import_module("eth_account")
