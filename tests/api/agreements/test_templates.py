"""Templates: parameters in, a bilingual text with terms and milestones out."""

from __future__ import annotations

import pytest

from pocplatform.domains.agreements.catalogue import Catalogue
from tests.api.agreements.support import ok
from tests.api.agreements.support_texts import FILLED

TEMPLATES = [template.id for template in Catalogue.of_package().all()]


@pytest.fixture(scope="module")
def us(join):
    return join("Tilaaja Oy", fund=1_000), join("Tekijä Oy"), join("Kolmas Oy")


def filled(template, us, **changes):
    """A request that fills a template in."""
    parties, parameters = FILLED[template]
    named = {
        key: [{"who": us[n].did, "name": us[n].name} for n in who]
        if isinstance(who, tuple)
        else {"who": us[who].did, "name": us[who].name}
        for key, who in parties.items()
    }
    return {"template": template, "parties": named, "parameters": parameters} | changes


def test_all_templates_are_listed_in_the_callers_language(us):
    fi = ok(us[0].api.get("/v1/agreement_templates", headers={"Accept-Language": "fi"}))
    en = ok(us[0].api.get("/v1/agreement_templates", headers={"Accept-Language": "en"}))
    assert [t["id"] for t in fi["data"]] == [t["id"] for t in en["data"]] == TEMPLATES
    assert set(FILLED) == set(TEMPLATES)
    for ours, theirs in zip(fi["data"], en["data"], strict=True):
        assert ours["title"] != theirs["title"]
        assert ours["summary"] != theirs["summary"]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["fi", "en"])
def test_template_gives_an_agreement_whose_text_is_that_of_the_preview(us, template, language):
    request = filled(template, us, language=language)
    preview = ok(us[0].api.post("/v1/agreement_templates/preview", json=request))
    agreement = ok(us[0].api.write("/v1/agreements/from_template", request), 201)
    assert agreement["document"]["text"] == preview["text"]
    assert [m["amount"] for m in agreement["milestones"]] == [
        m["amount"] for m in preview["milestones"]
    ]
    assert agreement["title"] == request["parameters"]["subject"]
    used = agreement["template"]
    assert (used["id"], used["language"], used["translated"]) == (template, language, True)
    for one in us[: len(agreement["parties"])]:
        assert one.did in preview["text"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_both_languages_say_the_same_sections_amounts_and_dates(us, template):
    request = filled(template, us)
    text = ok(us[0].api.post("/v1/agreement_templates/preview", json=request))["text"]
    fi, en = text.split("\n---\n\n")

    def numbers(part, kind):
        lines = [line for line in part.splitlines() if line.startswith(kind)]
        return [line.split()[1] if kind == "## " else line.split()[0] for line in lines]

    assert numbers(fi, "## ") == numbers(en, "## ")
    for section in range(1, 12):
        assert numbers(fi, f"{section}.") == numbers(en, f"{section}.")
    assert fi.count("tEUR") == en.count("tEUR")
    assert "suomenkielinen on ratkaiseva" in fi
    assert "This is a translation" in en
    assert "{{" not in text


def test_same_parameters_give_the_same_text_and_other_parties_another(us):
    request = filled("pilot_test", us)
    texts = [
        ok(us[0].api.post("/v1/agreement_templates/preview", json=request))["text"]
        for _ in range(2)
    ]
    assert texts[0] == texts[1]
    other = filled("pilot_test", (us[1], us[0], us[2]))
    changed = ok(us[0].api.post("/v1/agreement_templates/preview", json=other))["text"]
    assert changed != texts[0]


def test_translation_can_be_left_out(us):
    request = filled("equipment_rental", us, language="en", translated=False)
    text = ok(us[0].api.post("/v1/agreement_templates/preview", json=request))["text"]
    assert "This agreement is made in English." in text
    assert "Vakuus" not in text


def test_parameters_text_cannot_begin_a_section_or_run_as_a_template(us):
    request = filled("service_by_milestones", us)
    request["parameters"] = request["parameters"] | {
        "work": "Something.\n\n## 99. The provider owes everything {{ 7 * 7 }} {% raw %}"
    }
    text = ok(us[0].api.post("/v1/agreement_templates/preview", json=request))["text"]
    assert "\n## 99." not in text
    assert "{{ 7 * 7 }}" in text


def test_milestones_follow_from_the_parameters(us):
    request = filled("maintenance_subscription", us)
    preview = ok(us[0].api.post("/v1/agreement_templates/preview", json=request))
    assert len(preview["milestones"]) == 3
    assert [m["due_at"] for m in preview["milestones"]] == [
        "2099-03-01T00:00:00Z", "2099-04-01T00:00:00Z", "2099-05-01T00:00:00Z",
    ]  # fmt: skip
    assert preview["total"] == 3 * 15_000


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"subject": None}, "parameters.subject"),
        ({"subject": "x"}, "parameters.subject"),
        ({"subject": " " * 9}, "parameters.subject"),
        ({"work": "x" * 4001}, "parameters.work"),
        ({"milestones": []}, "parameters.milestones"),
        ({"milestones": [{"title": "a", "amount": 0, "due": "2099-01-01"}]},
         "parameters.milestones[0].amount"),
        ({"milestones": [{"title": "a", "amount": -5, "due": "2099-01-01"}]},
         "parameters.milestones[0].amount"),
        ({"milestones": [{"title": "a", "amount": 1.0, "due": "2099-01-01"}]},
         "parameters.milestones[0].amount"),
        ({"milestones": [{"title": "a", "amount": 10**20, "due": "2099-01-01"}]},
         "parameters.milestones[0].amount"),
        ({"milestones": [{"title": "a", "amount": 1, "due": "2099-02-30"}]},
         "parameters.milestones[0].due"),
        ({"milestones": [{"title": "a", "amount": 1, "due": "9999-12-31"}]},
         "parameters.milestones[0]"),
        ({"milestones": [{"title": "a", "amount": 1}]}, "parameters.milestones[0].due"),
        ({"warranty_months": "12"}, "parameters.warranty_months"),
        ({"warranty_months": True}, "parameters.warranty_months"),
        ({"rights": "everything"}, "parameters.rights"),
        ({"unknown": 1}, "parameters.unknown"),
    ],
)  # fmt: skip
def test_parameter_that_does_not_fit_is_named(us, changes, param):
    request = filled("service_by_milestones", us)
    parameters = request["parameters"] | changes
    request["parameters"] = {name: value for name, value in parameters.items() if value is not None}
    for path in ("/v1/agreement_templates/preview", "/v1/agreements/from_template"):
        answer = us[0].api.write(path, request)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "template_parameters_invalid"
        assert answer.json()["param"] == param


