"""Pilots that are published, the programme's indicators, and what people think of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pocplatform.domains.pilot_runs.schemas import PilotRunCreate
from tests.api.signing_in import new_wallet, sign_in
from tests.conftest import Api

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


def test_people_are_members_of_real_companies_only(anonymous, base_url):
    before = this_year(anonymous)
    for metadata in ({"guest": "demo showroom"}, {"pilot": "showroom"}, {}):
        body = {"name": "Jokin Oy", "metadata": metadata}
        secret = anonymous.write("/v1/organizations", body).json()["secret_key"]
        with Api(base_url, secret) as api:
            code = api.post("/v1/invitations", json={"role": "viewer"}).json()["code"]
        sign_in(anonymous, new_wallet(), invitation=code)
    assert this_year(anonymous)["people"] == before["people"] + 1


def test_years_outside_the_programme_are_told(anonymous):
    answer = anonymous.get("/v1/indicators/2020")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    page = anonymous.get("/reports/programme/2020", headers={"Accept": "text/html"})
    assert page.status_code == 404


def test_list_of_runs_leaves_their_evaluations_to_the_single_run(admin, anonymous):
    kept = publish(admin, evaluation()).json()
    listed = anonymous.get(f"/v1/pilot_runs?pilot={kept['pilot']}").json()["data"]
    assert listed == [{name: kept[name] for name in kept if name != "evaluation"}]


def test_second_assessment_of_the_same_thing_takes_the_place_of_the_first(admin, join, anonymous):
    one, other = join(), join()
    pilot = publish(admin, evaluation()).json()["pilot"]
    before = this_year(anonymous)["assessments"]["number"]

    def says(member, useful, about=pilot):
        body = {"about": about, "useful": useful, "clear": 3, "invest": 3}
        answer = member.api.write("/v1/assessments", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    first, second = says(one, 1), says(one, 5)
    elsewhere, theirs = says(one, 2, "programme"), says(other, 4)
    listed = one.api.get("/v1/assessments").json()["data"]
    assert [row["id"] for row in listed] == [elsewhere["id"], second["id"]]
    assert [row["replaced"] for row in listed] == [None, None]
    assert one.api.get(f"/v1/assessments/{first['id']}").json()["replaced"] == second["created"]
    assert theirs["replaced"] is None
    assert this_year(anonymous)["assessments"]["number"] == before + 3


def test_what_is_no_subject_of_the_programme_is_not_assessed(join):
    body = {"about": "something-else", "useful": 1, "clear": 1, "invest": 1}
    answer = join().api.write("/v1/assessments", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "subject_unknown")
    assert answer.json()["param"] == "about"


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
