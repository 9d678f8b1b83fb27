"""Pilots that are published, the programme's indicators, and what people think of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pocplatform.domains.pilot_runs.schemas import PilotRunCreate

EXAMPLE = PilotRunCreate.model_config["json_schema_extra"]["examples"][0]["evaluation"]


def evaluation(**change):
    name = f"koe-{uuid4().hex[:8]}"
    now = datetime.now(UTC).isoformat()
    return {**EXAMPLE, "pilot": name, "run": f"run-{name}", "began": now, "ended": now} | change


def publish(admin, content):
    return admin.write("/v1/pilot_runs", {"evaluation": content})


def this_year(api):
    return api.get(f"/v1/indicators/{datetime.now(UTC).year}").json()


def test_a_run_is_kept_once_and_anybody_can_read_it(admin, anonymous):
    content = evaluation()
    first = publish(admin, content)
    assert first.status_code == 201, first.text
    again = publish(admin, content)
    assert again.json()["id"] == first.json()["id"]
    seen = anonymous.get(f"/v1/pilot_runs/{first.json()['id']}").json()
    assert seen["evaluation"]["run"] == content["run"]
    assert seen["ok"] is True
    page = anonymous.get(seen["report"], headers={"Accept": "text/html"})
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"steps": "none"}, "evaluation.steps"),
        ({"readiness_level": 10}, "evaluation.readiness_level"),
        ({"title": {"en": "Only English"}}, "evaluation.title"),
        ({"format": 2}, "evaluation"),
        ({"run": ""}, "evaluation"),
        ({"pilot": "x" * 101}, "evaluation"),
        ({"seconds": None}, "evaluation.seconds"),
    ],
)
def test_what_is_no_evaluation_is_refused_with_its_field(admin, change, param):
    answer = publish(admin, evaluation(**change))
    assert (answer.status_code, answer.json()["code"]) == (422, "evaluation_invalid")
    assert answer.json()["param"].startswith(param)


def test_only_the_organisers_publish(join):
    answer = publish(join().api, evaluation())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_indicators_count_what_was_done(admin, anonymous, join):
    before = this_year(anonymous)
    publish(admin, evaluation(area="food"))
    payer, payee = join("Laskettu Oy", fund=10_000), join("Toinen Oy")
    payer.api.write("/v1/transfers", {"to": payee.address, "amount": 1_234})
    payer.api.write("/v1/assessments", {"about": "programme", "useful": 5, "clear": 4, "invest": 3})
    after = this_year(anonymous)
    assert after["companies"] == before["companies"] + 2
    assert after["pilots"] == before["pilots"] + 1
    assert after["pilots_by_area"]["food"] == before["pilots_by_area"].get("food", 0) + 1
    assert after["transactions"] >= before["transactions"] + 2
    assert after["volume_cents"] == before["volume_cents"] + 1_234
    assert after["assessments"]["number"] == before["assessments"]["number"] + 1


def test_companies_of_demos_and_pilots_are_not_counted_as_companies(anonymous):
    before = this_year(anonymous)
    for metadata in ({"guest": "demo showroom"}, {"pilot": "showroom"}):
        body = {"name": "Keksitty Oy", "metadata": metadata}
        assert anonymous.write("/v1/organizations", body).status_code == 201
    after = this_year(anonymous)
    assert after["companies"] == before["companies"]
    assert after["guests"] == before["guests"] + 1


def test_indicators_are_the_same_as_json_and_as_a_table(anonymous):
    listed = anonymous.get("/v1/indicators").json()["data"]
    answer = anonymous.get("/v1/indicators.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [int(row["year"]) for row in rows] == [one["year"] for one in listed]
    assert int(rows[0]["companies"]) == listed[0]["companies"]
    for area, number in listed[0]["pilots_by_area"].items():
        assert int(rows[0][f"pilots_by_area.{area}"]) == number


def test_what_somebody_thinks_is_seen_by_them_and_the_organisers_alone(admin, join):
    one, other = join(), join()
    body = {"about": "programme", "useful": 2, "clear": 2, "invest": 1, "text": "Liian vaikea."}
    left = one.api.write("/v1/assessments", body).json()
    assert [row["id"] for row in one.api.get("/v1/assessments").json()["data"]] == [left["id"]]
    assert other.api.get(f"/v1/assessments/{left['id']}").status_code == 404
    assert admin.get(f"/v1/assessments/{left['id']}").json()["text"] == "Liian vaikea."


@pytest.mark.parametrize("year", ["2019", "2101", "kaksi"])
def test_year_that_cannot_be_is_refused(anonymous, year):
    assert anonymous.get(f"/v1/indicators/{year}").status_code == 422
