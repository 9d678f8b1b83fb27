"""Members of the programme's lists: pilots that were run, and what people think."""

from __future__ import annotations

from uuid import uuid4

from pocplatform.domains.pilot_runs.schemas import PilotRunCreate
from tests.api.makers import Listing, Made, Thing, World


def _publish(world: World, pilot: str, run: str) -> None:
    example = PilotRunCreate.model_config["json_schema_extra"]["examples"][0]["evaluation"]
    body = {"evaluation": {**example, "pilot": pilot, "run": run}}
    answer = world.admin.write("/v1/pilot_runs", body)
    assert answer.status_code == 201, answer.text


def _pilot_runs(world: World, count: int) -> Made:
    name = f"listed-{uuid4().hex[:8]}"
    for number in range(count):
        _publish(world, name, f"{name}-{number}")
    return Made(query={"pilot": name})


def _assessments(world: World, count: int) -> Made:
    name = f"assessed-{uuid4().hex[:8]}"  # one assessment of each pilot
    for number in range(count):
        _publish(world, f"{name}-{number}", f"{name}-{number}")
        body = {"about": f"{name}-{number}", "useful": 1 + number % 5, "clear": 3, "invest": 5}
        assert world.member.api.write("/v1/assessments", body).status_code == 201
    return Made()


LISTINGS = [
    Listing("/v1/pilot_runs", _pilot_runs, public=True),
    Listing("/v1/assessments", _assessments),
]
THINGS = [Thing("/v1/indicators", lambda world: ["2026"], public=True)]
