"""The report of an event as a page, PDF and data: the organisers' own, and everybody's."""

from __future__ import annotations

import httpx
import pytest

from pocplatform.client import Sandbox
from pocplatform.domains.visits import organisers as organisers_sessions
from pocplatform.organisers import admin_secret
from tests.api.hackathons.times import LATER, NOW


@pytest.fixture(scope="module")
def held(base_url, platform):
    """An event with a team that has paid something, and has run into an error."""
    with Sandbox(base_url, admin_secret(platform.settings)) as organisers:
        event = organisers.hackathons.create(
            "Raportoitu <työpaja>", starts=NOW, ends=LATER, kind="workshop"
        )
        code = organisers.hackathons.codes(event.id).code
        joined, other = (organisers.hackathons.join(code, one) for one in ("Jäälohi", "Revontulet"))
        organisers.with_key(joined.secret_key).payments.transfer(other.team.did, 1_00)
        organisers.hackathons.announce(event.id, "Lounas klo 12!")
        return event


@pytest.fixture
def browser(base_url):
    """``browser(key)`` is that of the organisers, ``browser()`` of anybody."""
    clients = []

    def make(key=None, language="en"):
        cookies = {} if key is None else {"organiser": organisers_sessions.new_token(key)}
        headers = {"Accept-Language": language}
        client = httpx.Client(base_url=base_url, cookies=cookies, headers=headers, timeout=60)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("language", "kind", "words"),
    [
        ("en", "Report of a workshop", ["The proofs", "How soon it worked", "Lounas klo 12!"]),
        (
            "fi",
            "Työpajan raportti",
            ["Mistä tämän voi tarkistaa", "Kuinka pian onnistuttiin", "Lounas klo 12!"],
        ),
    ],
)
def test_organisers_have_the_whole_report(browser, held, platform, language, kind, words):
    client = browser(admin_secret(platform.settings), language)
    at = f"/hackathons/{held.id}/report"
    shown = client.get(at)
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    assert [
        one for one in [kind, *words, "Raportoitu &lt;työpaja&gt;"] if one not in shown.text
    ] == []
    assert f"{at}.json" in shown.text
    printed = client.get(f"{at}.pdf", params={"lang": language})
    assert printed.headers["Content-Type"] == "application/pdf"
    assert f'{held.id}-{language}.pdf"' in printed.headers["Content-Disposition"]
    assert printed.content.startswith(b"%PDF-1.7")
    assert b"pdfaid" in printed.content  # PDF/A says in its metadata that it is one
    data = client.get(f"{at}.json").json()
    assert data["totals"]["transactions"] == 1
    assert len(data["proofs"][0]["transactions"]) == 1
    assert f'href="{at}"' in client.get(f"/hackathons/{held.id}").text


def test_everybody_has_what_the_board_shows_and_no_more(browser, held):
    client = browser()
    at = f"/hackathons/{held.id}/report"
    shown = client.get(at)
    assert shown.status_code == 200
    assert "Jäälohi" in shown.text
    assert "The proofs" not in shown.text
    assert "How soon it worked" not in shown.text
    assert f"/v1/hackathons/{held.id}/board" in shown.text
    assert client.get(f"{at}.pdf").content.startswith(b"%PDF-")
    assert f'href="{at}"' in client.get(f"/hackathons/{held.id}/board").text
    refused = client.get(f"{at}.json")
    assert refused.status_code == 403


def test_report_of_an_event_that_there_is_none_of_is_not_found(browser, platform):
    for client in (browser(), browser(admin_secret(platform.settings))):
        for what in ("report", "report.pdf"):
            assert client.get(f"/hackathons/hck_{24 * '0'}/{what}").status_code == 404


def test_forged_session_of_organisers_sees_what_everybody_does(browser, held):
    shown = browser("sk_test_wrong").get(f"/hackathons/{held.id}/report")
    assert shown.status_code == 200
    assert "The proofs" not in shown.text
