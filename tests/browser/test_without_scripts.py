"""Each of the ways from the first page to its result, in a browser that runs no scripts."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import PHONE, WIDE
from tests.browser.test_company_desk import fills, follows, makes_company, presses
from tests.browser.test_developers_desk import SHOP, gets_a_key
from tests.browser.test_guided_demo import NEXT, STORY, TAKE, plays, starts


def test_demo_is_played_to_a_receipt_that_holds(person):
    visitor = person("fi", PHONE, "dark", scripts=False, name="no-scripts-demo")
    starts(visitor)
    for place in range(len(STORY.steps)):
        plays(visitor, place)
        last = place == len(STORY.steps) - 1
        visitor.page.get_by_role("link", name=(TAKE if last else NEXT)["fi"]).click()
    code = visitor.page.locator(".code").inner_text()
    visitor.goes_to("/check")
    fills(visitor, code=code)
    visitor.page.get_by_role("button", name="Tarkista kuitti").click()
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Kuitti pitää paikkansa")


def test_two_companies_agree_deliver_and_pay(person):
    seller, buyer = (
        person("en", WIDE, scripts=False, name=f"no-scripts-{who}") for who in ("seller", "buyer")
    )

    def does(who, label):
        """Press a button that is gone when what it does is done."""
        presses(who, label)
        expect(who.page.get_by_role("button", name=label)).to_have_count(0)

    seller.goes_to("/desk/agreements/new/service_by_milestones")
    makes_company(seller, "Virtuaalitalo Oy (testi)")
    seller.goes_to("/desk/agreements/new/service_by_milestones")
    rows = seller.page.locator('[name^="parameters.milestones["][name$="title"]')
    before = rows.count()
    presses(seller, "More rows")
    expect(rows).not_to_have_count(before)
    seller.page.locator('[name="we"]').select_option("provider")
    fills(seller, name__client="Pohjolan Puu Oy (testi)")
    fills(seller, subject="Virtual showroom", work="Three wooden houses that one can walk in.")
    first = "parameters.milestones[0]."
    for name, text in {"title": "Model", "amount": "1,200.50", "due": "2027-03-31"}.items():
        seller.page.locator(f'[name="{first}{name}"]').fill(text)
    seller.page.get_by_role("button", name="Draft the agreement").last.click()
    expect(seller.page).to_have_url(re.compile("/desk/agreements/agr_"))
    agreement = re.sub(r"https?://[^/]+|#.*", "", seller.page.url)
    presses(seller, "Get a link for {who}", who="Pohjolan Puu Oy (testi)")
    buyer.page.goto(seller.page.locator("a.hex, .hex a").inner_text())
    makes_company(buyer, "Pohjolan Puu Oy (testi)")
    presses(buyer, "Join as {name}", name="Pohjolan Puu Oy (testi)")
    does(buyer, "Sign the agreement")
    seller.goes_to(agreement)
    does(seller, "Sign the agreement")
    does(seller, "Bring into force")
    buyer.goes_to("/desk/money")
    fills(buyer, test_amount="5000")
    presses(buyer, "Get test money")
    expect(buyer.page.locator(".notice.good")).to_be_visible()
    buyer.goes_to(agreement)
    does(buyer, "Pay into escrow")
    seller.goes_to(agreement)
    follows(seller, "Deliver")
    fills(seller, said="https://example.org/showroom")
    presses(seller, "Deliver")
    expect(seller.page).to_have_url(re.compile(r"/desk/agreements/agr_\w+#main$"))
    buyer.goes_to(agreement)
    does(buyer, "Accept and pay")
    for one in (buyer, seller):
        one.goes_to(agreement)
        expect(one.page.locator("header .pill").first).to_have_text("completed")


def test_developer_deploys_a_contract_and_sends_it_a_list_of_structs(person):
    visitor = person("en", WIDE, "dark", scripts=False, name="no-scripts-developer")
    page = visitor.page
    gets_a_key(visitor)
    visitor.goes_to("/developers/contracts")
    page.locator("#source").fill(SHOP)
    page.locator("#name").fill("Shop.sol")
    presses(visitor, "Compile")
    page.locator("#f-0").fill("5")
    presses(visitor, "Deploy")
    expect(page).to_have_url(re.compile(r"/developers/contracts/ctr_\w+#main$"))
    page.get_by_role("link", name="order(").click()
    page.get_by_role("button", name="Add an element lines").click()
    page.locator("#f-0-0-0").fill("Boards")
    page.locator("#f-0-0-1").fill("200")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("confirmed")
    page.get_by_role("link", name="Shop").click()
    page.get_by_role("link", name="total()").click()
    expect(page.locator(".results")).to_contain_text("205")
