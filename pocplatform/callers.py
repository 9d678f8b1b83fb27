"""Who calls, and how much of everything they may take: what a secret stands for."""

import secrets
from collections.abc import Callable

from sqlmodel import Session

from pocplatform.domains.organizations import keys as api_keys
from pocplatform.domains.organizations.repository import limits_of
from pocplatform.domains.visits import organisers
from pocplatform.domains.wallets import sessions
from pocplatform.http.state import Actor, Limits, Scope


def look_up(admin_key: str, operator: str) -> Callable[[Session, str], Actor | None]:
    """Finds who calls by what they show: a key, or a session of their own or of the organisers'.

    Args:
        admin_key: The organisers' secret key.
        operator: The account that organisers act by.
    """
    every = frozenset[Scope](("read", "write", "manage", "admin", "chain:debug"))
    admin_hash = api_keys.secret_hash(admin_key)

    def found_by(session: Session, secret: str) -> Actor | None:
        if secrets.compare_digest(api_keys.secret_hash(secret), admin_hash):
            return Actor(None, operator, every)
        ends_ms = organisers.ends_ms(session, admin_key, secret)
        if ends_ms is not None:
            return Actor(None, operator, every, expires_ms=ends_ms)
        found = sessions.caller(session, secret) or api_keys.caller(session, secret)
        if found is None:
            return None
        limits = _limits(session, found.org_id)
        scopes = frozenset[Scope](found.scopes)  # type: ignore[arg-type]
        if limits.frozen:
            scopes &= {"read"}
        return Actor(found.org_id, found.address, scopes, found.key_id, found.expires_ms, limits)

    return found_by


def _limits(session: Session, org_id: str) -> Limits:
    row = limits_of(session, org_id)
    if row is None:
        return Limits()
    return Limits(row.requests_per_second, row.faucet_daily, row.devnets, row.frozen)
