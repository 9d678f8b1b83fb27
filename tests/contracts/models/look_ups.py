"""Refused look-ups: of these, anvil's provider tells only which error it was, not its values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ape.exceptions import ContractLogicError
from eth_utils import keccak


@contextmanager
def refused_look_up(signature: str) -> Iterator[None]:
    """The block must revert with the custom error of this signature, ``Name(type,…)``."""
    with pytest.raises(ContractLogicError) as caught:
        yield
    name, selector = signature.partition("(")[0], keccak(text=signature)[:4]
    told = f"{type(caught.value).__name__} {caught.value.revert_message}"
    assert any(sign in told for sign in (name, selector.hex(), repr(selector)[2:-1])), told
