"""Keeps the evaluation of each pilot's newest run, and sets several side by side."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pocplatform.pilots.errors import NotRunYet, StateUnusable
from pocplatform.pilots.evaluation import Evaluation

FOLDER = "pilot-runs"
"""Where runs and their evaluations are kept, in the data folder."""


def keep(evaluation: Evaluation, folder: Path) -> None:
    """Keep the evaluation of a pilot's newest run, for :func:`kept`."""
    path = folder / f"{evaluation.pilot}.json"
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(evaluation.model_dump_json(indent=1))
    draft.replace(path)


def kept(folder: Path, pilot: str) -> Evaluation:
    """The evaluation of a pilot's newest run that was kept in a folder.

    Raises :class:`~pocplatform.pilots.errors.NotRunYet`, or
    :class:`~pocplatform.pilots.errors.StateUnusable` if it cannot be read.
    """
    path = folder / f"{pilot}.json"
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NotRunYet(
            f"There is no evaluation of {pilot}.",
            next_step=f"Run it first: `pocplatform pilot run {pilot}`.",
        ) from error
    except (OSError, ValidationError) as error:
        raise StateUnusable(
            f"The evaluation {path} cannot be read.",
            next_step=f"Run it again: `pocplatform pilot run {pilot}`.",
        ) from error


def beside(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """The main numbers of several, as JSON values; costs at the typical price."""
    return {
        "pilots": [
            {
                "name": one.pilot,
                "number": one.number,
                "area": one.area,
                "ok": one.ok,
                "steps": one.steps_done,
                "transactions": len(one.transactions),
                "gas": one.gas,
                "seconds": one.seconds,
                "claims_true": sum(claim.ok for claim in one.claims),
                "claims": len(one.claims),
                "criteria_met": sum(criterion.met for criterion in one.criteria),
                "criteria": len(one.criteria),
                "readiness_level": one.readiness_level,
                "unit": one.costs.volume.unit._asdict(),
                "gas_per_unit": one.costs.gas_per_unit,
                "unit_euros": {cost.network: cost.typical for cost in one.costs.unit},
                "year_euros": {cost.network: cost.typical for cost in one.costs.year},
                "customer_year_euros": {
                    cost.network: cost.typical for cost in one.costs.customer_year
                },
            }
            for one in evaluations
        ]
    }
