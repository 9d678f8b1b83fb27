"""Queries of wallets and signing in."""

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from pocplatform.domains.organizations.models import Member
from pocplatform.domains.wallets.models import SignInNonce, SignInSession
from pocplatform.kit.clock import now_ms


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


def active_session(session: Session, hash_: str) -> tuple[SignInSession, Member | None] | None:
    """A session that holds, by its token's hash, with the member whose it is."""
    statement = (
        select(SignInSession, Member)
        .join(Member, col(Member.id) == SignInSession.member_id, isouter=True)
        .where(
            SignInSession.hash == hash_,
            col(SignInSession.revoked_ms).is_(None),
            SignInSession.expires_ms > now_ms(),
        )
    )
    return session.exec(statement).first()


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
