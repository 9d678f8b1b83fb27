"""Queries of hackathons and workshops."""

from collections.abc import Collection

from sqlalchemy import update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.hackathons.models import Announcement, Hackathon, Team
from pocplatform.domains.organizations.models import OrganizationLimits


def hackathons(kind: str | None = None) -> SelectOfScalar[Hackathon]:
    """All events, or those of a kind."""
    statement = select(Hackathon)
    return statement if kind is None else statement.where(Hackathon.kind == kind)


def by_id(session: Session, hackathon_id: str) -> Hackathon | None:
    """An event."""
    return session.exec(select(Hackathon).where(Hackathon.id == hackathon_id)).first()


def by_code(session: Session, code_key: str) -> Hackathon | None:
    """The event with this code."""
    return session.exec(select(Hackathon).where(Hackathon.code_key == code_key)).first()


def team_by_code(session: Session, code_key: str) -> Team | None:
    """The team with this code."""
    return session.exec(select(Team).where(Team.code_key == code_key)).first()


def team_of(session: Session, org_id: str) -> Team | None:
    """The team that acts as this organization."""
    return session.exec(select(Team).where(Team.org_id == org_id)).first()


def teams(hackathon_id: str) -> SelectOfScalar[Team]:
    """The teams of an event."""
    return select(Team).where(Team.hackathon_id == hackathon_id)


def all_teams(session: Session, hackathon_id: str) -> list[Team]:
    """The teams of an event, in the order in which they were made."""
    return list(session.exec(teams(hackathon_id).order_by(col(Team.seq))))


def team(session: Session, hackathon_id: str, team_id: str) -> Team | None:
    """A team of an event."""
    return session.exec(teams(hackathon_id).where(Team.id == team_id)).first()


def team_names(session: Session, hackathon_id: str) -> set[str]:
    """The names of an event's teams, as they are compared."""
    statement = select(Team.name_key).where(Team.hackathon_id == hackathon_id)
    return set(session.exec(statement))


def count_teams(session: Session, hackathon_id: str) -> int:
    """How many teams an event has."""
    statement = select(func.count()).select_from(Team).where(Team.hackathon_id == hackathon_id)
    return session.exec(statement).one()


def sums_of_teams(session: Session, hackathon_id: str) -> tuple[int, int, int]:
    """How many teams an event has, keys they have got, and resets there were."""
    statement = select(
        func.count(), func.coalesce(func.sum(Team.keys), 0), func.coalesce(func.sum(Team.resets), 0)
    ).where(Team.hackathon_id == hackathon_id)
    teams, keys, resets = session.exec(statement).one()
    return int(teams), int(keys), int(resets)


def announcements(hackathon_id: str) -> SelectOfScalar[Announcement]:
    """What the organisers have told at an event."""
    return select(Announcement).where(Announcement.hackathon_id == hackathon_id)


def announcement(session: Session, announcement_id: str) -> Announcement | None:
    """What was told, by its id."""
    return session.exec(select(Announcement).where(Announcement.id == announcement_id)).first()


def newest_announcements(session: Session, hackathon_id: str, most: int) -> list[Announcement]:
    """The newest of it, the newest first."""
    statement = announcements(hackathon_id).order_by(col(Announcement.seq).desc()).limit(most)
    return list(session.exec(statement))


def limits(session: Session, org_ids: Collection[str]) -> list[OrganizationLimits]:
    """What these organizations may take."""
    statement = select(OrganizationLimits).where(col(OrganizationLimits.org_id).in_(org_ids))
    return list(session.exec(statement))


def freeze(session: Session, org_ids: Collection[str], frozen: bool) -> None:
    """Let organizations write, or not."""
    rows = update(OrganizationLimits).where(col(OrganizationLimits.org_id).in_(org_ids))
    session.connection().execute(rows.values(frozen=frozen))


def contracts_of(session: Session, org_id: str) -> list[Contract]:
    """The contracts that are an organization's own."""
    return list(session.exec(select(Contract).where(Contract.org_id == org_id)))
