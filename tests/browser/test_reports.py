"""Reports as people read them, and the page on which they say what they think."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, WIDE, looks
from tests.unit.web.test_reports import evaluation


@pytest.fixture(scope="module")
def run(admin):
    """A pilot's run that was published."""
    content = evaluation().model_dump(mode="json")
    answer = admin.write("/v1/pilot_runs", {"evaluation": content})
    assert answer.status_code == 201, answer.text
    return answer.json()


@looks
def test_person_reads_the_report_of_a_pilot(person, run, language, size, theme):
    visitor = person(language, size, theme)
    visitor.goes_to("/reports")
    visitor.sees_a_good_page("reports")
    visitor.goes_to(run["report"])
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    visitor.sees_a_good_page("report-pilot")
    pdf = visitor.page.request.get(f"{visitor.base_url}{run['report']}.pdf?lang={language}")
    assert pdf.body().startswith(b"%PDF-")


@pytest.mark.parametrize(("language", "size"), [("fi", WIDE), ("en", PHONE)])
def test_person_says_what_they_think_and_finds_it_counted(person, run, language, size):
    visitor = person(language, size)
    visitor.goes_to("/build")
    visitor.page.get_by_role("textbox").first.fill("Mielipide Oy (testi)")
    visitor.page.locator("main form button").first.click()
    visitor.goes_to("/assess")
    visitor.sees_a_good_page("assess")
    for name, mark in (("useful", 4), ("clear", 5), ("invest", 3)):
        visitor.page.locator(f"input[name={name}][value='{mark}']").check()
    visitor.page.get_by_role("textbox").fill("Selvä ja hyödyllinen.")
    visitor.page.locator("main form button").click()
    expect(visitor.page.locator(".notice.good")).to_be_visible()
    visitor.goes_to("/reports")
    visitor.page.get_by_role("link", name="2026").first.click()
    expect(visitor.page.get_by_text("Selvä ja hyödyllinen.").first).to_be_visible()
    visitor.sees_a_good_page("report-programme")
