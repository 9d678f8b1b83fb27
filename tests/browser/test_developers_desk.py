"""The developers' desk in a real browser: from a first look to a contract that answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pocplatform.client import Sandbox
from tests.api.contracts.steps import source
from tests.browser.people import PHONE, WIDE, looks

DEVELOPERS = {"en": "Developers", "fi": "Kehittäjille"}
SHOP = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title A shop for shared spaces
contract Shop {
    struct Line { string what; uint256 price; address[] buyers; }

    /// @notice Sold out: the shop has no more of what you want.
    error SoldOut(string what, uint256 price);
    event Ordered(address indexed by, string what, uint256 total);

    uint256 public total;

    constructor(uint256 opening) { total = opening; }

    /// @notice Orders everything in the list at once.
    /// @param lines What is ordered, at which price and for whom.
    function order(Line[] calldata lines, bool gift) external payable {
        for (uint256 i = 0; i < lines.length; i++) {
            if (lines[i].price > 1000) revert SoldOut(lines[i].what, lines[i].price);
            total += lines[i].price;
            emit Ordered(msg.sender, lines[i].what, total);
        }
        gift;
    }
}
"""


def gets_a_key(visitor) -> str:
    """Sign up as a developer does; the key."""
    visitor.goes_to("/build")
    label = {"en": "Name of the organization", "fi": "Organisaation nimi"}[visitor.language]
    button = {"en": "Get a key", "fi": "Hanki avain"}[visitor.language]
    visitor.page.get_by_label(label).fill("Pohjolan Puu Oy (testi)")
    visitor.page.get_by_role("button", name=button).click()
    key: str = visitor.page.locator("#key").inner_text()
    return key


def presses(visitor, en, fi):
    name = {"en": en, "fi": fi}[visitor.language]
    visitor.page.locator("main").get_by_role("button", name=name).first.click()


@looks
def test_developer_looks_around_the_desk(person, language, size, theme):
    visitor = person(language, size, theme)
    key = gets_a_key(visitor)
    visitor.goes_to("/developers")
    visitor.sees_a_good_page("developers-empty")
    presses(visitor, "Take", "Ota")
    expect(visitor.page.locator("#lately")).to_contain_text("payment.received")
    with Sandbox(visitor.base_url, key) as sandbox, pytest.raises(Exception, match="pay_"):
        sandbox.payments.get("pay_" + "0" * 24)
    visitor.goes_to("/developers")
    visitor.sees_a_good_page("developers")

    visitor.goes_to("/developers/keys")
    visitor.sees_a_good_page("developers-keys")
    presses(visitor, "Make a key", "Luo avain")
    visitor.sees_a_good_page("developers-secret")
    visitor.goes_to("/developers/keys")
    visitor.page.locator("table a").first.click()
    visitor.sees_a_good_page("developers-key")

    visitor.goes_to("/developers/requests")
    visitor.page.locator("#name").fill("Välitavoite maksetaan")
    presses(visitor, "Start recording", "Aloita tallennus")
    visitor.sees_a_good_page("developers-requests")
    visitor.page.get_by_role("link", name="GET /v1/payments").first.click()
    visitor.sees_a_good_page("developers-request")

    visitor.goes_to("/developers/events")
    visitor.sees_a_good_page("developers-events")
    visitor.page.locator("table a").first.click()
    visitor.sees_a_good_page("developers-event")
    visitor.page.locator(".beside a").click()
    visitor.sees_a_good_page("developers-transaction")

    visitor.goes_to("/developers/webhooks")
    visitor.page.locator("#url").fill("https://receiver.invalid/hook")
    visitor.page.get_by_label("payment.*").check()
    visitor.sees_a_good_page("developers-webhooks")
    presses(visitor, "Add the endpoint", "Lisää tämä osoite")
    visitor.page.locator(".actions a").click()
    presses(visitor, "Send a test event", "Lähetä koeilmoitus")
    expect(visitor.page.locator("#deliveries")).to_contain_text("webhook.test")
    visitor.sees_a_good_page("developers-webhook")


