"""Spaces as people use them: look, come in, buy, rent, go on; and see what others do at once."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, WIDE, looks

GUEST = {"en": "Be a guest company", "fi": "Kokeile vierasyrityksenä"}
ENTER = {"en": "Enter", "fi": "Astu sisään"}
INSIDE = {"en": "you are inside", "fi": "olet sisällä"}


@pytest.fixture(scope="module")
def gallery(join):
    """A space with a parcel to let, something for sale, and a hall for holders of a ticket."""
    keeper = join("Galleria Oy (testi)")

    def make(path, **body):
        answer = keeper.api.write(path, body)
        assert answer.is_success, answer.text
        return answer.json()

    make("/v1/profiles/me", published=True, credentials=[])
    space = make("/v1/spaces", name="Selaingalleria", description="Kolme huonetta.")
    make(f"/v1/spaces/{space['id']}/plan", width=4, depth=2)
    for x, name in ((0, "Kulma"), (1, "Ikkuna"), (2, "Sali"), (3, "Parvi")):
        parcel = make("/v1/parcels", space=space["id"], x=x, y=0, name=name)
        make(f"/v1/parcels/{parcel['id']}/rental_terms", price_per_day=1000, deposit=2000)
    for kind, name, price in (("item", "Juliste", 1250), ("ticket", "Iltalippu", 800)):
        item = make("/v1/items", name=name, kind=kind)
        make(f"/v1/items/{item['id']}/mint", amount=50)
        make("/v1/listings", item=item["id"], amount=50, unit_price=price)
    entry = {"rule": "ticket", "ticket": item["id"]}
    hall = make("/v1/spaces", name="Iltasali", entry=entry)
    make(f"/v1/spaces/{space['id']}/links", to=hall["id"])
    return space["id"], hall["id"]


def comes(visitor, space):
    """Become a guest company and come in."""
    visitor.goes_to(f"/spaces/{space}")
    visitor.page.get_by_role("button", name=GUEST[visitor.language]).click()
    visitor.page.get_by_role("button", name=ENTER[visitor.language], exact=True).click()
    expect(visitor.page.get_by_text(INSIDE[visitor.language])).to_be_visible()


def buys(visitor, what):
    label = {"en": "Buy", "fi": "Osta"}[visitor.language]
    visitor.page.get_by_role("button", name=f"{label} ({what})").click()


@looks
def test_guest_looks_enters_buys_rents_and_goes_on(person, gallery, language, size, theme):
    space, hall = gallery
    visitor = person(language, size, theme)
    visitor.goes_to(f"/spaces/{space}")
    expect(visitor.page.get_by_role("img", name=re.compile("Selaingalleria"))).to_be_visible()
    visitor.sees_a_good_page("space")
    comes(visitor, space)
    money = visitor.page.locator("aside .money").first
    expect(money).to_have_text(re.compile("500[.,]00"))
    # Not without the ticket.
    go = {"en": "Go there", "fi": "Siirry"}[language]
    visitor.page.get_by_role("button", name=re.compile(go)).click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.complaints.clear()  # the browser notes that the answer was 422
    visitor.sees_a_good_page("space-refused")
    buys(visitor, "Iltalippu")
    expect(money).to_have_text(re.compile("492[.,]00"))
    rent = {"en": "Rent", "fi": "Vuokraa"}[language]
    visitor.page.get_by_role("button", name=re.compile(rent)).first.click()
    expect(money).to_have_text(re.compile("462[.,]00"))
    visitor.sees_a_good_page("space-inside")
    visitor.page.get_by_role("button", name=re.compile(go)).click()
    expect(visitor.page).to_have_url(re.compile(hall))
    expect(visitor.page.get_by_text(INSIDE[language])).to_be_visible()
    leave = {"en": "Leave", "fi": "Poistu"}[language]
    visitor.page.get_by_role("button", name=leave).click()
    expect(visitor.page.get_by_text(INSIDE[language])).to_have_count(0)
    visitor.sees_a_good_page("space-hall")
    # What was bought is at the desk, to be passed on.
    visitor.goes_to("/desk/items")
    visitor.sees_a_good_page("desk-items")
    visitor.page.locator('main a[href^="/desk/items/"]').first.click()
    visitor.sees_a_good_page("desk-item")


@pytest.fixture(scope="module")
def chamber(join):
    """A space for companies whose business ID the sandbox's register vouches for."""
    keeper = join("Kauppakamari Oy (testi)")
    trusted = {"credential_type": "BusinessIdCredential"}
    # The register is trusted from the first time that it vouches for somebody.
    vouched = keeper.api.write("/v1/business_register/verifications", {})
    assert vouched.is_success, vouched.text
    (own,) = keeper.api.get("/v1/credentials").json()["data"]
    entry = {"rule": "credential", "issuer": own["issuer"], **trusted}
    made = keeper.api.write("/v1/spaces", {"name": "Kokoustila", "entry": entry})
    assert made.is_success, made.text
    return made.json()["id"]


