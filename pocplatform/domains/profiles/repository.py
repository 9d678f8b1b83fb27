"""Queries of profiles."""

from sqlmodel import Session, select

from pocplatform.domains.profiles.models import Profile


def of_organization(session: Session, org_id: str) -> Profile | None:
    """The profile of an organization, if it has made one."""
    return session.exec(select(Profile).where(Profile.org_id == org_id)).first()


def published(session: Session, address: str) -> Profile | None:
    """The public profile behind an address."""
    statement = select(Profile).where(Profile.address == address, Profile.published)
    return session.exec(statement).first()
