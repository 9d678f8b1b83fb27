"""When to try again, and after how long."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

_GATEWAY_STATUSES = frozenset({502, 503, 504})
_CODES = frozenset({"chain_unreachable", "not_ready", "idempotency_key_in_use"})

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures after which the request has certainly not reached the sandbox."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How failures that may pass are tried again.

    Repeating is safe: reading changes nothing, and every write carries an idempotency key.

    Attributes:
        seconds: How long to go on, from the first try; 0 never tries again.
        first_delay: The longest first delay, in seconds; it doubles from try to try.
        longest_delay: The longest delay at all.
    """

    seconds: float = 15.0
    first_delay: float = 0.1
    longest_delay: float = 3.0

    def delay(self, tries: int) -> float:
        """Seconds before the next try: exponential, with full jitter, never less than 10 ms."""
        longest = min(self.longest_delay, self.first_delay * 2.0 ** min(tries - 1, 30))
        return max(0.01, random.uniform(0, longest))


def may_pass(status: int, code: str | None) -> bool:
    """Whether an answer says that trying again can help."""
    return status == 429 or status in _GATEWAY_STATUSES or code in _CODES


def retry_after(response: httpx.Response) -> float | None:
    """Seconds in ``Retry-After`` (RFC 9110, section 10.2.3: a number or a date), if it is there."""
    value = response.headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
