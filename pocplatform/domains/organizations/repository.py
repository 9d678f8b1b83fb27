"""Queries of organizations."""

from sqlmodel import Session, col, func, select

from pocplatform.domains.organizations.models import ApiKey, Organization


def by_id(session: Session, org_id: str) -> Organization | None:
    """An organization by its id."""
    return session.exec(select(Organization).where(Organization.id == org_id)).first()


def by_address(session: Session, address: str) -> Organization | None:
    """The organization whose wallet has this address."""
    return session.exec(select(Organization).where(Organization.address == address)).first()


def by_business_id(session: Session, business_id: str) -> Organization | None:
    """The organization with this business ID."""
    return session.exec(select(Organization).where(Organization.business_id == business_id)).first()


def revocations(session: Session) -> tuple[int, int | None]:
    """How many keys were revoked, and when the last one was (milliseconds since 1970)."""
    revoked = col(ApiKey.revoked_ms)
    return session.exec(select(func.count(revoked), func.max(revoked))).one()


def active_key(session: Session, hash_: str) -> tuple[ApiKey, Organization] | None:
    """A key that is not revoked, by its hash, with its organization."""
    statement = (
        select(ApiKey, Organization)
        .join(Organization, col(Organization.id) == ApiKey.org_id)
        .where(ApiKey.hash == hash_, col(ApiKey.revoked_ms).is_(None))
    )
    return session.exec(statement).first()
