"""The explorer as people use it: words first, technical words one click below, search, live."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, WIDE, looks


@pytest.fixture(scope="module")
def deal(join):
    """A company that is public has paid one that is not; hash, and who they are."""
    payer, payee = join("Pohjolan Paja Oy (testi)", fund=500_000), join("Vaitelias Oy (testi)")
    payer.api.write("/v1/profiles/me", {"published": True, "credentials": []})
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 120_000})
    return payer, payee, answer.json()["transaction"]["hash"]


@looks
def test_person_finds_out_what_happened_and_how_underneath(person, deal, language, size, theme):
    payer, _, hash_ = deal
    visitor = person(language, size, theme)
    visitor.goes_to("/explorer")
    visitor.sees_a_good_page("explorer")
    visitor.page.get_by_role("searchbox").fill(hash_)
    visitor.page.get_by_role("button", name={"en": "Look", "fi": "Hae"}[language]).click()
    heading = visitor.page.get_by_role("heading", level=1)
    said = {"en": "paid 1,200.00 tEUR to", "fi": "maksoi 1 200,00 tEUR saajalle"}[language]
    expect(heading).to_contain_text(re.compile(said.replace(" ", r"\s")))
    expect(heading).to_contain_text("Pohjolan Paja")
    signature = visitor.page.get_by_text("transfer(address,uint256)")
    expect(signature).to_be_hidden()
    visitor.page.locator("details.under summary").first.click()
    expect(signature).to_be_visible()
    visitor.sees_a_good_page("explorer-transaction")
    visitor.page.get_by_role("link", name="Pohjolan Paja Oy (testi)").first.click()
    expect(heading).to_have_text("Pohjolan Paja Oy (testi)")
    expect(visitor.page.locator("dl.facts").first).to_contain_text(payer.did)
    visitor.sees_a_good_page("explorer-company")
    visitor.page.goto(f"{visitor.base_url}/explorer/search?q=eikukaan")
    visitor.complaints.clear()  # the browser notes that the answer was 404
    visitor.sees_a_good_page("explorer-nothing-found")


@pytest.mark.parametrize(("language", "size"), [("fi", WIDE), ("en", PHONE)])
def test_every_other_page_of_the_explorer_is_a_good_page(person, join, deal, language, size):
    maker = join("Tekijä Oy", fund=1_000)
    item = maker.api.write("/v1/items", {"name": "Juliste"}).json()
    maker.api.write(f"/v1/items/{item['id']}/mint", {"amount": 3})
    space = maker.api.write("/v1/spaces", {"name": "Halli"}).json()
    maker.api.write(f"/v1/spaces/{space['id']}/plan", {"width": 3, "depth": 2})
    parcel = maker.api.write(
        "/v1/parcels", {"space": space["id"], "x": 1, "y": 1, "name": "Paja"}
    ).json()
    visitor = person(language, size)
    for name, path in (
        ("transactions", "transactions"),
        ("blocks", "blocks"),
        ("block", "blocks/1"),
        ("contracts", "contracts"),
        ("contract", "contracts/Spaces"),
        ("stranger", f"addresses/{deal[1].address}"),
        ("tokens", "tokens"),
        ("item", f"items/{item['id']}"),
        ("parcel", f"parcels/{parcel['id']}"),
    ):
        visitor.goes_to(f"/explorer/{path}")
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        visitor.sees_a_good_page(f"explorer-{name}")


def test_name_that_is_not_published_is_nowhere(person, deal):
    _, payee, hash_ = deal
    visitor = person("en")
    for path in (f"transactions/{hash_}", f"addresses/{payee.address}", "transactions"):
        visitor.goes_to(f"/explorer/{path}")
        assert "Vaitelias" not in visitor.page.content()


def test_list_is_walked_by_pages_there_and_back(person, join):
    busy = join("Ahkera Oy", fund=10_000)
    for _ in range(24):
        busy.api.write("/v1/transfers", {"to": "0x" + "22" * 20, "amount": 1}, wait=0)
    busy.api.write("/v1/transfers", {"to": "0x" + "22" * 20, "amount": 2})
    visitor = person("en")
    visitor.goes_to(f"/explorer/addresses/{busy.address}")
    entries = visitor.page.locator("ol.entries li")
    expect(entries).to_have_count(20)
    first = entries.first.inner_text()
    visitor.page.get_by_role("link", name="Older").click()
    expect(entries).to_have_count(6)
    expect(visitor.page.get_by_role("link", name="Older")).to_have_count(0)
    visitor.page.get_by_role("link", name="Newer").click()
    expect(entries).to_have_count(20)
    assert entries.first.inner_text() == first
    expect(visitor.page.get_by_role("link", name="Newer")).to_have_count(0)


def test_new_transaction_comes_by_itself(person, join):
    payer = join("Nopea Oy", fund=1_000)
    visitor = person("en")
    with visitor.page.expect_request(lambda request: "/explorer/live?" in request.url):
        visitor.goes_to("/explorer")
    payer.api.write("/v1/transfers", {"to": "0x" + "33" * 20, "amount": 777})
    expect(visitor.page.locator("#latest")).to_contain_text(re.compile(r"7\.77\stEUR"))
    assert visitor.complaints == []


def test_page_whose_stream_could_not_be_opened_tries_again(person, join):
    payer = join("Sitkeä Oy", fund=1_000)
    visitor = person("en", name="explorer-again")
    visitor.page.route("**/explorer/live?*", lambda route: route.fulfill(status=503), times=1)
    with visitor.page.expect_response(lambda answer: "/explorer/live?" in answer.url) as refused:
        visitor.goes_to("/explorer")
    assert refused.value.status == 503
    payer.api.write("/v1/transfers", {"to": "0x" + "44" * 20, "amount": 888})
    latest = visitor.page.locator("#latest")
    expect(latest).to_contain_text(re.compile(r"8\.88\stEUR"), timeout=60_000)


def test_explorer_works_without_scripts(person, deal):
    visitor = person("fi", scripts=False, name="explorer-no-scripts")
    visitor.goes_to("/explorer")
    visitor.page.get_by_role("searchbox").fill("pohjolan paja")
    visitor.page.get_by_role("button", name="Hae").click()
    visitor.page.get_by_role("link", name="Pohjolan Paja Oy (testi)").first.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Pohjolan Paja Oy (testi)")