@pytest.mark.parametrize(
    ("language", "size", "theme"), [("en", WIDE, "dark"), ("fi", PHONE, "light")]
)
def test_developer_deploys_a_contract_and_calls_it_from_a_form(person, language, size, theme):
    visitor = person(language, size, theme)
    gets_a_key(visitor)
    page = visitor.page
    visitor.goes_to("/developers/contracts")
    visitor.sees_a_good_page("developers-contracts")
    page.locator("#source").fill(SHOP.replace("total += lines", "totale += lines"))
    page.locator("#name").fill("Shop.sol")
    presses(visitor, "Compile", "Käännä")
    expect(page.locator(".diagnostic")).to_contain_text("totale")
    visitor.complaints.clear()  # the browser notes that the answer was 422
    visitor.sees_a_good_page("developers-contracts-wrong")
    page.locator("#source").fill(SHOP)
    presses(visitor, "Compile", "Käännä")
    visitor.sees_a_good_page("developers-deploy")
    page.locator("#f-0").fill("5")
    # The code follows what is written, and stays in the language that was chosen.
    page.get_by_text("Python", exact=True).click()
    expect(page.locator("#code pre:visible")).to_contain_text('{"opening": 5}'.replace('"', "'"))
    presses(visitor, "Deploy", "Asenna")
    expect(page).to_have_url(re.compile(r"/developers/contracts/ctr_\w+#main$"))
    visitor.sees_a_good_page("developers-contract")

    page.get_by_role("link", name="order(").click()
    presses(visitor, "Add an element lines", "Lisää alkio lines")
    expect(page.locator("#f-0-0-0")).to_be_focused()
    page.locator("#f-0-0-0").fill("Lautaa")
    presses(visitor, "Add an element lines[0].buyers", "Lisää alkio lines[0].buyers")
    page.locator("#f-0-0-1").fill("kaksi")
    presses(visitor, "Send", "Lähetä")
    expect(page.locator(".wrong").first).to_be_visible()
    visitor.complaints.clear()
    visitor.sees_a_good_page("developers-function-wrong")
    page.locator("#f-0-0-1").fill("2 000")
    presses(visitor, "Remove lines[0].buyers[0]", "Poista lines[0].buyers[0]")
    presses(visitor, "Send", "Lähetä")
    expect(page.locator("#answer")).to_contain_text("SoldOut(string,uint256)")
    expect(page.locator("#answer")).to_be_in_viewport()
    visitor.sees_a_good_page("developers-function-reverted")
    page.locator("#f-0-0-1").fill("200")
    page.locator("#f-0-0-1").press("Enter")
    expect(page.locator("#answer #transaction")).to_be_visible()
    visitor.sees_a_good_page("developers-function-sent")
    page.get_by_role("link", name="Shop").click()
    page.get_by_role("link", name="total()").click()
    expect(page.locator(".results")).to_contain_text("205")
    visitor.sees_a_good_page("developers-function-read")


def test_event_appears_on_the_pages_that_show_events_by_itself(person):
    visitor = person("en", WIDE)
    key = gets_a_key(visitor)
    visitor.goes_to("/developers/events")
    second = person(like=visitor, name="overview")
    second.goes_to("/developers")
    with Sandbox(visitor.base_url, key) as sandbox:
        sandbox.payments.faucet(100)
    expect(visitor.page.locator("#happened")).to_contain_text("payment.received")
    expect(second.page.locator("#lately")).to_contain_text("payment.received")
    assert visitor.complaints == second.complaints == []


def test_what_a_contract_tells_appears_on_its_page_by_itself(person):
    visitor = person("en", WIDE)
    key = gets_a_key(visitor)
    with Sandbox(visitor.base_url, key) as sandbox:
        compiled = sandbox.contracts.compile({"Shop.sol": SHOP})
        made = sandbox.contracts.deploy(compiled.id, "Shop", [0])
        visitor.goes_to(f"/developers/contracts/{made.id}")
        expect(visitor.page.locator("#told")).to_contain_text("It has told nothing yet.")
        line = {"what": "Lautaa", "price": 5, "buyers": []}
        sandbox.contracts.send(made.id, "order", [[line], True])
    expect(visitor.page.locator("#told")).to_contain_text("Lautaa")
    assert visitor.complaints == []


def test_every_kind_of_field_is_a_good_page_on_a_phone(person):
    visitor = person("fi", PHONE, "dark")
    key = gets_a_key(visitor)
    with Sandbox(visitor.base_url, key) as sandbox:
        compiled = sandbox.contracts.compile({"Zoo.sol": source("Zoo")})
        made = sandbox.contracts.deploy(compiled.id, "Zoo", [1, {"x": 0, "y": 0}, []])
    visitor.goes_to(f"/developers/compilations/{compiled.id}")
    visitor.sees_a_good_page("developers-compilation")
    visitor.goes_to(made.docs)
    visitor.sees_a_good_page("contract-docs")
    visitor.goes_to(f"/developers/contracts/{made.id}")
    visitor.sees_a_good_page("developers-zoo")
    visitor.page.get_by_role("link", name="echo(").click()
    presses(visitor, "", "Lisää alkio map_.paths")
    presses(visitor, "", "Lisää alkio map_.paths[0].points")
    presses(visitor, "", "Lisää alkio map_.paths[0].marks")
    visitor.sees_a_good_page("developers-zoo-echo")
    presses(visitor, "", "Kirjoita JSON")
    visitor.sees_a_good_page("developers-zoo-json")
