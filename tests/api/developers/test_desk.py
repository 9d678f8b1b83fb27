"""The desk of an organization: keys, the request log, recordings, events and webhooks."""

from __future__ import annotations

import html
import json
import re

import httpx
import pytest

from bench.plain_browser import PlainBrowser
from pocplatform.client import Sandbox
from tests.api.contracts.steps import source
from tests.processes import until

SECTIONS = ("", "/keys", "/requests", "/events", "/webhooks", "/contracts")


def secret(browser):
    assert browser.answer.headers["cache-control"] == "no-store"
    return browser.answer.text.partition('id="secret">')[2].partition("<")[0]


def opens(base_url, key):
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{base_url}/v1/organizations/me", headers=headers).status_code


@pytest.mark.parametrize("section", SECTIONS)
def test_browser_that_acts_for_nobody_is_asked_to_sign_in(base_url, section):
    stranger = PlainBrowser(base_url)
    stranger.goes_to(f"/developers{section}")
    assert stranger.answer.url.path == "/sign-in"
    assert stranger.answer.url.params["next"] == f"/developers{section}"
    stranger.close()


@pytest.mark.parametrize("section", [*SECTIONS[1:], "/transactions", "/compilations"])
def test_unknown_things_are_not_found(developer, section):
    developer.goes_to(f"/developers{section}/unknown")
    assert developer.answer.status_code == 404


def test_overview_says_where_one_is_and_gives_test_money_once_a_form(developer, base_url):
    developer.goes_to("/developers")
    assert base_url in developer.text
    assert "0.00 tEUR" in developer.text
    form = developer.form("Take 1,000.00 tEUR")
    for _ in range(2):
        developer.client.post(form.action, data=form.fields)
    developer.goes_to("/developers")
    assert "1,000.00 tEUR / 1,000,000.00 tEUR" in developer.text
    assert re.search(r'id="balance">1,000\.00', developer.answer.text)
    assert "payment.received" in developer.links


def test_key_is_shown_once_changed_for_a_new_one_and_revoked(developer, base_url):
    developer.goes_to("/developers/keys")
    developer.presses("Make a key", name="<b>Kauppa</b>", scope="read", expires_in_s="86400")
    key = secret(developer)
    assert opens(base_url, key) == 200
    developer.goes_to("/developers/keys")
    assert key not in developer.answer.text
    assert f"sk_test_…{key[-4:]}" in developer.text
    assert "&lt;b&gt;Kauppa" in developer.answer.text
    where = next(link for words, link in developer.links.items() if key[-4:] in words)
    developer.goes_to(where)
    developer.presses("Change the key", overlap_s="0")
    newer = secret(developer)
    assert newer != key
    until(lambda: opens(base_url, key) == 401)
    developer.goes_to("/developers/keys")
    where = next(link for words, link in developer.links.items() if newer[-4:] in words)
    developer.goes_to(where)
    developer.presses("Revoke the key")
    until(lambda: opens(base_url, newer) == 401)
    assert "revoked" in developer.text


def test_form_for_a_key_sent_twice_makes_one_key_and_shows_it_twice(developer, base_url):
    developer.goes_to("/developers/keys")
    form = developer.form("Make a key")
    before = len(names_of_keys(developer))
    shown = []
    for _ in range(2):
        developer.sends(form, name="Kerran", scope="read")
        shown.append(secret(developer))
    assert shown[0] == shown[1]
    assert opens(base_url, shown[0]) == 200
    assert len(names_of_keys(developer)) == before + 1
    developer.goes_to("/developers/keys")
    developer.presses("Make a key", name="Kerran", scope="read")
    assert secret(developer) != shown[0]


def test_form_that_changes_a_key_sent_twice_changes_it_once(developer, base_url):
    developer.goes_to("/developers/keys")
    developer.presses("Make a key", name="Vaihtuva", scope="read")
    old = secret(developer)
    developer.goes_to("/developers/keys")
    developer.goes_to(next(at for words, at in developer.links.items() if old[-4:] in words))
    form = developer.form("Change the key")
    before = len(names_of_keys(developer))
    shown = []
    for _ in range(2):
        developer.sends(form, overlap_s="0")
        shown.append(secret(developer))
    assert shown[0] == shown[1] != old
    assert opens(base_url, shown[0]) == 200
    assert len(names_of_keys(developer)) == before + 1


