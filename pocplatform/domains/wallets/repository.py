"""Queries of wallets and signing in."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col, func, select

from pocplatform.domains.organizations.models import ApiKey, Member
from pocplatform.domains.wallets.models import SignInNonce, SignInSession
from pocplatform.kit.clock import now_ms


class Active(NamedTuple):
    """A session whose time is not over, with what it depends on.

    Attributes:
        member: Whose it is; None also for one who is no member any more.
        key: What it came of; None also for a key that opens nothing any more.
    """

    row: SignInSession
    member: Member | None
    key: ApiKey | None


def add_nonce(session: Session, nonce: str, expires_ms: int) -> None:
    """Keep a nonce, and forget those that have expired."""
    session.connection().execute(
        delete(SignInNonce.__table__).where(col(SignInNonce.expires_ms) <= now_ms())  # type: ignore[attr-defined]
    )
    session.add(SignInNonce(nonce=nonce, expires_ms=expires_ms))


def open_nonces(session: Session) -> int:
    """How many have been given out and may still be used."""
    return session.exec(select(func.count()).select_from(SignInNonce)).one()


def use_nonce(session: Session, nonce: str) -> bool:
    """Take a nonce away; whether it was there and good. Of two at once, one gets it."""
    used = session.connection().execute(
        delete(SignInNonce.__table__).where(  # type: ignore[attr-defined]
            col(SignInNonce.nonce) == nonce, col(SignInNonce.expires_ms) > now_ms()
        )
    )
    return used.rowcount == 1


def active_session(session: Session, hash_: str) -> Active | None:
    """A session whose time is not over, by its token's hash."""
    return active_sessions(session, [hash_]).get(hash_)


def active_sessions(session: Session, hashes: Collection[str]) -> dict[str, Active]:
    """Those of some sessions whose time is not over, by their tokens' hashes."""
    now = now_ms()
    key_opens = and_(
        col(ApiKey.id) == SignInSession.key_id,
        col(ApiKey.revoked_ms).is_(None),
        or_(col(ApiKey.expires_ms).is_(None), col(ApiKey.expires_ms) > now),
    )
    statement = (
        select(SignInSession, Member, ApiKey)
        .join(Member, col(Member.id) == SignInSession.member_id, isouter=True)
        .join(ApiKey, key_opens, isouter=True)
        .where(
            col(SignInSession.hash).in_(hashes),
            col(SignInSession.revoked_ms).is_(None),
            SignInSession.expires_ms > now,
        )
    )
    return {found[0].hash: Active(*found) for found in session.exec(statement)}


def remove_expired(session: Session, now_ms: int, at_most: int) -> int:
    """Delete sessions that have expired by then; how many."""
    over = (
        select(SignInSession.seq)
        .where(col(SignInSession.expires_ms) <= now_ms)
        .order_by(col(SignInSession.expires_ms))
        .limit(at_most)
    )
    removed = delete(SignInSession).where(col(SignInSession.seq).in_(over))
    return session.connection().execute(removed).rowcount
