"""Identifiers with a typed prefix, such as ``agr_…`` for an agreement."""

import hashlib
import os
from collections import deque

from pocplatform.kit.clock import now_ms

PREFIXES = (
    "agr", "ann", "asm", "chg", "cmp", "cof", "crd", "ctr", "cty", "dlv", "dvn", "epo", "era",
    "evt", "hck", "inv", "itm", "ivt", "key", "lst", "mem", "mnd", "ofr", "org", "pay", "pir",
    "prc", "prp", "prq", "pyt", "rct", "rdm", "rdn", "rec", "req", "run", "ses", "snp", "spc",
    "spi", "spl", "stl", "team", "trd", "tx", "vch", "vis", "vrf", "wal", "whk",
)  # fmt: skip


def derived_id(prefix: str, *parts: object) -> str:
    """The identifier of what only the chain knows: the same whenever its row is written anew."""
    name = " ".join(map(str, parts))
    return f"{prefix}_{hashlib.sha256(name.encode()).hexdigest()[:24]}"


def new_id(prefix: str) -> str:
    """A new identifier: the prefix, an underscore and 24 hex digits.

    The time in milliseconds and 48 random bits, so that what is made later mostly stands behind
    what was made before: databases add to the end of an index faster than to its midst.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"unknown identifier prefix {prefix!r}")
    return f"{prefix}_{now_ms():012x}{_random_digits()}"


_digits: deque[str] = deque()


def _random_digits() -> str:
    """Twelve random hex digits; many are drawn at once, since each call lets other threads run."""
    try:
        return _digits.popleft()
    except IndexError:
        drawn = os.urandom(6 * 256).hex()
        _digits.extend(drawn[at : at + 12] for at in range(12, len(drawn), 12))
        return drawn[:12]
