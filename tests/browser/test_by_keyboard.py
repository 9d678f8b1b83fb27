"""Each of the ways from the first page to its result, by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from pocplatform.client import Sandbox
from tests.browser.keys import Keys, by_role
from tests.browser.people import PHONE, WIDE
from tests.browser.test_company_desk import says
from tests.browser.test_developers_desk import SHOP, gets_a_key
from tests.browser.test_guided_demo import NEXT, START, STORY, TAKE
from tests.browser.test_spaces import ENTER, GUEST, INSIDE, gallery  # noqa: F401


def test_demo_is_played_to_its_receipt(person):
    visitor = person("fi", WIDE, name="keyboard-demo")
    keys = Keys(visitor)
    visitor.goes_to("/")
    keys.presses(by_role(visitor, "button", START["fi"]))
    for place, step in enumerate(STORY.steps):
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(step.title.fi)
        keys.presses(by_role(visitor, "button", step.button.fi))
        expect(visitor.page.locator("#done")).to_be_visible()
        keys.keeps_the_focus()
        if place == 1:
            under = visitor.page.locator("details.under")
            keys.presses(under.locator("summary"))
            expect(under.locator("table, dl, ul").first).to_be_visible()
        last = place == len(STORY.steps) - 1
        keys.presses(by_role(visitor, "link", (TAKE if last else NEXT)["fi"]))
    expect(visitor.page.locator(".code")).to_be_visible()
    assert visitor.complaints == []


def test_two_companies_agree_deliver_and_pay(person):
    seller, buyer = (person("en", WIDE, name=f"keyboard-{who}") for who in ("seller", "buyer"))
    keys, others = Keys(seller), Keys(buyer)

    def makes(one: Keys, name: str) -> None:
        one.writes(one.person.page.locator('[name="name"]'), name)
        one.presses(by_role(one.person, "button", "Make the company"))
        expect(one.person.page.locator(".desk .eyebrow").first).to_contain_text(name)

    def does(one: Keys, label: str) -> None:
        one.presses(by_role(one.person, "button", says(one.person, label)))

    seller.goes_to("/")
    keys.presses(seller.page.get_by_role("link", name="Sign in"))
    makes(keys, "Virtuaalitalo Oy (testi)")
    keys.presses(seller.page.get_by_role("link", name="Agreements"))
    keys.presses(by_role(seller, "link", "Draft an agreement"))
    keys.presses(seller.page.locator('main a[href$="/service_by_milestones"]'))
    keys.finds(seller.page.locator('[name="we"]'))
    seller.page.keyboard.press("ArrowDown")
    if seller.page.locator('[name="we"]').input_value() != "provider":
        seller.page.keyboard.press("ArrowUp")
    assert seller.page.locator('[name="we"]').input_value() == "provider"
    first = "parameters.milestones[0]."
    for name, text in {
        "name-client": "Pohjolan Puu Oy (testi)",
        "subject": "Virtual showroom",
        "work": "Three wooden houses that one can walk in.",
        f"{first}title": "Model",
        f"{first}amount": "1,200.50",
    }.items():
        keys.writes(seller.page.locator(f'[name="{name}"]'), text)
    due = seller.page.locator(f'[name="{first}due"]')
    for typed in ("03312027", "31032027"):  # in the order of the machine's own language
        if due.input_value() != "2027-03-31":
            keys.finds(due)
            seller.page.keyboard.type(typed)
    assert due.input_value() == "2027-03-31"
    keys.presses(seller.page.locator("main form button").last)
    expect(seller.page).to_have_url(re.compile(r"/desk/agreements/agr_"))
    does(keys, "Get a link for {who}".format(who="Pohjolan Puu Oy (testi)"))
    link = seller.page.locator("a.hex, .hex a").inner_text()
    keys.presses(by_role(seller, "link", "Back to the agreement"))

    buyer.page.goto(link)
    makes(others, "Pohjolan Puu Oy (testi)")
    does(others, "Join as {name}".format(name="Pohjolan Puu Oy (testi)"))
    does(others, "Sign the agreement")
    others.keeps_the_focus()
    does(keys, "Sign the agreement")
    keys.keeps_the_focus()
    does(keys, "Bring into force")
    keys.keeps_the_focus()
    others.presses(buyer.page.get_by_role("link", name="Money"))
    others.writes(buyer.page.locator('[name="test_amount"]'), "5000")
    does(others, "Get test money")
    expect(buyer.page.locator(".notice.good")).to_be_visible()
    others.presses(buyer.page.get_by_role("link", name="Agreements"))
    others.presses(by_role(buyer, "link", "Virtual showroom"))
    does(others, "Pay into escrow")
    keys.presses(by_role(seller, "link", "Deliver"))
    keys.writes(seller.page.locator('[name="said"]'), "https://example.org/showroom")
    does(keys, "Deliver")
    does(others, "Accept and pay")
    for one in (buyer, seller):
        expect(one.page.locator("header .pill").first).to_have_text("completed")
        assert one.complaints == []


def test_guest_enters_a_space_and_buys(person, gallery):  # noqa: F811
    space, _ = gallery
    visitor = person("fi", PHONE, "dark", name="keyboard-space")
    keys = Keys(visitor)
    visitor.goes_to("/spaces")
    keys.presses(visitor.page.locator(f'main a[href="/spaces/{space}"]'))
    keys.presses(by_role(visitor, "button", GUEST["fi"]))
    keys.presses(by_role(visitor, "button", ENTER["fi"], exact=True))
    expect(visitor.page.get_by_text(INSIDE["fi"])).to_be_visible()
    keys.keeps_the_focus()
    keys.presses(by_role(visitor, "button", "Osta (Juliste)"))
    expect(visitor.page.locator("#sales")).to_contain_text("Juliste")
    keys.keeps_the_focus()
    assert visitor.complaints == []


def test_developer_deploys_a_contract_and_sends_it_a_list_of_structs(person):
    visitor = person("en", WIDE, "dark", name="keyboard-developer")
    keys = Keys(visitor)
    page = visitor.page
    visitor.goes_to("/")
    keys.presses(page.get_by_role("link", name="Get a key"))
    keys.writes(page.get_by_label("Name of the organization"), "Pohjolan Puu Oy (testi)")
    keys.presses(by_role(visitor, "button", "Get a key"))
    expect(page.locator("#key")).to_be_visible()
    keys.presses(page.get_by_role("link", name="Developers"))
    keys.presses(page.get_by_role("link", name="Contracts"))
    keys.finds(page.locator("#source"))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(SHOP)  # as it is pasted
    keys.writes(page.locator("#name"), "Shop.sol")
    keys.presses(by_role(visitor, "button", "Compile"))
    keys.writes(page.locator("#f-0"), "5")
    keys.presses(by_role(visitor, "button", "Deploy"))
    expect(page).to_have_url(re.compile(r"/developers/contracts/ctr_\w+#main$"))
    keys.presses(page.get_by_role("link", name="order("))
    keys.presses(by_role(visitor, "button", "Add an element lines"), "Space")
    expect(page.locator("#f-0-0-0")).to_be_focused()
    page.keyboard.type("Boards")
    keys.writes(page.locator("#f-0-0-1"), "200")
    keys.presses(by_role(visitor, "button", "Add an element lines[0].buyers"))
    remove = by_role(visitor, "button", "Remove lines[0].buyers[0]")
    keys.presses(remove)
    expect(remove).to_have_count(0)
    keys.keeps_the_focus()
    keys.presses(by_role(visitor, "button", "Send"))
    expect(page.locator("#answer #transaction")).to_be_visible()
    keys.keeps_the_focus()
    keys.presses(page.get_by_role("link", name="Shop"))
    keys.presses(page.get_by_role("link", name="total()"))
    expect(page.locator(".results")).to_contain_text("205")
    assert visitor.complaints == []


def test_link_that_has_the_focus_keeps_it_while_events_come(person):
    visitor = person("en", WIDE, name="keyboard-events")
    key = gets_a_key(visitor)
    with Sandbox(visitor.base_url, key) as sandbox:
        sandbox.payments.faucet(100)
        visitor.goes_to("/developers/events")
        events = visitor.page.locator("#happened table a")
        before = events.count()
        Keys(visitor).finds(events.first)
        link = events.first.get_attribute("href")
        sandbox.payments.faucet(200)
        expect(events).not_to_have_count(before)
    expect(visitor.page.locator(f"#happened [href='{link}']")).to_be_focused()


def test_part_of_the_page_has_the_focus_when_its_button_has_gone(person):
    visitor = person("en", WIDE, name="keyboard-two-tabs")
    visitor.goes_to("/")
    Keys(visitor).presses(by_role(visitor, "button", START["en"]))
    button = STORY.steps[0].button.en
    expect(visitor.page.get_by_role("button", name=button)).to_be_visible()
    other = person(like=visitor, name="keyboard-other-tab")
    other.page.goto(visitor.page.url)
    Keys(other).finds(by_role(other, "button", button))
    Keys(visitor).presses(by_role(visitor, "button", button))
    expect(other.page.locator("#done")).to_be_visible()
    expect(other.page.locator("#stage")).to_be_focused()
    Keys(other).presses(by_role(other, "link", NEXT["en"]))
    heading = other.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(STORY.steps[1].title.en)