def test_form_for_a_key_sent_again_after_the_key_was_revoked_says_so(developer, base_url):
    developer.goes_to("/developers/keys")
    form = developer.form("Make a key")
    developer.sends(form, name="Peruttu", scope="read")
    key = secret(developer)
    developer.goes_to("/developers/keys")
    developer.goes_to(next(at for words, at in developer.links.items() if key[-4:] in words))
    developer.presses("Revoke the key")
    developer.sends(form, name="Peruttu", scope="read")
    assert "was revoked or has expired" in developer.text
    assert key not in developer.answer.text


def names_of_keys(developer):
    """The ids of all keys."""
    developer.goes_to("/developers/keys")
    return [at for at in developer.links.values() if "/keys/key_" in at]


def test_form_for_a_recording_sent_twice_starts_one(developer):
    developer.goes_to("/developers/requests")
    form = developer.form("Start recording")
    for _ in range(2):
        developer.sends(form, name="Kerran nauhalla")
    assert developer.text.count("Kerran nauhalla") == 2  # its row, and the name of its button


def test_key_with_a_wrong_right_is_refused_with_a_sentence(developer):
    developer.goes_to("/developers/keys")
    developer.presses("Make a key", name="x", scope="admin")
    assert developer.answer.status_code == 422
    assert "scope" in developer.text
    assert developer.form("Make a key").fields["name"] == "x"


@pytest.mark.parametrize("when", ["soon", "-1", "9" * 5000, "٣", "86401"])
def test_key_whose_end_is_none_that_is_offered_is_refused_at_the_field(developer, when):
    developer.goes_to("/developers/keys")
    before = developer.text.count("sk_test_…")
    developer.presses("Make a key", name="x", expires_in_s=when)
    assert developer.answer.status_code == 422
    assert 'id="expires_in_s-wrong"' in developer.answer.text
    assert developer.text.count("sk_test_…") == before
    assert developer.form("Make a key").fields["name"] == "x"
    developer.goes_to(next(at for at in developer.links.values() if "/keys/key_" in at))
    developer.presses("Change the key", overlap_s=when)
    assert developer.answer.status_code == 422
    assert 'id="overlap_s-wrong"' in developer.answer.text


def test_log_shows_what_was_asked_and_leaves_out_what_pages_read(developer, base_url):
    headers = {"Authorization": f"Bearer {developer.key}"}
    httpx.get(f"{base_url}/v1/payments/pay_unknown", headers=headers)
    httpx.get(f"{base_url}/v1/wallets", headers=headers)
    developer.goes_to("/developers")
    developer.goes_to("/developers/requests")
    logged = [words for words in developer.links if words.startswith(("GET ", "POST "))]
    assert logged == ["GET /v1/wallets", "GET /v1/payments/pay_unknown"]
    developer.presses("Show", status="4xx", path="/v1/pay")
    assert "GET /v1/wallets" not in developer.links
    assert developer.form("Show").fields == {"method": "", "status": "4xx", "path": "/v1/pay"}
    developer.goes_to(developer.links["GET /v1/payments/pay_unknown"])
    assert "Not found" in developer.text
    assert developer.links["not_found"] == "/docs/errors#not_found"
    assert "kept only while you record" in developer.text
    developer.goes_to("/developers/requests")
    developer.presses("Show", method="DELETE")
    assert "There are no such requests." in developer.text


def test_older_requests_are_on_the_next_page(developer, base_url):
    with Sandbox(base_url, developer.key) as sandbox:
        for _ in range(22):
            sandbox.organizations.me()
    developer.goes_to("/developers/requests?path=/v1/organizations")
    first = developer.answer.text.count("<code>GET /v1/organizations/me")
    developer.goes_to("/developers/requests" + developer.links["Older"])
    assert (first, developer.answer.text.count("<code>GET /v1/organizations/me")) == (20, 2)
    assert "Older" not in developer.links


