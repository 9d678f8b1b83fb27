"""Identifiers with a typed prefix, such as ``agr_…`` for an agreement."""

import secrets

PREFIXES = (
    "org", "key", "crd", "agr", "pay", "tx", "evt", "req",
)  # fmt: skip


def new_id(prefix: str) -> str:
    """A new identifier: the prefix, an underscore and 96 random bits in hex."""
    if prefix not in PREFIXES:
        raise ValueError(f"unknown identifier prefix {prefix!r}")
    return f"{prefix}_{secrets.token_hex(12)}"