@pytest.mark.parametrize(
    ("language", "size", "theme"),
    [
        ("en", WIDE, "light"),
        ("fi", PHONE, "dark"),
        pytest.param("en", PHONE, "dark", marks=pytest.mark.slow),
        pytest.param("fi", WIDE, "light", marks=pytest.mark.slow),
    ],
)
def test_guest_enters_by_a_credential_once_it_has_one(person, chamber, language, size, theme):
    visitor = person(language, size, theme)
    page = visitor.page
    enter = page.get_by_role("button", name=ENTER[language], exact=True)
    visitor.goes_to(f"/spaces/{chamber}")
    page.get_by_role("button", name=GUEST[language]).click()
    enter.click()
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.complaints.clear()  # the browser notes that the answer was 422
    visitor.sees_a_good_page("space-without-credential")
    visitor.goes_to("/desk/identity")
    get = {"en": "Get the business ID credential", "fi": "Hae Y-tunnustodistus"}[language]
    page.get_by_role("button", name=get).click()
    expect(page).to_have_url(re.compile("/desk/credentials/crd_"))
    visitor.goes_to(f"/spaces/{chamber}")
    enter.click()
    expect(page.get_by_text(INSIDE[language])).to_be_visible()
    visitor.sees_a_good_page("space-by-credential")


_WATCH = """before => {
    window.seen = null;
    const look = () => {
        const row = [...document.querySelectorAll("#space table tr")]
            .find(one => one.textContent.includes("Juliste"));
        if (Number(row?.querySelector("td.num")?.textContent) === before - 1)
            window.seen = Date.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
"""Notes when fewer prints are left; by the browser itself, whose clock is ours."""


def test_two_in_one_space_see_each_others_purchase_within_a_second(person, gallery):
    space, _ = gallery
    first, second = person("en", name="first"), person("fi", WIDE, "dark", name="second")
    comes(first, space)
    present = first.page.locator(".numbered li")
    before = present.count()
    with second.page.expect_request(lambda request: "/live?" in request.url):
        comes(second, space)
    expect(present).to_have_count(before + 1)
    for buyer, watcher in ((first, second), (second, first)):
        left = watcher.page.locator("tr", has_text="Juliste").locator("td.num").first
        before = int(left.inner_text())
        watcher.page.evaluate(_WATCH, before)
        with buyer.page.expect_response(lambda answer: answer.url.endswith("/buy")):
            buys(buyer, "Juliste")
        bought = time.time() * 1000
        expect(left).to_have_text(str(before - 1))
        watcher.page.wait_for_function("window.seen !== null")  # the browser's next frame
        assert watcher.page.evaluate("window.seen") - bought < 1000
        expect(watcher.page.locator("#sales li").first).to_contain_text("Juliste")
    assert first.complaints == second.complaints == []


def test_space_is_used_without_scripts_too(person, gallery):
    space, _ = gallery
    visitor = person("fi", scripts=False, name="space-no-scripts")
    comes(visitor, space)
    buys(visitor, "Juliste")
    expect(visitor.page.locator("#sales")).to_contain_text("Juliste")


def test_demo_space_is_made_at_one_click_and_only_once(person):
    visitor = person("fi")
    visitor.goes_to("/spaces")
    visitor.page.get_by_role("button", name="Luo esittelytila").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Pohjolan galleria")
    expect(visitor.page.get_by_text("Kaleva Käsityö Oy (testi)").first).to_be_visible()
    visitor.goes_to("/spaces")
    visitor.sees_a_good_page("spaces")
    expect(visitor.page.get_by_role("button", name="Luo esittelytila")).to_have_count(0)
    visitor.page.get_by_role("link", name="Pohjolan galleria").click()
    visitor.sees_a_good_page("space-demo")


def test_unknown_space_is_a_page_in_words(person):
    visitor = person("fi")
    assert visitor.page.goto(f"{visitor.base_url}/spaces/spc_{'0' * 24}").status == 404
    expect(visitor.page.get_by_role("heading", name="Sivua ei löydy")).to_be_visible()