def test_what_is_done_while_recording_is_had_as_a_program(developer, base_url):
    developer.goes_to("/developers/requests")
    developer.presses("Start recording", name="Rahaa <i>")
    developer.goes_to("/developers")
    developer.presses("Take 1,000.00 tEUR")
    with Sandbox(base_url, developer.key) as sandbox:
        sandbox.payments.balance()
    developer.goes_to("/developers/requests")
    developer.goes_to(developer.links["POST /v1/faucet"])
    assert '"amount": 100000' in html.unescape(developer.answer.text)
    assert '"status": "confirmed"' in html.unescape(developer.answer.text)
    developer.goes_to("/developers/requests")
    developer.presses("Stop (Rahaa <i>)")
    program = developer.client.get(developer.links["Python (Rahaa <i>)"])
    assert "attachment" in program.headers["content-disposition"]
    compile(program.text, "program.py", "exec")
    # What the pages have read is no part of the story.
    assert program.text.count(".faucet(") == 1
    assert program.text.count(".balance(") == 1
    shell = developer.client.get(developer.links["curl (Rahaa <i>)"]).text
    assert "/v1/faucet" in shell
    developer.presses("Delete (Rahaa <i>)")
    assert "Rahaa" not in developer.text
    assert (
        developer.client.get(f"/developers/recordings/{'rec_' + '0' * 24}/exe").status_code == 404
    )


def test_event_is_shown_as_programs_get_it_with_its_transaction(developer, base_url):
    with Sandbox(base_url, developer.key) as sandbox:
        sandbox.payments.faucet(700)
        told = next(sandbox.events.list(type="payment.received"))
    developer.goes_to("/developers/events?type=payment.*")
    assert developer.form("Show").fields["type"] == "payment.*"
    developer.goes_to(developer.links["payment.received"])
    shown = html.unescape(developer.answer.text.partition("<pre")[2].partition("<code>")[2])
    event = json.loads(shown.partition("</code>")[0])
    assert (event["id"], event["data"]["amount"]) == (told.id, 700)
    developer.goes_to(developer.links["Look at the transaction"])
    assert told.transaction_hash in developer.text
    developer.goes_to("/developers/events?type=space.*")
    assert "There are no such events yet." in developer.text


def test_page_follows_a_transaction_until_it_is_settled_and_then_is_told_no_more(
    developer, base_url
):
    with Sandbox(base_url, developer.key) as sandbox:
        payment = sandbox.payments.faucet(100)
    live = f"/developers/transactions/{payment.transaction.id}/live"
    told = developer.client.get(live, params={"seen": "queued"}).text
    assert "event: changed" in told
    assert "data: confirmed" in told
    assert "data:" not in developer.client.get(live, params={"seen": "confirmed"}).text


def test_webhook_is_added_tested_paused_changed_and_deleted(developer):
    developer.goes_to("/developers/webhooks")
    assert "No events are sent anywhere yet." in developer.text
    boxes = {"event_types": ["payment.*", "agreement.*"]}
    developer.presses("Add the endpoint", boxes, url="https://receiver.invalid/hook?<b>")
    first = secret(developer)
    assert first.startswith("whsec_")
    developer.goes_to(developer.links["I have kept it"])
    assert first not in developer.answer.text
    assert "payment.*, agreement.*" in developer.text
    developer.presses("Send a test event")
    assert "webhook.test" in developer.links
    developer.presses("New secret")
    assert secret(developer) not in ("", first)
    developer.goes_to(developer.links["I have kept it"])
    developer.presses("Pause")
    assert "paused" in developer.text
    developer.presses("Go on sending")
    developer.presses("Delete")
    assert "No events are sent anywhere yet." in developer.text


def test_webhook_form_sent_twice_adds_one_endpoint_and_shows_its_secret_again(developer):
    developer.goes_to("/developers/webhooks")
    form = developer.form("Add the endpoint")
    fields = {**form.fields, "url": "https://receiver.invalid/once"}
    shown = set()
    for _ in range(2):
        answer = developer.client.post(form.action, data=fields)
        shown.add(answer.text.partition('id="secret">')[2].partition("<")[0])
    assert len(shown) == 1
    developer.goes_to("/developers/webhooks")
    assert developer.answer.text.count("receiver.invalid/once") == 1


