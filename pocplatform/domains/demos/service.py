"""Runs of guided demos.

A step is done by requests to the API, each under an idempotency key made of the run and the step.
So a step that is begun twice, or again after it was interrupted, does nothing twice; what it has
shown is then noted here, once.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from pocplatform.domains.demos import repository
from pocplatform.domains.demos.errors import NoSuchDemo
from pocplatform.domains.demos.models import DemoRun, DemoStep
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.visits import service as visits
from pocplatform.domains.visits.models import Visit
from pocplatform.events.log import NewEvent, append
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers

STEP_DONE = "demo.step_done"
"""The event that pages which show a run wait for."""
_SHOWN = 20
"""Runs that are listed, the newest."""


def begin(
    session: Session,
    signers: Signers,
    secret: str,
    attempt: str,
    *,
    story: str,
    language: str,
    companies: Mapping[str, str],
) -> DemoRun:
    """A new run with its guest companies; the same one for the same ``attempt``.

    Args:
        session: The database transaction.
        signers: Makes the companies' wallets.
        secret: The browser's.
        attempt: Of the form.
        story: Its name.
        language: Of its documents.
        companies: Role to name.
    """
    visit = visits.begin(session, secret)
    known = repository.run_of_attempt(session, visit.id, attempt)
    if known is not None:
        return known
    players = {
        role: visits.found_guest(session, signers, visit, secret, name, f"demo {story}").id
        for role, name in companies.items()
    }
    run = DemoRun(
        id=new_id("run"),
        visit_id=visit.id,
        attempt=attempt,
        story=story,
        language=language,
        players=players,
        created_ms=now_ms(),
    )
    session.add(run)
    session.flush()
    return run


def get(session: Session, visit: Visit | None, run_id: str) -> DemoRun:
    """A run of this visit. Raises :class:`NoSuchDemo`."""
    run = repository.run(session, visit.id, run_id) if visit is not None else None
    if run is None:
        raise NoSuchDemo(
            "There is no demo {run_id} that was begun with this browser.",
            next_step="Begin a new one at /demo.",
            run_id=run_id,
        )
    return run


def of_visit(session: Session, visit: Visit | None) -> list[DemoRun]:
    """The runs of a visit, newest first."""
    return repository.runs(session, visit.id, _SHOWN) if visit is not None else []


def done(session: Session, run: DemoRun) -> dict[str, DemoStep]:
    """The steps that are done, by their names."""
    return {step.step: step for step in repository.steps(session, run.id)}


def players(session: Session, run: DemoRun) -> dict[str, Organization]:
    """Who plays, by role."""
    return {role: organizations.get(session, org_id) for role, org_id in run.players.items()}


def note(session: Session, run: DemoRun, name: str, shown: dict[str, Any]) -> DemoStep:
    """Note that a step is done, if it is not noted yet, and tell everybody who watches."""
    step = repository.step(session, run.id, name)
    if step is None:
        step = DemoStep(run_id=run.id, step=name, shown=shown, done_ms=now_ms())
        session.add(step)
        session.flush()
        audience = [player.address for player in players(session, run).values()]
        told = NewEvent(STEP_DONE, {"demo": run.id, "step": name}, f"{run.id} {name}", audience)
        append(session, [told])
    return step
