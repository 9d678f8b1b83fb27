"""The platform's one clock. Times are UTC; rows hold whole milliseconds since 1970."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

LATEST_S = 253_402_300_799
"""The last second that can be written as a date: the end of the year 9999 in UTC."""

ZONE = ZoneInfo("Europe/Helsinki")
"""The sandbox's people live there, and read and write its times; machines get UTC."""

_ahead_ms = 0


def advance(seconds: int) -> None:
    """Put this process's clock forward, until it ends. For sandboxes that are thrown away."""
    global _ahead_ms
    _ahead_ms += seconds * 1000


def now_ns() -> int:
    """The present time in nanoseconds since 1970-01-01 UTC."""
    return time.time_ns() + _ahead_ms * 1_000_000


def now_ms() -> int:
    """The present time in milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000 + _ahead_ms


def now_s() -> int:
    """The present time in whole seconds since 1970-01-01 UTC, as block timestamps are."""
    return now_ms() // 1000


@lru_cache(maxsize=1024)
def iso(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds, such as ``2026-11-22T05:30:37.120Z``."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def iso_s(seconds: int) -> str:
    """RFC 3339 in UTC to the second, for block timestamps."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