def test_webhook_that_is_refused_says_why_and_keeps_what_was_written(developer):
    developer.goes_to("/developers/webhooks")
    boxes = {"event_types": ["payment.*"]}
    developer.presses("Add the endpoint", boxes, url="http://127.0.0.1/hook", description="books")
    assert developer.answer.status_code == 422
    assert "webhook_url_refused" in developer.links
    form = developer.form("Add the endpoint")
    assert form.fields["description"] == "books"
    assert form.boxes["event_types"] == ["payment.*"]


def test_things_of_another_organization_are_not_shown(make_developer, developer):
    other = make_developer()
    other.goes_to("/developers/webhooks")
    other.presses("Add the endpoint", url="https://receiver.invalid/theirs")
    theirs = other.links["I have kept it"]
    developer.goes_to(theirs)
    assert developer.answer.status_code == 404
    assert "theirs" not in developer.text


def test_key_that_may_only_look_opens_the_desk_and_changes_nothing(developer, base_url):
    developer.goes_to("/developers/keys")
    developer.presses("Make a key", name="looker", scope="read")
    key = secret(developer)
    guest = PlainBrowser(base_url)
    guest.goes_to("/sign-in")
    guest.presses("Sign in with the key", key=key, next="/developers")
    assert guest.answer.url.path == "/developers"
    guest.presses("Take 1,000.00 tEUR")
    assert guest.answer.status_code == 403
    assert "scope" in guest.text
    guest.close()


def test_desk_is_in_finnish_too(make_developer):
    browser = make_developer("fi")
    words = ("Yleiskuva", "Avaimet", "Pyynnöt", "Ilmoitukset", "Webhookit", "Älysopimukset")
    for section in SECTIONS:
        browser.goes_to(f"/developers{section}")
        assert browser.answer.headers["content-language"] == "fi"
        assert set(words) <= set(browser.links)


def test_inside_of_a_transaction_is_told_with_names_lines_and_what_changed(developer, base_url):
    with Sandbox(base_url, developer.key) as sandbox:
        made = sandbox.contracts.compile({"Talkative.sol": source("Talkative")})
        talkative = sandbox.contracts.deploy(made.id, "Talkative", {"start": 16})
        sent = sandbox.contracts.send(talkative.id, "add", {"amount": 7})
    developer.goes_to(f"/developers/transactions/{sent.id}")
    developer.goes_to(developer.links["Look inside"])
    shown = html.unescape(developer.text)
    for told in ("adds 7 to 0x10", "add(uint256)", "Talkative.total", "16", "23"):
        assert told in shown, told


def test_inside_of_a_payment_tells_amounts_as_people_and_as_programs_write_them(
    developer, base_url
):
    developer.goes_to("/developers").presses("Take 1,000.00 tEUR")
    with Sandbox(base_url, developer.key) as sandbox:
        newest = next(iter(sandbox.transactions.list()))
    developer.goes_to(f"/developers/transactions/{newest.id}/inside")
    assert "tEUR 1,0001000000000" in developer.text  # two lines


def test_inside_of_a_refused_transaction_says_where_it_failed(developer, base_url):
    with Sandbox(base_url, developer.key) as sandbox:
        made = sandbox.contracts.compile({"Talkative.sol": source("Talkative")})
        talkative = sandbox.contracts.deploy(made.id, "Talkative", {"start": 16})
        path = f"/v1/contracts/{talkative.id}/send/add"
        writes = [{"path": path, "body": {"arguments": {"amount": n}}} for n in (1, 101)]
        answers = sandbox.request("POST", "/v1/batch", {"requests": writes})["data"]
    developer.goes_to(f"/developers/transactions/{answers[1]['body']['transaction']}/inside")
    shown = html.unescape(developer.text)
    for told in ("TooMuch(amount: 101)", "Talkative.sol:22", "too much", "refused before it was"):
        assert told in shown, told
