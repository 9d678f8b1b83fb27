"""Identifiers with a typed prefix, such as ``agr_…`` for an agreement."""

import secrets

from pocplatform.kit.clock import now_ms

PREFIXES = (
    "org", "key", "crd", "agr", "pay", "tx", "evt", "req",
)  # fmt: skip


def new_id(prefix: str) -> str:
    """A new identifier: the prefix, an underscore and 24 hex digits.

    The time in milliseconds and 48 random bits, so that what is made later mostly stands behind
    what was made before: databases add to the end of an index faster than to its midst.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"unknown identifier prefix {prefix!r}")
    return f"{prefix}_{now_ms():012x}{secrets.token_hex(6)}"
