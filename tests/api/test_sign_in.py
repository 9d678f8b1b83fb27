"""Whom a browser acts for: signing in with a key, companies of its own, choosing, signing out."""

from __future__ import annotations

import re

import httpx
import pytest

from pocplatform.organisers import admin_secret
from pocplatform.web.forms import TOKEN
from tests.processes import NO_TLS

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}


@pytest.fixture
def visitor(base_url):
    with httpx.Client(base_url=base_url, headers=BROWSER, timeout=60, verify=NO_TLS) as client:
        yield client


def fields(page: httpx.Response) -> dict[str, str]:
    """The token, an attempt and the organization of the forms of a page."""
    found = dict(re.findall(rf'name="({TOKEN}|attempt|acting)" value="(\w+)"', page.text))
    assert TOKEN in found, page.text
    return found


def key_of(company) -> str:
    return company.api.headers["Authorization"].removeprefix("Bearer ")


def found(visitor: httpx.Client, name: str) -> str:
    """Make a company; its id."""
    form = fields(visitor.get("/sign-in"))
    answer = visitor.post("/sign-in/company", data={**form, "name": name})
    assert answer.status_code == 303, answer.text
    return visitor.cookies["acting"]


def signs_in(visitor: httpx.Client, key: str, **more: str) -> httpx.Response:
    form = fields(visitor.get("/sign-in"))
    return visitor.post("/sign-in", data={**form, "key": key, **more})


def test_key_of_a_company_opens_its_desk(visitor, join):
    company = join("Avaimella Oy (testi)")
    answer = signs_in(visitor, key_of(company))
    assert answer.headers["location"] == "/desk#main"
    assert "Avaimella Oy (testi)" in visitor.get("/desk").text


def test_key_is_kept_nowhere_and_not_shown_again(visitor, join):
    company = join("Salainen Oy (testi)")
    wrong = "sk_test_" + "0" * 48
    answer = signs_in(visitor, wrong)
    assert answer.status_code == 401
    assert wrong not in answer.text
    assert "is not known here" in answer.text
    signs_in(visitor, key_of(company))
    assert key_of(company) not in str(visitor.cookies)
    assert key_of(company) not in visitor.get("/sign-in").text


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "Paste a secret key"),
        ("   ", "Paste a secret key"),
        ("ses_" + "0" * 48, "is not known here"),
        ("<b>", "is not known here"),
        ("k" * 5000, "is not known here"),
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(visitor, key, said):
    answer = signs_in(visitor, key)
    assert answer.status_code in (401, 422)
    assert said in answer.text


def test_organisers_key_acts_for_no_company(visitor, platform):
    admin_key = admin_secret(platform.settings)
    answer = signs_in(visitor, admin_key)
    assert answer.status_code == 422
    assert "acts for no company" in answer.text
    assert admin_key not in answer.text


def test_key_that_may_only_look_may_only_look_here_too(visitor, join):
    company = join("Katselija Oy (testi)")
    made = company.api.post("/v1/api_keys", json={"scope": "read"}).json()
    assert signs_in(visitor, made["secret_key"]).status_code == 303
    page = visitor.get("/desk/money")
    assert "may only look" in page.text
    form = {**fields(page), "test_amount": "10"}
    answer = visitor.post("/desk/money/test", data=form)
    assert answer.status_code == 403
    assert "scope write" in answer.text


def test_right_ends_with_the_key(visitor, join):
    company = join("Peruutettu Oy (testi)")
    made = company.api.post("/v1/api_keys", json={"scope": "write"}).json()
    signs_in(visitor, made["secret_key"])
    assert visitor.get("/desk").status_code == 200
    assert company.api.post(f"/v1/api_keys/{made['id']}/revoke").status_code == 200
    answer = visitor.get("/desk")
    assert answer.headers["location"] == "/sign-in?next=%2Fdesk"
    assert "Peruutettu" not in visitor.get("/sign-in").text


def test_signing_in_changes_the_secret_and_keeps_what_the_browser_had(visitor, join):
    own = found(visitor, "Oma Oy (testi)")
    before = visitor.cookies["visit"]
    company = join("Toinen Oy (testi)")
    signs_in(visitor, key_of(company))
    assert visitor.cookies["visit"] != before
    page = visitor.get("/desk")
    assert "Toinen Oy (testi)" in page.text
    assert "Oma Oy (testi)" in page.text
    assert visitor.get("/desk", params={"org": own}).status_code == 200
    # Whoever has planted the cookie of before has nothing of it.
    with httpx.Client(
        base_url=visitor.base_url, headers=BROWSER, cookies={"visit": before}, verify=NO_TLS
    ) as planter:
        assert planter.get("/desk").status_code == 303


def test_form_sent_twice_signs_in_once_and_loses_nothing(visitor, join):
    found(visitor, "Kahdesti Oy (testi)")
    company = join("Avain Oy (testi)")
    form = {**fields(visitor.get("/sign-in")), "key": key_of(company)}
    cookies = dict(visitor.cookies)
    secrets = set()
    for _ in range(2):
        with httpx.Client(
            base_url=visitor.base_url, headers=BROWSER, cookies=cookies, verify=NO_TLS
        ) as tab:
            answer = tab.post("/sign-in", data=form)
            assert answer.status_code == 303
            secrets.add(answer.cookies["visit"])
    [secret] = secrets
    with httpx.Client(
        base_url=visitor.base_url, headers=BROWSER, cookies={"visit": secret}, verify=NO_TLS
    ) as after:
        page = after.get("/sign-in").text
    assert page.count("Kahdesti Oy (testi)</strong>") == 1
    assert page.count("Avain Oy (testi)</strong>") == 1


