"""Queries of visits."""

from collections.abc import Collection

from sqlalchemy import delete, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.visits.models import Seat, Visit
from pocplatform.domains.wallets.models import SignInSession
from pocplatform.kit.clock import now_ms


def by_hash(session: Session, hash_: str) -> Visit | None:
    """A visit that holds, by the hash of its cookie."""
    statement = select(Visit).where(Visit.hash == hash_, Visit.expires_ms > now_ms())
    return session.exec(statement).first()


def seat(session: Session, visit_id: str, org_id: str) -> Seat | None:
    """The seat of a visit in an organization."""
    statement = select(Seat).where(Seat.visit_id == visit_id, Seat.org_id == org_id)
    return session.exec(statement).first()


def session_of(session: Session, seat: Seat) -> SignInSession | None:
    """The session of a seat; None for one that is over and deleted."""
    return session.exec(select(SignInSession).where(SignInSession.id == seat.session_id)).first()


def seats(session: Session, visit_id: str) -> list[tuple[SignInSession, Organization]]:
    """The sessions of a visit's seats, whether they hold or not; the newest first."""
    statement = (
        select(SignInSession, Organization)
        .join(Seat, col(Seat.session_id) == SignInSession.id)
        .join(Organization, col(Organization.id) == Seat.org_id)
        .where(Seat.visit_id == visit_id)
        .order_by(col(Seat.seq).desc())
    )
    return list(session.exec(statement).all())


def leave(session: Session, seat: Seat) -> None:
    """Delete a seat with its session."""
    row = session_of(session, seat)
    session.delete(seat)
    if row is not None:
        session.delete(row)
    session.flush()


def release(session: Session, hash_: str) -> None:
    """Let a cookie's hash be free for another visit: the one that has it is over."""
    over = update(Visit).where(col(Visit.hash) == hash_, col(Visit.expires_ms) <= now_ms())
    session.connection().execute(over.values(hash="over " + col(Visit.id)))


def over(now_ms: int, at_most: int) -> SelectOfScalar[str]:
    """Ids of the visits that are over by then, those that have been for longest first."""
    expires = col(Visit.expires_ms)
    return select(Visit.id).where(expires <= now_ms).order_by(expires).limit(at_most)


def remove(session: Session, visit_ids: Collection[str]) -> None:
    """Delete visits, with their seats and the sessions of these."""
    connection = session.connection()
    of_these = col(Seat.visit_id).in_(visit_ids)
    sessions = select(Seat.session_id).where(of_these)
    connection.execute(delete(SignInSession).where(col(SignInSession.id).in_(sessions)))
    connection.execute(delete(Seat).where(of_these))
    connection.execute(delete(Visit).where(col(Visit.id).in_(visit_ids)))
