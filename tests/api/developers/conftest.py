"""Developers at their desk, in browsers without scripts."""

from __future__ import annotations

import pytest

from bench.plain_browser import PlainBrowser
from pocplatform.client import Sandbox
from tests.api.contracts.steps import source


@pytest.fixture(scope="module")
def make_developer(base_url):
    """Gives developers, each with an organization of their own, and its key as ``key``."""
    made = []

    def make(language="en"):
        browser = PlainBrowser(base_url, language)
        made.append(browser)
        browser.goes_to("/build")
        label = {"en": "Get a key", "fi": "Hanki avain"}[language]
        browser.presses(label, name="Työpöytä Oy (testi)")
        assert browser.answer.status_code == 200, browser.text
        browser.key = browser.answer.text.partition('id="key">')[2].partition("<")[0]
        return browser

    yield make
    for browser in made:
        browser.close()


@pytest.fixture
def developer(make_developer):
    """A developer."""
    return make_developer()


@pytest.fixture(scope="module")
def zoo(make_developer):
    """A developer with a contract that has every kind of function, deployed from the page."""
    browser = make_developer()
    browser.goes_to("/developers/contracts")
    browser.presses("Compile", source=source("Zoo"), name="Zoo.sol")
    if "Choose what to put" in browser.text:
        browser.goes_to(browser.links["Deploy Zoo"])
    browser.presses("Add an element names")
    browser.presses(
        "Deploy", f_0="40", f_1_0="-3", f_1_1="115 792 089 237 316 195", f_2_0="a",
    )  # fmt: skip
    assert browser.answer.url.path.startswith("/developers/contracts/ctr_"), browser.text
    browser.contract = browser.answer.url.path
    return browser


@pytest.fixture(scope="module")
def api(zoo, base_url):
    """The API as the zoo's owner."""
    with Sandbox(base_url, zoo.key) as sandbox:
        yield sandbox
