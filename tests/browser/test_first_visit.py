"""The first page and its ways in, as people walk them."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from tests.browser.people import PHONE, WIDE, looks


@looks
def test_person_gets_a_key_that_works_at_once(person, language, size, theme):
    visitor = person(language, size, theme)
    visitor.goes_to("/")
    visitor.sees_a_good_page("start")
    visitor.page.get_by_role(
        "link", name={"en": "Get a key", "fi": "Hanki avain"}[language]
    ).click()
    visitor.sees_a_good_page("build")
    label = {"en": "Name of the organization", "fi": "Organisaation nimi"}[language]
    visitor.page.get_by_label(label).fill("Selainpaja Oy (testi)")
    visitor.page.get_by_role(
        "button", name={"en": "Get a key", "fi": "Hanki avain"}[language]
    ).click()
    visitor.sees_a_good_page("key")
    key = visitor.page.locator("#key").inner_text()
    answer = httpx.get(
        f"{visitor.base_url}/v1/organizations/me", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.json()["name"] == "Selainpaja Oy (testi)"
    visitor.page.get_by_text("TypeScript", exact=True).click()
    expect(visitor.page.get_by_text("await fetch").first).to_be_visible()
    expect(visitor.page.get_by_text("export KEY=")).to_be_hidden()


@looks
def test_person_who_types_a_code_of_no_event_is_told_so(person, language, size, theme):
    visitor = person(language, size, theme)
    visitor.goes_to("/")
    field = {"en": "Code of the event", "fi": "Tapahtuman koodi"}[language]
    visitor.page.get_by_label(field).fill("OULU<b>2026")
    visitor.page.get_by_role("button", name={"en": "Join", "fi": "Liity"}[language]).click()
    said = {"en": "No event here has the code OULU<b>2026.", "fi": "Koodilla OULU<b>2026 ei ole"}
    expect(visitor.page.get_by_text(said[language])).to_be_visible()
    visitor.complaints.clear()  # the browser notes that the answer was 404
    visitor.sees_a_good_page("join-unknown")


def test_choices_of_language_and_colours_stay_on_the_next_pages(person):
    visitor = person("en", WIDE, "light")
    visitor.goes_to("/join?code=")
    visitor.page.get_by_role("link", name="Suomeksi").click()
    expect(visitor.page.get_by_role("heading", name="Liity tapahtumaan")).to_be_visible()
    visitor.page.get_by_title("Tumma").click()
    visitor.goes_to("/build")
    html = visitor.page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("data-theme")) == ("fi", "dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert visitor.page.evaluate(background) == "rgb(15, 23, 25)"


def test_failures_are_pages_with_a_sentence_and_the_id_of_the_request(person):
    visitor = person("fi", PHONE, "light")
    visitor.goes_to("/explorer")
    visitor.page.evaluate("location.assign('/ei-ole')")
    visitor.page.wait_for_url("**/ei-ole")
    visitor.complaints.clear()
    visitor.sees_a_good_page("not-found")
    expect(visitor.page.get_by_role("heading", name="Sivua ei löydy")).to_be_visible()
    expect(visitor.page.get_by_text(re.compile("req_[0-9a-f]{24}"))).to_be_visible()
    visitor.page.get_by_role("link", name="Takaisin").click()
    visitor.page.wait_for_url("**/explorer")


def test_page_can_be_walked_by_keyboard_and_shows_where_one_is(person):
    visitor = person("en", WIDE, "light")
    visitor.goes_to("/")
    seen = []
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        name, outline = visitor.page.evaluate(
            "[document.activeElement.innerText || document.activeElement.name,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline != "none", name
        seen.append(name.strip())
        if name.strip() == "Start the demo":
            break
    assert seen[0] == "Skip to the content"
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"/demo/runs/run_\w+/identities#main$"))


def test_reference_pages_are_good_pages(person):
    visitor = person("en", PHONE, "light")
    visitor.goes_to("/docs/errors")
    visitor.sees_a_good_page("errors")
    visitor.goes_to("/check")
    visitor.sees_a_good_page("check")
    visitor.goes_to("/demo")
    visitor.sees_a_good_page("demo-choose")


def test_reference_of_the_api_is_shown_under_the_same_strict_policy(person):
    visitor = person("en", WIDE, "light")
    # Made when it is first asked for, which takes seconds.
    assert httpx.get(f"{visitor.base_url}/openapi.json", timeout=120).status_code == 200
    visitor.goes_to("/docs")
    part = visitor.page.get_by_role("button", name="Expand operation").first
    expect(part).to_be_visible(timeout=60_000)
    part.click()
    expect(visitor.page.get_by_text("/v1/organizations/me").first).to_be_visible()
    assert visitor.complaints == []
    answer = visitor.page.request.get(f"{visitor.base_url}/docs")
    assert "unsafe" not in answer.headers["content-security-policy"]
