"""Streams of pages tell what has happened between the making of a page and their opening."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from bench.plain_browser import PlainBrowser
from pocplatform.client import Sandbox
from pocplatform.web import hackathons
from tests.api.contracts.steps import source
from tests.processes import NO_TLS


@pytest.fixture(scope="module")
def company(base_url):
    """A company in a browser, with its key as ``key``."""
    browser = PlainBrowser(base_url)
    browser.goes_to("/build")
    browser.presses("Get a key", name="Suora Oy (testi)")
    browser.key = browser.answer.text.partition('id="key">')[2].partition("<")[0]
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def sandbox(base_url, company):
    with Sandbox(base_url, company.key) as api:
        yield api


def stream_of(page: PlainBrowser, part: str) -> str:
    """The address of the stream that keeps a part of the page up to date."""
    found = re.search(rf'id="live-{part}" hx-sse:connect="([^"]+)"', page.answer.text)
    assert found, page.answer.text
    return found[1].replace("&amp;", "&")


def first_message(page: PlainBrowser, address: str) -> str:
    """What the stream says first, whoever may have to wait for it."""
    with httpx.stream(
        "GET", page.client.base_url.join(address), cookies=page.client.cookies, timeout=60,
        verify=NO_TLS,
    ) as answer:  # fmt: skip
        assert answer.status_code == 200, answer.read()
        return next(line for line in answer.iter_lines() if line.startswith("event:"))


def test_explorer_is_told_of_a_block_that_came_before_its_stream(company, sandbox):
    company.goes_to("/explorer")
    sandbox.payments.faucet(100)
    assert first_message(company, stream_of(company, "latest")) == "event: changed"


def test_space_is_told_of_what_happened_before_its_stream(company, sandbox):
    space = sandbox.spaces.create("Suora tila")
    company.goes_to(f"/spaces/{space.id}")
    sandbox.spaces.enter(space.id)
    assert first_message(company, stream_of(company, "space")) == "event: changed"


def test_page_of_a_contract_is_told_of_an_event_from_before_its_stream(company, sandbox):
    compiled = sandbox.contracts.compile({"Zoo.sol": source("Zoo")})
    zoo = sandbox.contracts.deploy(compiled.id, "Zoo", [1, {"x": 0, "y": 0}, []])
    company.goes_to(f"/developers/contracts/{zoo.id}")
    sandbox.contracts.send(zoo.id, "add", [1])
    assert first_message(company, stream_of(company, "told")) == "event: changed"


def test_board_is_told_of_what_happened_before_its_stream(company, sandbox, admin, monkeypatch):
    monkeypatch.setattr(hackathons, "_AT_LEAST_EVERY_S", 3600.0)  # nor is it told by the clock
    event = {
        "name": "Suora hackathon", "language": "fi", "code": f"SUORA-{uuid4().hex[:4]}",
        "starts": "2026-11-01T08:00:00Z", "ends": "2036-11-30T16:00:00Z",
    }  # fmt: skip
    held = admin.write("/v1/hackathons", event, wait=0).json()
    company.goes_to(f"/hackathons/{held['id']}/board")
    sandbox.payments.faucet(100)
    assert first_message(company, stream_of(company, "board")) == "event: changed"


@pytest.mark.parametrize("address", ["/explorer/live?seen=", "/explorer/live?seen=-1"])
def test_stream_asked_for_with_nonsense_is_refused(company, address):
    company.goes_to(address)
    assert company.answer.status_code == 422
