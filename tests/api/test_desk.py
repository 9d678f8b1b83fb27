"""The company desk beyond what is seen: forms that are sent twice, mistakes, foreign things."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.api.test_sign_in import BROWSER, fields, found
from tests.processes import NO_TLS


@pytest.fixture(scope="module")
def desk(base_url):
    """A browser that acts for a company with money."""
    with httpx.Client(base_url=base_url, headers=BROWSER, timeout=60, verify=NO_TLS) as client:
        found(client, "Työpöytä Oy (testi)")
        form = {**fields(client.get("/desk/money")), "test_amount": "1 000"}
        assert client.post("/desk/money/test", data=form).status_code == 303
        yield client


def balance(desk: httpx.Client) -> str:
    return re.search(r'class="figure money">([\d,.]+)', desk.get("/desk/money").text)[1]


def assert_goes_on_by_itself(desk: httpx.Client, answer: httpx.Response) -> None:
    """What a form is answered with can be asked for again, though its address takes only forms."""
    again = [html.unescape(one) for one in re.findall(r'hx-get="([^"]*)"', answer.text)]
    assert again
    for address in again:
        assert desk.get(address).status_code == 200, address


def test_answer_to_a_form_is_read_in_another_language_where_the_form_was(desk):
    came = {"Referer": f"{desk.base_url}/desk/money?note=a%20b"}
    form = {**fields(desk.get("/desk/money")), "to": "", "amount": ""}
    answer = desk.post("/desk/money/send", data=form, headers=came)
    assert answer.status_code == 422
    assert 'href="/desk/money?note=a+b&amp;lang=fi"' in answer.text


def test_payment_sent_twice_is_paid_once(desk, join):
    other = join("Saaja Oy (testi)")
    before = float(balance(desk).replace(",", ""))
    form = {**fields(desk.get("/desk/money")), "to": other.id, "amount": "12,50"}
    places = {desk.post("/desk/money/send", data=form).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert float(balance(desk).replace(",", "")) == before - 12.5


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        ({"to": "", "amount": "5"}, "to", "Fill this in."),
        ({"to": "9000007-0", "amount": "5"}, "to", "No company here has the business ID"),
        ({"to": "somebody", "amount": "5"}, "to", "somebody is no address"),
        ({"to": "org_1", "amount": "5"}, "to", "There is no organization org_1."),
        ({"to": "9000007-0", "amount": "-5"}, "amount", "never negative"),
        ({"to": "9000007-0", "amount": "0"}, "amount", "more than zero"),
        ({"to": "9000007-0", "amount": "1.200"}, "amount", "cannot be read as an amount"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(desk, typed, name, said):
    answer = desk.post("/desk/money/send", data={**fields(desk.get("/desk/money")), **typed})
    assert answer.status_code == 422
    beside = re.search(rf'id="{name}-wrong">([^<]+)<', answer.text)[1]
    assert said in beside
    assert f'value="{typed["amount"]}"' in answer.text


def test_more_than_there_is_is_refused_in_words(desk, join):
    other = join("Kallis Oy (testi)")
    typed = {"to": other.id, "amount": "999999"}
    answer = desk.post("/desk/money/send", data={**fields(desk.get("/desk/money")), **typed})
    assert answer.status_code == 422
    assert "notice bad" in answer.text
    assert "The account Työpöytä Oy (testi) has " in answer.text
    assert '<a href="/desk/money">Pay less, or get test money first.</a>' in answer.text
    assert "/v1/" not in answer.text
    assert_goes_on_by_itself(desk, answer)


def test_what_somebody_types_is_never_markup(desk):
    typed = {"to": "<script>alert(1)</script>", "amount": '"><b>'}
    answer = desk.post("/desk/money/send", data={**fields(desk.get("/desk/money")), **typed})
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


def test_statement_comes_as_a_file_too(desk):
    answer = desk.get("/desk/money/statement.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "faucet" in answer.text


@pytest.mark.parametrize("days", [{"first": "soon"}, {"last": "31.2.2026"}])
def test_days_that_are_none_are_told(desk, days):
    answer = desk.get("/desk/money/statement", params=days)
    assert answer.status_code == 422
    assert "is not a day" in answer.text


def test_invoice_sent_twice_is_written_once_and_found_by_its_reference(desk, join):
    payer = join("Maksaja Oy (testi)")
    page = desk.get("/desk/invoices/new")
    form = {
        **fields(page),
        "payer": payer.id,
        "due": "31.12.2099",
        "lines[0].description": "Work",
        "lines[0].quantity": "2,5",
        "lines[0].unit_price": "100",
        "lines[0].vat_rate_bps": "2550",
    }
    places = {desk.post("/desk/invoices/new", data=form).headers["location"] for _ in range(2)}
    [place] = places
    shown = desk.get(place).text
    assert "313.75" in shown
    assert "31 December 2099" in shown
    answer = desk.get("/desk/invoices", params={"reference": "RF00 1234"})
    assert answer.status_code == 404
    assert "No invoice to you has the reference RF00 1234." in answer.text


def test_invoice_without_lines_or_with_half_a_line_is_refused(desk):
    page = desk.get("/desk/invoices/new")
    answer = desk.post("/desk/invoices/new", data={**fields(page), "due": "31.12.2099"})
    assert "Write at least one line" in answer.text
    half = {**fields(page), "due": "31.12.2099", "lines[1].description": "Work"}
    answer = desk.post("/desk/invoices/new", data=half)
    assert answer.status_code == 422
    assert 'id="lines[1].unit_price-wrong"' in answer.text


TEXT = "/desk/agreements/new/service_by_milestones"


def drafts(desk: httpx.Client, language: str = "en", row: int = 0, **typed: str) -> httpx.Response:
    """Send a draft in which only what was ``typed`` may be wrong; its milestone is in a row."""
    milestone = f"parameters.milestones[{row}]."
    form = {
        "we": "client", "subject": "Showroom", "work": "Three houses to walk in.",
        "rights": "client", f"{milestone}title": "All", f"{milestone}amount": "100",
        f"{milestone}due": "2099-03-31",
    }  # fmt: skip
    page = desk.get(TEXT, headers={"Accept-Language": language})
    form |= fields(page) | {name.replace("row__", milestone): one for name, one in typed.items()}
    return desk.post(TEXT, data=form, headers={"Accept-Language": language})


def beside(answer: httpx.Response, name: str) -> str:
    """What a page says beside a field."""
    said = re.search(rf'id="{re.escape(name)}-wrong">([^<]+)<', answer.text)
    assert said is not None, answer.text
    return html.unescape(said[1])


@pytest.mark.parametrize(
    ("typed", "en", "fi"),
    [
        (
            {"work": "x"},
            "“The work” must have at least 10 characters.",
            "Kentän ”Työ” vähimmäispituus on 10 merkkiä.",
        ),
        (
            {"review_days": "0"},
            "“Days to review” must be at least 1, not 0.",
            "Kentän ”Tarkastusaika päivinä” on oltava vähintään 1; nyt se on 0.",
        ),
        (
            {"review_days": "soon"},
            "“Days to review” must be a whole number, not soon.",
            "Kentän ”Tarkastusaika päivinä” on oltava kokonaisluku; nyt se on soon.",
        ),
        (
            {"subject": "x" * 151},
            "“Subject” must have at most 150 characters.",
            "Kentän ”Sopimuksen aihe” enimmäispituus on 150 merkkiä.",
        ),
    ],
)
def test_what_the_api_refuses_is_said_with_the_words_that_the_page_has_for_the_field(
    desk, typed, en, fi
):
    (name,) = typed
    for language, said in (("en", en), ("fi", fi)):
        answer = drafts(desk, language, **typed)
        assert answer.status_code == 422
        assert beside(answer, name) == said


def test_what_is_wrong_in_a_row_is_said_there_though_rows_before_it_are_empty(desk):
    answer = drafts(desk, row=2, row__title="x" * 151)
    assert answer.status_code == 422
    said = beside(answer, "parameters.milestones[2].title")
    assert said == "“What” must have at most 150 characters."
    line = {"lines[1].description": "x" * 201, "lines[1].unit_price": "10"}
    form = {**fields(desk.get("/desk/invoices/new")), "due": "31.12.2099", **line}
    answer = desk.post("/desk/invoices/new", data=form)
    assert answer.status_code == 422
    assert beside(answer, "lines[1].description") == "“What” must have at most 200 characters."


def test_party_whose_business_id_nobody_has_is_told_beside_the_field(desk):
    answer = drafts(desk, **{"who-provider": "9999999-9"})
    assert answer.status_code == 422
    assert "No company here has the business ID 9999999-9." in beside(answer, "who-provider")


@pytest.mark.parametrize(
    ("language", "said", "step"),
    [
        ("en", "The agreement would have ended by ", "Choose days that are still to come."),
        ("fi", "Sopimus olisi päättynyt ", "Valitse päivät, jotka ovat vasta tulossa."),
    ],
)
def test_agreement_whose_days_are_past_is_refused_in_words(desk, language, said, step):
    answer = drafts(desk, language, row__due="2001-01-01")
    assert answer.status_code == 422
    assert said in answer.text
    assert step in answer.text
    assert "sign_by" not in answer.text


@pytest.mark.parametrize(
    ("language", "example"), [("en", "such as 1.5."), ("fi", "esimerkiksi 1,5.")]
)
@pytest.mark.parametrize("quantity", ["0", "-1", "two", "1,00001", "1e3"])
def test_quantity_that_cannot_be_is_refused_with_an_example(desk, quantity, language, example):
    said_in = {"Accept-Language": language}
    line = {"lines[0].description": "Work", "lines[0].unit_price": "10"}
    line |= {"lines[0].quantity": quantity, "due": "31.12.2099"}
    form = fields(desk.get("/desk/invoices/new")) | line
    answer = desk.post("/desk/invoices/new", data=form, headers=said_in)
    assert answer.status_code == 422
    assert beside(answer, "lines[0].quantity").endswith(example)


@pytest.mark.parametrize(
    ("language", "limit"),
    [("en", "at most 1,000,000.00 tEUR of"), ("fi", "enintään 1\u00a0000\u00a0000,00\u00a0tEUR")],
)
def test_limit_of_test_money_is_told_in_euros(desk, language, limit):
    form = {**fields(desk.get("/desk/money")), "test_amount": "99999999"}
    answer = desk.post("/desk/money/test", data=form, headers={"Accept-Language": language})
    assert answer.status_code == 403
    assert limit in html.unescape(answer.text)


def test_more_rows_keep_what_was_typed(desk):
    page = desk.get("/desk/agreements/new/service_by_milestones")
    form = {**fields(page), "rows": "3", "more": "yes", "subject": "Kept"}
    answer = desk.post("/desk/agreements/new/service_by_milestones", data=form)
    assert 'value="Kept"' in answer.text
    assert "parameters.milestones[5].title" in answer.text
    assert "parameters.milestones[6].title" not in answer.text


@pytest.mark.parametrize("rows", ["", "-1", "999", "x", "1e3"])
def test_rows_that_make_no_sense_are_the_usual_ones(desk, rows):
    page = desk.get("/desk/invoices/new")
    answer = desk.post("/desk/invoices/new", data={**fields(page), "rows": rows, "more": "yes"})
    assert answer.status_code == 200
    assert answer.text.count('role="group"') == 6


@pytest.mark.parametrize(
    "template",
    [
        "data_sharing", "equipment_rental", "joint_offering", "maintenance_subscription",
        "pilot_test", "service_by_milestones",
    ],
)  # fmt: skip
def test_every_template_is_a_form_that_says_what_is_missing(desk, template):
    path = f"/desk/agreements/new/{template}"
    page = desk.get(path)
    assert page.status_code == 200
    assert "tEUR cents" not in page.text
    form = {**fields(page), "we": re.search(r'<option value="(\w+)"', page.text)[1]}
    answer = desk.post(path, data=form)
    assert answer.status_code == 422
    assert 'id="subject-wrong"' in answer.text


def test_things_of_others_are_not_there(desk, join):
    stranger = join("Toisen Oy (testi)")
    invoice = stranger.api.write(
        "/v1/invoices",
        {"payer": "0x" + "11" * 20,
         "lines": [{"description": "Work", "unit_price": 100, "vat_rate_bps": 0}]},
        wait=0,
    ).json()["id"]  # fmt: skip
    for path in (
        f"/desk/invoices/{invoice}", "/desk/agreements/agr_1", "/desk/credentials/crd_1",
        "/desk/items/itm_1", "/desk/join/unknown", "/desk/agreements/new/unknown",
    ):  # fmt: skip
        answer = desk.get(path)
        assert answer.status_code in (404, 409), path
        assert answer.headers["content-type"].startswith("text/html")


def test_unknown_step_of_an_agreement_is_no_page(desk):
    form = fields(desk.get("/desk/money"))
    assert desk.post("/desk/agreements/agr_1/explode", data=form).status_code == 404
    assert desk.post("/desk/agreements/agr_1/milestones/0/explode", data=form).status_code == 404


def test_item_is_passed_on_once_however_often_its_form_is_sent(desk, join):
    maker, other = join("Tekijä Oy (testi)"), join("Saaja Oy (testi)")
    made = maker.api.write("/v1/items", {"name": "Opening ticket", "kind": "ticket"}).json()["id"]
    minted = {"to": desk.cookies["acting"], "amount": 3}
    assert maker.api.write(f"/v1/items/{made}/mint", minted).status_code in (200, 202)
    path = f"/desk/items/{made}"
    assert path in desk.get("/desk/items").text
    form = {**fields(desk.get(path)), "to": other.id, "amount": "1"}
    assert [desk.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert "You have 2." in desk.get(path).text
    for amount in ("0", "-1", "1,5", "x", "9" * 20):
        answer = desk.post(path, data={**fields(desk.get(path)), "to": other.id, "amount": amount})
        assert answer.status_code == 422
        assert "Write a whole number, 1 or more." in answer.text


def test_delivery_is_disputed_with_a_reason(desk, join):
    provider = join("Toimittaja Oy (testi)")
    drafted = provider.api.write(
        "/v1/agreements",
        {
            "title": "Disputed work",
            "document": {"text": "The provider does the work."},
            "parties": [
                {"who": desk.cookies["acting"], "role": "client"},
                {"who": provider.id, "role": "provider"},
            ],
            "milestones": [{"title": "All", "amount": 1000, "payer": 0, "provider": 1}],
        },
        wait=0,
    )
    agreement = drafted.json()["id"]
    path, api = f"/desk/agreements/{agreement}", f"/v1/agreements/{agreement}"
    assert "Read and sign" in desk.get("/desk").text
    assert provider.api.write(f"{api}/sign", wait=0).status_code == 200

    def presses(what: str) -> None:
        answer = desk.post(f"{path}/{what}", data=fields(desk.get(path)))
        assert answer.status_code == 303, answer.text

    for step in ("sign", "activate", "fund"):
        presses(step)
    form = {**fields(desk.get("/desk/money")), "attempt": "0" * 32}
    finnish = {"Accept-Language": "fi"}
    early = desk.post(f"{path}/milestones/0/accept", data=form, headers=finnish)
    assert early.status_code in (409, 422), early.text
    assert "yritti hyväksyä työn, mutta se hylättiin: " in early.text
    assert "<strong>Työpöytä Oy (testi)</strong>" in early.text
    assert_goes_on_by_itself(desk, early)
    delivered = provider.api.write(f"{api}/milestones/0/deliver", {"evidence": "Done."})
    assert delivered.status_code in (200, 202)
    assert "Accept or dispute the delivery" in desk.get("/desk").text
    form = fields(desk.get(f"{path}/milestones/0/dispute"))
    answer = desk.post(f"{path}/milestones/0/dispute", data=form)
    assert answer.status_code == 422
    assert 'id="said-wrong">Fill this in.' in answer.text
    answer = desk.post(f"{path}/milestones/0/dispute", data={**form, "said": "Half is missing."})
    assert answer.status_code == 303
    assert "disputed “All”" in desk.get(path).text
    assert desk.get(f"{path}/milestones/7/dispute").status_code == 404
