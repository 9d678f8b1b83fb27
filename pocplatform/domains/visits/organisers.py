"""The organisers in a browser: a session that follows from their key, without a row.

What a browser keeps is signed with the organisers' key (HMAC-SHA256) and ends by itself; the key is
not kept, and cannot be had from it. Another key of the organisers ends all of them, and signing out
ends one: only then there is a row, until the session would have ended anyway.
"""

import hashlib
import hmac
import secrets

from sqlalchemy import delete
from sqlmodel import Session, col

from pocplatform.domains.organizations import repository as organizations
from pocplatform.domains.visits.models import OrganisersSignedOut
from pocplatform.kit.clock import now_ms

PREFIX = "ogs_test_"
LASTS_S = 12 * 3600
"""A day of an event."""


def new_token(admin_key: str) -> str:
    """A session of who has shown the organisers' key."""
    facts = f"{now_ms() + LASTS_S * 1000}_{secrets.token_hex(12)}"
    return f"{PREFIX}{facts}_{_signed(admin_key, facts)}"


def ends_ms(session: Session, admin_key: str, token: str) -> int | None:
    """When a session ends (milliseconds since 1970); None for what is none, or is over."""
    ends = _signed_end(admin_key, token)
    if ends is None or session.get(OrganisersSignedOut, _hash(token)) is not None:
        return None
    return ends


def sign_out(session: Session, admin_key: str, token: str) -> None:
    """End a session, within a second. What is none, or is over, needs no end."""
    ends = _signed_end(admin_key, token)
    if ends is None or session.get(OrganisersSignedOut, _hash(token)) is not None:
        return
    over = delete(OrganisersSignedOut).where(col(OrganisersSignedOut.ends_ms) <= now_ms())
    session.connection().execute(over)
    session.add(OrganisersSignedOut(hash=_hash(token), ends_ms=ends))
    organizations.count_revocation(session)
    session.flush()


def _signed_end(admin_key: str, token: str) -> int | None:
    facts, _, signature = token.removeprefix(PREFIX).rpartition("_")
    if not token.startswith(PREFIX) or not hmac.compare_digest(
        _signed(admin_key, facts).encode(), signature.encode()
    ):
        return None
    ends = int(facts.partition("_")[0])
    return ends if ends > now_ms() else None


def _signed(admin_key: str, facts: str) -> str:
    return hmac.new(admin_key.encode(), f"organiser {facts}".encode(), hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
