"""Queries of pilots' runs."""

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.pilot_runs.models import PilotRun


def runs(pilot: str | None = None) -> SelectOfScalar[PilotRun]:
    """All runs, or those of a pilot, without their evaluations."""
    statement = select(PilotRun).options(defer(PilotRun.evaluation))  # type: ignore[arg-type]
    return statement if pilot is None else statement.where(PilotRun.pilot == pilot)


def by_id(session: Session, id_: str) -> PilotRun | None:
    """A run by its id."""
    return session.exec(select(PilotRun).where(PilotRun.id == id_)).first()


def by_run(session: Session, run: str) -> PilotRun | None:
    """A run by the id that it has itself."""
    return session.exec(select(PilotRun).where(PilotRun.run == run)).first()


def newest(session: Session, until_ms: int | None = None) -> list[PilotRun]:
    """The newest run of each pilot, up to a moment."""
    last = select(func.max(PilotRun.seq)).group_by(col(PilotRun.pilot))
    if until_ms is not None:
        last = last.where(col(PilotRun.ended_ms) < until_ms)
    return list(session.exec(select(PilotRun).where(col(PilotRun.seq).in_(last))))
