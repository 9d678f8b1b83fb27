"""The organisers in a browser: a session that follows from their key, without a row.

What a browser keeps is signed with the organisers' key (HMAC-SHA256) and ends by itself; the key is
not kept, and cannot be had from it. Another key of the organisers ends all of them.
"""

import hashlib
import hmac
import secrets

from pocplatform.kit.clock import now_ms

PREFIX = "ogs_test_"
LASTS_S = 12 * 3600
"""A day of an event."""


def new_token(admin_key: str) -> str:
    """A session of who has shown the organisers' key."""
    facts = f"{now_ms() + LASTS_S * 1000}_{secrets.token_hex(12)}"
    return f"{PREFIX}{facts}_{_signed(admin_key, facts)}"


def ends_ms(admin_key: str, token: str) -> int | None:
    """When a session ends (milliseconds since 1970); None for what is none, or is over."""
    facts, _, signature = token.removeprefix(PREFIX).rpartition("_")
    if not token.startswith(PREFIX) or not hmac.compare_digest(
        _signed(admin_key, facts).encode(), signature.encode()
    ):
        return None
    ends = int(facts.partition("_")[0])
    return ends if ends > now_ms() else None


def _signed(admin_key: str, facts: str) -> str:
    return hmac.new(admin_key.encode(), f"organiser {facts}".encode(), hashlib.sha256).hexdigest()
