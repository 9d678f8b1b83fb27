"""The company desk: two companies in two browsers, from a name to work that is paid for."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from pocplatform.kit.i18n import translate
from tests.browser.people import WIDE, Person, looks


def says(visitor: Person, sentence: str, **values: object) -> str:
    """A sentence as this person reads it."""
    return translate(sentence, visitor.language).format(**values)


def presses(visitor: Person, label: str, **values: object) -> None:
    visitor.page.get_by_role("button", name=says(visitor, label, **values)).first.click()


def follows(visitor: Person, label: str) -> None:
    visitor.page.locator("main").get_by_role("link", name=says(visitor, label)).first.click()


def fills(visitor: Person, **values: str) -> None:
    for name, value in values.items():
        visitor.page.locator(f'[name="{name.replace("__", "-")}"]').fill(value)


def makes_company(visitor: Person, name: str) -> str:
    """Make a company on the page that asks for one; its business ID."""
    fills(visitor, name=name)
    presses(visitor, "Make the company")
    expect(visitor.page.locator(".desk .eyebrow").first).to_contain_text(name)
    shown = visitor.page.locator(".desk .eyebrow").first.inner_text()
    return re.search(r"\d{7}-\d", shown)[0]


@looks
def test_two_companies_agree_work_and_pay(person, language, size, theme):
    seller = person(language, size, theme)
    buyer = person(language, size, theme)

    # A company of one's own, with an identity and a credential.
    seller.goes_to("/desk")
    expect(seller.page).to_have_url(re.compile(r"/sign-in\?next="))
    seller.sees_a_good_page("sign-in")
    makes_company(seller, "Virtuaalitalo Oy (testi)")
    seller.sees_a_good_page("desk-empty")
    seller.goes_to("/desk/agreements")
    seller.sees_a_good_page("desk-agreements-empty")
    seller.goes_to("/desk/items")
    seller.sees_a_good_page("desk-items-empty")
    seller.goes_to("/desk/identity")
    presses(seller, "Register the identity")
    expect(seller.page.get_by_text(says(seller, "registered"), exact=True)).to_be_visible()
    presses(seller, "Get the business ID credential")
    expect(seller.page).to_have_url(re.compile(r"/desk/credentials/"))
    seller.sees_a_good_page("desk-credential")
    credential = seller.page.locator("pre").text_content()
    seller.goes_to("/desk/identity")
    seller.sees_a_good_page("desk-identity")

    # A draft from a ready text, with a mistake that is told beside its field.
    seller.goes_to("/desk/agreements/new")
    seller.sees_a_good_page("desk-templates")
    seller.goes_to("/desk/agreements/new/service_by_milestones")
    seller.page.locator('[name="we"]').select_option("provider")
    fills(seller, name__client="Pohjolan Puu Oy (testi)")
    fills(seller, subject="Virtuaalinen näyttelytila", work="Kolme puutaloa, joissa voi kävellä.")
    first = "parameters.milestones[0]."
    seller.page.locator(f'[name="{first}title"]').fill("Malli")
    seller.page.locator(f'[name="{first}amount"]').fill("tuhat")
    seller.page.locator(f'[name="{first}due"]').fill("2027-03-31")
    seller.page.get_by_role("button", name=says(seller, "Draft the agreement")).last.click()
    wrong = seller.page.locator(f'[id="{first}amount-wrong"]')
    expect(wrong).to_contain_text("tuhat")
    seller.complaints.clear()  # the browser notes that the answer was 422
    seller.sees_a_good_page("desk-draft-wrong")
    amount = "1 200,50" if language == "fi" else "1,200.50"
    seller.page.locator(f'[name="{first}amount"]').fill(amount)
    seller.page.get_by_role("button", name=says(seller, "Draft the agreement")).last.click()
    expect(seller.page).to_have_url(re.compile(r"/desk/agreements/agr_"))
    agreement = re.sub(r"https?://[^/]+|#.*", "", seller.page.url)

    # The other one comes by a link.
    presses(seller, "Get a link for {who}", who="Pohjolan Puu Oy (testi)")
    seller.sees_a_good_page("desk-invitation")
    link = seller.page.locator("a.hex, .hex a").inner_text()
    seller.goes_to(agreement)
    buyer.page.goto(link)
    business_id = makes_company(buyer, "Pohjolan Puu Oy (testi)")
    buyer.sees_a_good_page("desk-join")
    presses(buyer, "Join as {name}", name="Pohjolan Puu Oy (testi)")
    expect(buyer.page.get_by_role("heading", level=1)).to_have_text("Virtuaalinen näyttelytila")
    buyer.sees_a_good_page("desk-agreement-draft")

    # Each sees by itself what the other has done.
    presses(buyer, "Sign the agreement")
    presses(seller, "Sign the agreement")
    presses(seller, "Bring into force")
    expect(buyer.page.get_by_role("button", name=says(buyer, "Pay into escrow"))).to_be_visible()
    buyer.page.get_by_role("button", name=says(buyer, "Pay into escrow")).click()
    expect(buyer.page.locator("main .notice.bad")).to_be_visible()  # no money yet
    buyer.complaints.clear()
    buyer.sees_a_good_page("desk-no-money")
    buyer.goes_to("/desk/money")
    buyer.sees_a_good_page("desk-money-empty")
    fills(buyer, test_amount="5000")
    presses(buyer, "Get test money")
    expect(buyer.page.locator(".notice.good")).to_be_visible()
    buyer.goes_to(agreement)
    presses(buyer, "Pay into escrow")
    follows(seller, "Deliver")
    seller.sees_a_good_page("desk-deliver")
    fills(seller, said="https://example.org/showroom")
    presses(seller, "Deliver")
    expect(seller.page).to_have_url(re.compile(r"/desk/agreements/agr_\w+#main$"))
    presses(buyer, "Accept and pay")
    done = says(seller, "completed")
    for one in (buyer, seller):
        expect(one.page.locator("header .pill").first).to_have_text(done)
    day = {"en": "31 March 2027", "fi": "31.3.2027"}[language]
    expect(seller.page.get_by_role("cell", name=day)).to_be_visible()
    seller.sees_a_good_page("desk-agreement-completed")
    fingerprint = seller.page.locator('main a[href^="/explorer/agreements/"]').text_content()

    # Somebody else, with nothing but the fingerprint, the document and the credential.
    document = seller.page.request.get(f"{seller.base_url}{agreement}/document.pdf").body()
    checker = person(language, size, theme)
    checker.goes_to(f"/explorer/search?q={fingerprint}")
    expect(checker.page).to_have_url(re.compile("/explorer/agreements/"))
    checker.sees_a_good_page("explorer-agreement")
    checker.goes_to("/check")
    checker.sees_a_good_page("check")
    given = {"name": "sopimus.pdf", "mimeType": "application/pdf", "buffer": document}
    checker.page.locator("#document").set_input_files(given)
    presses(checker, "Check the document")
    heading = checker.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(says(checker, "The document holds"))
    checker.sees_a_good_page("check-document")
    checker.goes_to("/check")
    fills(checker, text=credential)
    presses(checker, "Check the credential")
    expect(heading).to_have_text(says(checker, "The credential holds"))
    checker.sees_a_good_page("check-credential")

    # An invoice by the business ID, found by its reference and paid.
    seller.goes_to("/desk/invoices/new")
    seller.sees_a_good_page("desk-invoice-new")
    fills(seller, payer=business_id)
    seller.page.locator('[name="lines[0].description"]').fill("Opastus")
    seller.page.locator('[name="lines[0].unit_price"]').fill("100")
    seller.page.get_by_role("button", name=says(seller, "Sign and send the invoice")).last.click()
    expect(seller.page).to_have_url(re.compile(r"/desk/invoices/inv_"))
    seller.sees_a_good_page("desk-invoice")
    reference = re.search(r"RF[0-9A-Z]+", seller.page.inner_text("main"))[0]
    buyer.goes_to("/desk")
    buyer.sees_a_good_page("desk-overview")
    buyer.goes_to("/desk/invoices")
    buyer.sees_a_good_page("desk-invoices")
    fills(buyer, reference=f"{reference[:4]} {reference[4:]}")
    presses(buyer, "Find the invoice")
    buyer.page.get_by_role("button", name=re.compile("125")).click()
    paid = says(buyer, "paid")
    for one in (buyer, seller):
        expect(one.page.locator("header .pill").first).to_have_text(paid)
    buyer.goes_to("/desk/money/statement")
    buyer.sees_a_good_page("desk-statement")
    follows(buyer, "Back")
    buyer.sees_a_good_page("desk-money")


def test_desk_works_without_scripts(person):
    visitor = person("en", WIDE, scripts=False, name="desk-no-scripts")
    visitor.goes_to("/sign-in?next=/desk/money")
    other = makes_company(visitor, "Saaja Oy (testi)")
    visitor.goes_to("/sign-in?next=/desk/money")
    makes_company(visitor, "Maksaja Oy (testi)")
    fills(visitor, test_amount="100")
    presses(visitor, "Get test money")
    fills(visitor, to=other, amount="12,50")
    visitor.page.get_by_role("button", name="Pay", exact=True).click()
    expect(visitor.page.get_by_text("Paid 12.50 tEUR to Saaja Oy (testi).")).to_be_visible()
    expect(visitor.page.locator(".figure")).to_have_text("87.50 tEUR")