@pytest.mark.parametrize(
    ("parties", "param"),
    [
        ({"client": 0}, "parties.provider"),
        ({"client": 0, "provider": (1, 2)}, "parties.provider"),
        ({"client": 0, "provider": 1, "judge": 2}, "parties.judge"),
    ],
)
def test_party_that_does_not_fit_the_template_is_named(us, parties, param):
    request = filled("service_by_milestones", us)
    request["parties"] = {
        key: [{"who": us[n].did} for n in who] if isinstance(who, tuple) else {"who": us[who].did}
        for key, who in parties.items()
    }
    answer = us[0].api.write("/v1/agreements/from_template", request)
    assert answer.status_code == 422
    assert answer.json()["param"] == param


def test_part_of_a_partner_that_there_is_not_is_refused(us):
    request = filled("joint_offering", us)
    parts = request["parameters"]["parts"]
    request["parameters"] = request["parameters"] | {"parts": [parts[0] | {"partner": 8}]}
    answer = us[0].api.write("/v1/agreements/from_template", request)
    assert answer.status_code == 422
    assert answer.json()["param"] == "parameters.parts[0]"


def test_unknown_template_is_404_and_names_those_there_are(us):
    assert us[0].api.get("/v1/agreement_templates/nothing").status_code == 404
    request = filled("pilot_test", us) | {"template": "nothing"}
    answer = us[0].api.write("/v1/agreements/from_template", request)
    assert answer.status_code == 404
    assert "pilot_test" in answer.json()["next_step"]


def test_dates_in_the_past_are_refused(us):
    request = filled("equipment_rental", us)
    request["parameters"] = request["parameters"] | {"start": "2020-01-01"}
    answer = us[0].api.write("/v1/agreements/from_template", request)
    assert answer.status_code == 422
    assert answer.json()["code"] == "agreement_terms_invalid"


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00Z"])
def test_end_beyond_the_calendar_is_refused(us, moment):
    request = filled("equipment_rental", us, expires_at=moment)
    answer = us[0].api.write("/v1/agreements/from_template", request)
    assert answer.status_code == 422
    assert answer.json()["param"] == "expires_at"


def test_deposit_of_a_rental_is_a_milestone_that_the_lessor_must_claim(us):
    agreement = ok(
        us[0].api.write("/v1/agreements/from_template", filled("equipment_rental", us)), 201
    )
    rent, deposit = agreement["milestones"]
    assert rent["amount"] == 10 * 2_500
    assert deposit["amount"] == 90_000
    assert deposit["due_at"] is None
