"""Queries of assessments."""

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assessments.models import Assessment
from pocplatform.kit import tenants


def visible_to(org_id: str | None) -> SelectOfScalar[Assessment]:
    """Those of a tenant; the organisers see all."""
    return tenants.visible_to(Assessment, org_id)


def holding(session: Session, org_id: str | None, about: str) -> Assessment | None:
    """What an organization thinks of something."""
    statement = select(Assessment).where(
        Assessment.org_id == org_id,
        Assessment.about == about,
        col(Assessment.replaced_ms).is_(None),
    )
    return session.exec(statement).first()


def _held(since_ms: int, until_ms: int) -> tuple[ColumnElement[bool], ...]:
    """Those of a time that nothing of the same time has taken the place of."""
    replaced = col(Assessment.replaced_ms)
    return (
        col(Assessment.created_ms) >= since_ms,
        col(Assessment.created_ms) < until_ms,
        or_(replaced.is_(None), replaced >= until_ms),
    )


def means(session: Session, since_ms: int, until_ms: int) -> tuple[int, list[float]]:
    """How many there are of a time, and the means of their three marks."""
    statement = select(
        func.count(),
        func.avg(Assessment.useful),
        func.avg(Assessment.clear),
        func.avg(Assessment.invest),
    ).where(*_held(since_ms, until_ms))
    number, useful, clear, invest = session.exec(statement).one()
    return number, [float(useful), float(clear), float(invest)] if number else []


def words(session: Session, since_ms: int, until_ms: int, at_most: int) -> list[Assessment]:
    """The newest with words in them."""
    statement = (
        select(Assessment)
        .where(*_held(since_ms, until_ms), Assessment.text != "")
        .order_by(col(Assessment.seq).desc())
        .limit(at_most)
    )
    return list(session.exec(statement))
