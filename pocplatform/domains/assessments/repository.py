"""Queries of assessments."""

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assessments.models import Assessment
from pocplatform.kit import tenants


def visible_to(org_id: str | None) -> SelectOfScalar[Assessment]:
    """Those of a tenant; the organisers see all."""
    return tenants.visible_to(Assessment, org_id)


def means(session: Session, since_ms: int, until_ms: int) -> tuple[int, list[float]]:
    """How many there are of a time, and the means of their three marks."""
    marks = (Assessment.useful, Assessment.clear, Assessment.invest)
    statement = select(func.count(), *(func.avg(col(mark)) for mark in marks)).where(
        col(Assessment.created_ms) >= since_ms, col(Assessment.created_ms) < until_ms
    )
    number, *found = session.exec(statement).one()  # type: ignore[call-overload]
    return int(number), [float(one) for one in found if one is not None]


def words(session: Session, since_ms: int, until_ms: int, at_most: int) -> list[Assessment]:
    """The newest with words in them."""
    statement = (
        select(Assessment)
        .where(
            col(Assessment.created_ms) >= since_ms,
            col(Assessment.created_ms) < until_ms,
            Assessment.text != "",
        )
        .order_by(col(Assessment.seq).desc())
        .limit(at_most)
    )
    return list(session.exec(statement))
