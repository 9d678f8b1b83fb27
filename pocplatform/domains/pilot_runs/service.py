"""Keeping evaluations of pilots' runs."""

import hashlib
import json
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.pilot_runs import repository
from pocplatform.domains.pilot_runs.errors import EvaluationInvalid
from pocplatform.domains.pilot_runs.models import PilotRun
from pocplatform.domains.pilot_runs.schemas import PilotRunRead, PilotRunSummary
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.pilots.evaluation import FORMAT, Evaluation

PATH = "/reports/pilots/"
_NAME = 100


def store(session: Session, given: dict[str, Any]) -> PilotRun:
    """Keep a run; one that is kept already stays as it is.

    Raises :class:`EvaluationInvalid`.
    """
    found = _evaluation(given)
    known = repository.by_run(session, found.run)
    if known is not None:
        return known
    content = found.model_dump(mode="json")
    row = PilotRun(
        id=new_id("pir"),
        run=found.run,
        pilot=found.pilot,
        area=found.area,
        ok=found.ok,
        transactions=len(found.transactions),
        ended_ms=int(found.ended.timestamp() * 1000),
        hash=_hash(content),
        evaluation=content,
        created_ms=now_ms(),
    )
    session.add(row)
    session.flush()
    return row


def runs(pilot: str | None = None) -> SelectOfScalar[PilotRun]:
    """All runs, or those of a pilot; their evaluations are read only when they are asked for."""
    return repository.runs(pilot)


def newest(session: Session, until_ms: int | None = None) -> list[PilotRun]:
    """The newest run of each pilot, up to a moment."""
    return repository.newest(session, until_ms)


def get(session: Session, id_: str) -> PilotRun:
    """A run. Raises :class:`NotFound`."""
    found = repository.by_id(session, id_)
    if found is None:
        raise NotFound("There is no pilot run {id}.", id=id_)
    return found


def evaluation_of(row: PilotRun) -> Evaluation:
    """The evaluation of a run, as it was kept."""
    return Evaluation.model_validate(row.evaluation)


def read(row: PilotRun) -> PilotRunRead:
    """A run as the API shows it."""
    return PilotRunRead(**summary(row).model_dump(), evaluation=row.evaluation)


def summary(row: PilotRun) -> PilotRunSummary:
    """A run as lists show it."""
    return PilotRunSummary(
        id=row.id,
        run=row.run,
        pilot=row.pilot,
        area=row.area,
        ok=row.ok,
        transactions=row.transactions,
        hash=row.hash,
        report=f"{PATH}{row.id}",
        ended=iso(row.ended_ms),
        created=iso(row.created_ms),
    )


def _evaluation(given: dict[str, Any]) -> Evaluation:
    try:
        found = Evaluation.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise EvaluationInvalid(
            "{param} is not as an evaluation has it: {why}.",
            next_step="Send what `pocplatform pilot run NAME --json` has printed.",
            param=".".join(["evaluation", *(str(part) for part in first["loc"])]),
            why=first["msg"],
        ) from error
    names = (found.run, found.pilot, found.area)
    if found.format != FORMAT or not all(0 < len(name) <= _NAME for name in names):
        raise EvaluationInvalid(
            "{param} is not as an evaluation has it: {why}.",
            next_step="Send what `pocplatform pilot run NAME --json` has printed.",
            param="evaluation",
            why=f"format {FORMAT}, with names of 1 to {_NAME} characters",
        )
    return found


def _hash(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
