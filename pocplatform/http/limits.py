"""How much a caller may ask in a time: of each key, of each tenant, and without a key.

Limits are written as the package ``limits`` reads them, such as ``100/second;2000/minute``. They
are counted here in fixed windows: every request pays for it, also those of the endpoints that carry
load, and the package's own counters take as long as a third of such a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from limits import parse_many

from pocplatform.http.state import Actor
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import RateLimited
from pocplatform.kit.settings import Settings

_AT_MOST = 50_000
"""Callers that are counted at a time; more than that, and those of past windows are forgotten."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many requests in so many seconds."""

    amount: int
    seconds: int


def parsed(text: str | None) -> tuple[Rule, ...]:
    """The rules of a setting; none where it is not set. Raises :class:`ValueError`."""
    if text is None:
        return ()
    return tuple(Rule(item.amount, item.get_expiry()) for item in parse_many(text))


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a caller has left.

    Attributes:
        limit: Requests in the window that is closest to its end of patience.
        remaining: How many of them are left.
        reset_s: Seconds until it begins anew.
    """

    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """As headers of an answer."""
        return [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset_s),
        ]


class TooManyRequests(RateLimited):
    """A request beyond the limit of its caller.

    Attributes:
        headroom: What they have left, which is nothing.
    """

    def __init__(self, headroom: Headroom) -> None:
        self.headroom = headroom
        super().__init__(
            "More than {limit} requests in the time.",
            next_step="Go on in {seconds} s; the RateLimit headers say how much is left.",
            limit=headroom.limit,
            seconds=headroom.reset_s,
        )


class RateLimits:
    """Counts requests. To be used from the event loop's thread only.

    Args:
        settings: What is allowed.
    """

    def __init__(self, settings: Settings) -> None:
        self._of_key = parsed(settings.rate_limit_key)
        self._of_tenant = parsed(settings.rate_limit_tenant)
        self._of_strangers = parsed(settings.rate_limit_anonymous)
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}

    def take(self, actor: Actor) -> Headroom | None:
        """Count a request; what is left. Raises :class:`TooManyRequests`."""
        if actor.org_id is None:
            return None  # the organisers
        found = None
        if self._of_key and actor.key_id is not None:
            found = self._count(actor.key_id, self._of_key, None)
        own = actor.limits.requests_per_second
        of_tenant = self._of_tenant if own is None else (Rule(own, 1),)
        if of_tenant:
            found = self._count(actor.org_id, of_tenant, found)
        return found

    def take_stranger(self, address: str) -> Headroom | None:
        """Count a request that comes without a key, by its network address."""
        return self._count(address, self._of_strangers, None) if self._of_strangers else None

    def _count(self, who: str, rules: Sequence[Rule], found: Headroom | None) -> Headroom:
        now = now_ms() / 1000
        for rule in rules:
            window = int(now // rule.seconds)
            since, count = self._counts.get((who, rule.seconds), (window, 0))
            if since != window:
                count = 0
            left = rule.amount - count - 1
            if found is None or left < found.remaining:
                reset_s = int((window + 1) * rule.seconds - now) + 1
                found = Headroom(rule.amount, max(left, 0), reset_s)
            if left < 0:
                raise TooManyRequests(found)
            if len(self._counts) >= _AT_MOST:
                self._forget(now)
            self._counts[who, rule.seconds] = (window, count + 1)
        assert found is not None
        return found

    def _forget(self, now: float) -> None:
        self._counts = {
            (who, seconds): (window, count)
            for (who, seconds), (window, count) in self._counts.items()
            if window == int(now // seconds)
        }
        if len(self._counts) >= _AT_MOST:
            self._counts.clear()
