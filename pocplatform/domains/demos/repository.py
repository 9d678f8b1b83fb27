"""Queries of guided demos."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlmodel import Session, col, select

from pocplatform.domains.demos.models import DemoRun, DemoStep


def run(session: Session, visit_id: str, run_id: str) -> DemoRun | None:
    """A run of a visit."""
    statement = select(DemoRun).where(DemoRun.id == run_id, DemoRun.visit_id == visit_id)
    return session.exec(statement).first()


def run_of_attempt(session: Session, visit_id: str, attempt: str) -> DemoRun | None:
    """The run that a form has begun."""
    statement = select(DemoRun).where(DemoRun.visit_id == visit_id, DemoRun.attempt == attempt)
    return session.exec(statement).first()


def runs(session: Session, visit_id: str, at_most: int) -> list[DemoRun]:
    """The runs of a visit, newest first."""
    statement = select(DemoRun).where(DemoRun.visit_id == visit_id)
    return list(session.exec(statement.order_by(col(DemoRun.seq).desc()).limit(at_most)))


def steps(session: Session, run_id: str) -> list[DemoStep]:
    """The steps that are done, in their order."""
    statement = select(DemoStep).where(DemoStep.run_id == run_id).order_by(col(DemoStep.seq))
    return list(session.exec(statement))


def step(session: Session, run_id: str, name: str) -> DemoStep | None:
    """A step that is done."""
    statement = select(DemoStep).where(DemoStep.run_id == run_id, DemoStep.step == name)
    return session.exec(statement).first()


def remove_of_visits(session: Session, visit_ids: Collection[str]) -> None:
    """Delete the runs of visits, with what their steps have shown."""
    connection = session.connection()
    of_these = col(DemoRun.visit_id).in_(visit_ids)
    of_their_runs = col(DemoStep.run_id).in_(select(DemoRun.id).where(of_these))
    connection.execute(delete(DemoStep).where(of_their_runs))
    connection.execute(delete(DemoRun).where(of_these))
