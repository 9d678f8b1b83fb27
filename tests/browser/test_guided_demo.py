"""The guided demo from the first click to the receipt that anybody can check."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pocplatform.pilots.stories import story
from tests.browser.people import Person, looks

STORY = story("showroom")
assert STORY is not None
START = {"en": "Start the demo", "fi": "Aloita demo"}
NEXT = {"en": "Next step", "fi": "Seuraava vaihe"}
TAKE = {"en": "Take the receipt", "fi": "Ota kuitti"}


def starts(visitor: Person) -> None:
    visitor.goes_to("/")
    visitor.page.get_by_role("button", name=START[visitor.language]).click()
    expect(visitor.page).to_have_url(re.compile(r"/identities#main$"))


def plays(visitor: Person, step: int) -> None:
    """Press the button of the step that is shown."""
    label = STORY.steps[step].button.render(visitor.language)
    visitor.page.get_by_role("button", name=label).click()
    expect(visitor.page.locator("#done")).to_be_visible()


@looks
def test_person_plays_both_sides_and_takes_home_a_receipt_that_holds(person, language, size, theme):
    visitor = person(language, size, theme)
    starts(visitor)
    for place, step in enumerate(STORY.steps):
        heading = visitor.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(step.title.render(language))
        if place in (0, 4):
            visitor.sees_a_good_page(f"demo-{place}-{step.name}-before")
        plays(visitor, place)
        if place == 6:
            visitor.page.locator("details.under summary").click()
        visitor.sees_a_good_page(f"demo-{place}-{step.name}")
        last = place == len(STORY.steps) - 1
        visitor.page.get_by_role("link", name=(TAKE if last else NEXT)[language]).click()
    visitor.sees_a_good_page("demo-receipt")
    code = visitor.page.locator(".code").inner_text()
    pdf = visitor.page.request.get(f"{visitor.base_url}/check/{code}/receipt.pdf")
    assert pdf.body().startswith(b"%PDF-")

    # Somebody else, with nothing but the code.
    other = person(language, size, theme)
    other.goes_to("/check")
    other.page.locator('[name="code"]').fill(code.lower().replace("-", " "))
    button = {"en": "Check the receipt", "fi": "Tarkista kuitti"}[language]
    other.page.get_by_role("button", name=button).click()
    holds = {"en": "The receipt holds", "fi": "Kuitti pitää paikkansa"}[language]
    expect(other.page.get_by_role("heading", level=1)).to_have_text(holds)
    other.sees_a_good_page("check-receipt")


def test_second_click_back_button_and_second_tab_do_nothing_twice(person):
    visitor = person("en")
    starts(visitor)
    second = person(like=visitor, name="second-tab")
    second.page.goto(visitor.page.url)
    visitor.page.get_by_role("button", name="Register both companies").dblclick()
    expect(visitor.page.locator("#done")).to_be_visible()
    # The other tab finds out by itself.
    expect(second.page.locator("#done")).to_be_visible()
    visitor.page.go_back()
    visitor.page.reload()
    visitor.goes_to(re.sub(r"https?://[^/]+|#.*", "", visitor.page.url))
    expect(visitor.page.locator("#done")).to_be_visible()
    visitor.page.locator("details.under summary").click()
    assert visitor.page.get_by_text("Identity registered").count() == 2


def test_money_step_sent_from_two_tabs_at_once_pays_once(person):
    visitor = person("en")
    starts(visitor)
    for place in range(2):
        plays(visitor, place)
        visitor.page.get_by_role("link", name="Next step").click()
    second = person(like=visitor, name="second-tab")
    second.page.goto(visitor.page.url)
    # What the other tab would send; it finds out by itself, and may have no button any more.
    fields = second.page.locator("#stage form").first.evaluate(
        "form => Object.fromEntries(new FormData(form))"
    )
    visitor.page.get_by_role("button", name="Get test money").click(no_wait_after=True)
    assert second.page.request.post(second.page.url, form=fields).ok
    for tab in (visitor, second):
        expect(tab.page.locator("#done")).to_be_visible()
        expect(tab.page.locator(".flow")).to_contain_text("3,000.00 tEUR")
    assert "6,000" not in second.page.locator("main").inner_text()


def test_demo_works_without_scripts(person):
    visitor = person("fi", scripts=False, name="no-scripts")
    starts(visitor)
    for place in range(3):
        plays(visitor, place)
        visitor.page.get_by_role("link", name="Seuraava vaihe").click()
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(STORY.steps[3].title.fi)


def test_demo_of_another_browser_is_not_shown(person):
    visitor, stranger = person("en"), person("en", name="stranger")
    starts(visitor)
    answer = stranger.page.goto(visitor.page.url)
    assert answer.status == 404
    expect(stranger.page.get_by_text("that was begun with this browser")).to_be_visible()


@pytest.mark.parametrize("width", [320, 768])
def test_going_back_to_look_at_a_step_keeps_what_came_after(person, width):
    visitor = person("en", (width, 800))
    starts(visitor)
    plays(visitor, 0)
    visitor.page.get_by_role("link", name="Next step").click()
    plays(visitor, 1)
    visitor.page.get_by_role("link", name="Back").click()
    expect(visitor.page.locator("#done")).to_be_visible()
    visitor.page.get_by_role("link", name="Credential").click()
    expect(visitor.page.get_by_text("A copy with another name is refused")).to_be_visible()