def test_company_is_made_once_by_a_form_sent_twice(visitor):
    form = {**fields(visitor.get("/sign-in")), "name": "Kerran Oy (testi)"}
    with httpx.Client(  # sent again before the first answer has come
        base_url=visitor.base_url, headers=BROWSER, cookies=dict(visitor.cookies), verify=NO_TLS
    ) as impatient:
        for client in (impatient, visitor):
            assert client.post("/sign-in/company", data=form).status_code == 303
    assert visitor.get("/sign-in").text.count("Kerran Oy (testi)</strong>") == 1


@pytest.mark.parametrize(("path", "at"), [("/sign-in", "/sign-in/company"), ("/build", "/build")])
def test_founding_changes_the_secret_so_that_a_planted_cookie_opens_nothing(visitor, path, at):
    form = {**fields(visitor.get(path)), "name": "Istutettu Oy (testi)"}
    before = visitor.cookies["visit"]
    assert visitor.post(at, data=form).status_code < 400
    assert visitor.cookies["visit"] != before
    assert "Istutettu Oy (testi)" in visitor.get("/desk").text
    with httpx.Client(
        base_url=visitor.base_url, headers=BROWSER, cookies={"visit": before}, verify=NO_TLS
    ) as planter:
        assert planter.get("/desk").status_code == 303


@pytest.mark.parametrize("name", ["", "   ", "n" * 201])
def test_company_without_a_good_name_is_refused(visitor, name):
    form = {**fields(visitor.get("/sign-in")), "name": name}
    answer = visitor.post("/sign-in/company", data=form)
    assert answer.status_code == 422
    assert "Write a name of 1 to 200 characters." in answer.text


@pytest.mark.parametrize(("path", "at"), [("/sign-in", "/sign-in/company"), ("/build", "/build")])
def test_name_with_a_character_that_nobody_sees_is_refused_by_that(visitor, path, at):
    form = {**fields(visitor.get(path)), "name": "Oulun\u200b Paja Oy"}
    answer = visitor.post(at, data=form)
    assert answer.status_code == 422
    assert "holds a character that cannot be seen" in answer.text
    assert "(U+200B)" in answer.text


def test_form_of_an_old_tab_acts_for_the_company_that_it_was_made_for(visitor):
    first = found(visitor, "Ensin Oy (testi)")
    second = found(visitor, "Sitten Oy (testi)")
    of_first = visitor.get("/desk/money", params={"org": first})
    form = {**fields(of_first), "test_amount": "77"}
    choice = {**fields(visitor.get("/sign-in")), "org": second}
    assert visitor.post("/sign-in/choice", data=choice).status_code == 303
    assert visitor.post("/desk/money/test", data=form).status_code == 303
    assert "77.00" in visitor.get("/desk/money", params={"org": first}).text
    assert "77.00" not in visitor.get("/desk/money", params={"org": second}).text


def test_company_is_chosen_and_stays_chosen(visitor):
    first = found(visitor, "Eka Oy (testi)")
    found(visitor, "Toka Oy (testi)")
    page = visitor.get("/desk")
    choice = {**fields(page), "org": first, "next": "/desk/money"}
    answer = visitor.post("/sign-in/choice", data=choice)
    assert answer.headers["location"] == "/desk/money#main"
    assert '<p class="eyebrow">Eka Oy (testi)' in visitor.get("/desk").text


def test_company_of_another_browser_can_not_be_chosen(visitor, join):
    found(visitor, "Omani Oy (testi)")
    stranger = join("Vieras Oy (testi)").id
    form = fields(visitor.get("/sign-in"))
    answer = visitor.post("/sign-in/choice", data={**form, "org": stranger})
    assert answer.status_code == 404
    assert visitor.get("/desk", params={"org": stranger}).status_code == 303
    form = {**fields(visitor.get("/desk/money")), "acting": stranger, "test_amount": "5"}
    answer = visitor.post("/desk/money/test", data=form)
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "elsewhere", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "desk", ""]
)
def test_nobody_is_led_elsewhere_after_signing_in(visitor, join, elsewhere):
    company = join("Kotona Oy (testi)")
    assert signs_in(visitor, key_of(company), next=elsewhere).headers["location"] == "/desk#main"


def test_signing_out_lets_the_browser_act_for_nobody(visitor):
    found(visitor, "Lähtevä Oy (testi)")
    cookies = dict(visitor.cookies)
    form = fields(visitor.get("/sign-in"))
    assert visitor.post("/sign-out", data=form).status_code == 303
    assert visitor.get("/desk").headers["location"] == "/sign-in?next=%2Fdesk"
    with httpx.Client(
        base_url=visitor.base_url, headers=BROWSER, cookies=cookies, verify=NO_TLS
    ) as old:
        assert old.get("/desk").status_code == 303
        assert old.post("/sign-out", data=form).status_code == 303


def test_who_acts_for_nobody_is_led_to_signing_in_and_back(visitor):
    answer = visitor.get("/desk/join/some-Code_1")
    assert answer.headers["location"] == "/sign-in?next=%2Fdesk%2Fjoin%2Fsome-Code_1"
    page = visitor.get(answer.headers["location"])
    assert 'name="next" value="/desk/join/some-Code_1"' in page.text
