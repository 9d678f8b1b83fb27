"""Reports: their words in both languages, their charts, and the PDF that is made of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from pocplatform.client import HackathonBoard, HackathonReport
from pocplatform.domains.indicators.schemas import IndicatorsRead, Marks
from pocplatform.domains.pilot_runs.schemas import PilotRunCreate
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.web.reports import charts, event, paper, pilot, programme

EXAMPLE = PilotRunCreate.model_config["json_schema_extra"]["examples"][0]["evaluation"]
HASH = "0x" + "ab" * 32
_T = {"en": "English words", "fi": "Suomen sanat"}


def evaluation(**change):
    """A run with something of everything."""
    full = {
        "actors": [
            {
                "role": "customer", "title": _T, "company": "Tilaaja Oy", "org_id": "org_1",
                "did": "did:ethr:0x1", "address": "0x1", "balance_raw": 12_340_000,
            }
        ],
        "steps": [
            {
                "name": "pay", "title": _T, "roles": ["customer"], "state": "done", "gas": 50_000,
                "after": {"en": "{customer} has paid.", "fi": "{customer} on maksanut."},
                "facts": [{"label": _T, "value": "<42>"}],
                "refusals": [
                    {"role": "customer", "what": _T, "code": "TooMuch", "sentence": "Too much."}
                ],
            }
        ],
        "transactions": [
            {
                "id": "tx_1", "role": "customer", "hash": HASH, "contract": "PilotEuro",
                "function": "transfer", "gas_used": 50_000, "block": 1_234, "step": "pay",
                "succeeded": True,
            }
        ],
        "criteria": [
            {"name": "a", "text": _T, "measure": "a", "at_least": 3, "found": 2, "met": False}
        ],
        "claims": [{"name": "c", "text": _T, "expected": 1, "found": 1}],
        "risks": [_T],
        "questions": [_T],
    }  # fmt: skip
    return Evaluation.model_validate({**EXAMPLE, **full, **change})


@pytest.mark.parametrize(
    ("measure", "found", "en", "fi"),
    [
        ("paid_cents", 128_000, "1,280.00\\xa0tEUR", "1\\xa0280,00\\xa0tEUR"),
        ("cost_bps", 247, "2.47\\xa0%", "2,47\\xa0%"),
        ("sold_wh", 226_812, "226.8\\xa0kWh", "226,8\\xa0kWh"),
        ("saved_km", 1_200, "1,200\\xa0km", "1\\xa0200\\xa0km"),
        ("visits", 1_200, "1,200", "1\\xa0200"),
    ],
)
def test_measured_numbers_are_told_in_the_unit_that_their_name_ends_with(measure, found, en, fi):
    one = {"name": "a", "text": _T, "measure": measure, "equals": found, "found": found}
    told = {
        language: words_of(
            pilot.report(evaluation(criteria=[one | {"met": True}]), "pir_1", language)
        )
        for language in ("en", "fi")
    }
    assert f"wanted: exactly {en}; found: {en}" in told["en"]
    assert f"tavoite: tasan {fi}; tulos: {fi}" in told["fi"]


def words_of(report):
    """All that a report says, as one text."""
    return str(report.for_paper())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["Tilaaja Oy has paid.", "12.34", "wanted: at least 3; found: 2", "Too much.", HASH,
             "All steps were done, but 0 of 1 goals were reached."],
        ),
        (
            "fi",
            ["Tilaaja Oy on maksanut.", "12,34", "tavoite: vähintään 3; tulos: 2", "Too much.",
             HASH, "Kaikki vaiheet tehtiin, mutta tavoitteista saavutettiin 0/1."],
        ),
    ],
)  # fmt: skip
def test_report_of_a_pilot_tells_its_numbers_in_the_readers_language(language, said):
    report = pilot.report(evaluation(), "pir_1", language)
    told = words_of(report)
    assert [one for one in said if one not in told] == []
    assert ("Pilotti ajettiin" in told or "was played in" in told) is (
        evaluation().language != language
    )
    assert ("English words" in told) is (language == "en")
    assert report.verdict.ok is False


def test_report_of_a_run_that_stopped_says_where_and_why():
    steps = [
        {"name": "a", "title": _T, "after": _T, "roles": [], "state": "done"},
        {
            "name": "b", "title": {"en": "Pay", "fi": "Maksa"}, "after": _T, "roles": [],
            "state": "failed", "failure": {"code": "insufficient_funds", "sentence": "Too poor."},
        },
        {"name": "c", "title": _T, "after": _T, "roles": [], "state": "left"},
    ]  # fmt: skip
    unwound = {"done": [{"en": "Escrow paid back", "fi": "Sulkutili palautettu"}], "left": []}
    report = pilot.report(evaluation(steps=steps, unwound=unwound), "pir_1", "en")
    assert report.verdict.text == "It stopped at “Pay”: Too poor."
    assert "Escrow paid back" in words_of(report)
    assert "It was not reached." in words_of(report)


def test_redeemed_money_is_told_so_that_the_sum_can_be_followed():
    told = evaluation().model_dump(mode="json")
    told["money"]["burned_raw"] = 17_010_000
    redeemed = pilot.report(Evaluation.model_validate(told), "pir_1", "en")
    assert "Redeemed, and out of use" in words_of(redeemed)
    assert "17.01" in words_of(redeemed)
    assert "Redeemed" not in words_of(pilot.report(evaluation(), "pir_1", "en"))


@pytest.mark.parametrize("language", ["en", "fi"])
def test_report_as_pdf_is_the_same_each_time(language):
    report = pilot.report(evaluation(), "pir_1", language)
    made = paper.pdf(report)
    assert made.startswith(b"%PDF-")
    assert made == paper.pdf(report)


def numbers(**change):
    marks = Marks(number=2, useful=4.5, clear=3.0, invest=2.0)
    known = dict.fromkeys(
        ("companies", "guests", "people", "pilots", "pilot_runs", "events", "teams",
         "transactions", "agreements", "agreements_kept", "agreements_broken", "volume_cents"), 7
    )  # fmt: skip
    return IndicatorsRead(
        year=2026, pilots_by_area={"food": 2}, events_by_kind={"hackathon": 3}, assessments=marks,
        **known | change,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Smart food", "Hackathons", "4.5", "The programme in 2026", "“Good.”"]),
        (
            "fi",
            [
                "Älykäs ruoka",
                "Järjestetyt tapahtumat",
                "Hackathonit",
                "4,5",
                "Ohjelma vuonna 2026",
                "”Good.”",
            ],
        ),
    ],
)
def test_report_of_the_programme_sets_its_pilots_side_by_side(language, said):
    report = programme.report(numbers(), [evaluation()], ["Good."], language)
    told = words_of(report)
    assert [one for one in said if one not in told] == []
    assert paper.pdf(report).startswith(b"%PDF-")


def test_report_of_a_year_without_anything_says_so():
    empty = numbers(companies=0)
    empty.assessments = Marks(number=0, useful=None, clear=None, invest=None)
    told = words_of(programme.report(empty, [], [], "en"))
    assert "No pilot was run yet." in told
    assert "Nobody has left an assessment yet." in told


def test_chart_is_well_formed_whatever_its_names_are():
    chart = charts.bars('<a> & "b"', [("x" * 99, 3.0, "3"), ("<script>", 0.0, "0"), ("€", 1, "1")])
    drawn = ET.fromstring(chart.paper)
    widths = [float(one.attrib["width"]) for one in drawn.iter() if one.tag.endswith("rect")]
    assert widths == [max(widths), 0.0, pytest.approx(max(widths) / 3, abs=0.1)]
    assert [share for _, _, share in chart.rows] == [100.0, 0.0, pytest.approx(33.3)]


def test_chart_of_marks_is_drawn_on_their_scale_and_not_by_the_best_of_them():
    chart = charts.bars("Marks", [("a", 2.5, "2.5"), ("b", 1.0, "1")], most=5)
    assert [share for _, _, share in chart.rows] == [50.0, 20.0]


def test_chart_of_nothing_but_zeroes_can_be_drawn():
    assert ET.fromstring(charts.bars("a", [("b", 0, "0")]).paper) is not None


def counts(**change):
    zero = dict.fromkeys(("transactions", "contracts", "agreements", "milestones", "errors"), 0)
    return zero | change


def board(**change):
    """An event in which one of two teams has done something."""
    shown = {
        "hackathon": {
            "id": "hck_1", "name": "Arktinen <hackathon>", "kind": "hackathon", "language": "fi",
            "starts": "2026-11-20T08:00:00Z", "ends": "2026-11-21T16:00:00Z", "state": "over",
            "teams": 2, "created": "2026-11-01T08:00:00Z",
        },
        "totals": counts(teams=2, members=5, transactions=1_250, agreements=3, milestones=2),
        "teams": [
            counts(team="team_1", name="Jäälohi", transactions=1_250),
            counts(team="team_2", name="Revontulet"),
        ],
        "errors": [{"code": "invalid_input", "title": "Does not fit", "count": 7, "teams": 1}],
        "announcements": [{"id": "ann_1", "text": "Lounas!", "created": "2026-11-20T10:00:00Z"}],
        "at": "2026-11-21T17:00:00Z",
    }  # fmt: skip
    return shown | change


def closing(**change):
    """The same as the organisers have it."""
    further = {
        "time_to_first_success": {
            "teams": [
                {"team": "team_1", "name": "Jäälohi", "seconds": 42.5},
                {"team": "team_2", "name": "Revontulet", "seconds": None},
            ],
            "reached": 1, "fastest_s": 42.5, "median_s": 42.5, "slowest_s": 42.5,
        },
        "proofs": [
            {
                "team": "team_1", "name": "Jäälohi", "address": "0x" + "11" * 20,
                "transactions": [HASH] * 12, "first_block": 5, "last_block": 1_300,
                "agreements": ["0x" + "cd" * 32],
            },
            {
                "team": "team_2", "name": "Revontulet", "address": "0x" + "22" * 20,
                "transactions": [], "first_block": None, "last_block": None,
                "agreements": ["0x" + "cd" * 32],
            },
        ],
        "measured": ["As measured."],
    }  # fmt: skip
    return HackathonReport.model_validate(board() | further | change)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Of 2 teams, 1 wrote to the blockchain; 3 agreements came into force",
                "1 of 2 teams got there, half of them within 42.5", "5–1,300", "Lounas!"]),
        ("fi", ["Tiimejä oli 2, ja niistä lohkoketjuun kirjasi 1.", "perille pääsi 1/2",
                "5–1\\xa0300", "Lounas!"]),
    ],
)  # fmt: skip
def test_report_of_an_event_tells_what_its_teams_have_done(language, said):
    report = event.report(closing(), language)
    told = words_of(report)
    assert [one for one in said if one not in told] == []
    assert told.count(HASH) == 3  # the rest is in the data
    agreements = [
        row
        for section in report.sections
        for block in section.blocks
        if block.kind == "table"
        for row in block.rows
        if row[-1] == "0x" + "cd" * 32
    ]
    assert agreements == [["Jäälohi, Revontulet", "0x" + "cd" * 32]]
    made = paper.pdf(report)
    assert made.startswith(b"%PDF-")
    assert made == paper.pdf(report)


def test_report_of_an_event_tells_everybody_no_more_than_its_board():
    told = words_of(event.report(HackathonBoard.model_validate(board()), "en"))
    assert "Jäälohi" in told
    assert "The proofs" not in told
    assert "How soon it worked" not in told
    assert "0x" not in told


@pytest.mark.parametrize(
    ("state", "said"),
    [("announced", "has not begun yet"), ("open", "so far"), ("frozen", "so far")],
)
def test_report_of_an_event_that_is_not_over_says_so(state, said):
    started = board()
    started["hackathon"] |= {"state": state}
    assert said in event.report(HackathonBoard.model_validate(started), "en").lead


def test_report_of_an_event_without_teams_says_so():
    nobody = closing(
        teams=[], errors=[], announcements=[], proofs=[], totals=counts(teams=0, members=0),
        time_to_first_success={
            "teams": [], "reached": 0, "fastest_s": None, "median_s": None, "slowest_s": None,
        },
    )  # fmt: skip
    told = words_of(event.report(nobody, "en"))
    assert "Nobody has joined yet." in told
    assert "No team has an entry in the blockchain yet." in told
    assert "No request of a team was answered with an error." in told
    assert paper.pdf(event.report(nobody, "fi")).startswith(b"%PDF-")
