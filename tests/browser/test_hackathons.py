"""Events, as organisers hold them and as teams join them."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from pocplatform.organisers import admin_secret
from tests.browser.people import PHONE, WIDE, looks

EVENT = {
    "name": "Arctic Metaverse Hackathon (test)",
    "starts": "2026-11-01T08:00:00Z",
    "ends": "2036-11-30T16:00:00Z",
}
WORDS = {
    "en": {
        "name": "Name of the team", "join": "Join", "mine": "Your team is ready.",
        "key": "The organisers' key", "sign_in": "Sign in", "event": "Name of the event",
        "make": "Make the event", "file": "A CSV file", "teams": "Make the teams",
        "print": "Print the hand-outs", "tell": "What to tell everybody", "announce": "Announce",
        "pause": "Pause writing for all teams", "paused": "Paused",
        "go": "Let the teams write again", "named": "Line 3: the team has no name.",
        "reset": "Reset all teams", "is_reset": "It is reset.", "report": "Report of the event",
        "proofs": "The proofs",
    },
    "fi": {
        "name": "Tiimin nimi", "join": "Liity", "mine": "Tiimisi on valmis.",
        "key": "Järjestäjien avain", "sign_in": "Kirjaudu", "event": "Tapahtuman nimi",
        "make": "Luo tapahtuma", "file": "CSV-tiedosto", "teams": "Luo tiimit",
        "print": "Tulosta arkit", "tell": "Mitä kaikille kerrotaan", "announce": "Tiedota",
        "pause": "Keskeytä kaikkien tiimien kirjoittaminen", "paused": "Keskeytetty",
        "go": "Anna tiimien taas kirjoittaa", "named": "Rivi 3: tiimillä ei ole nimeä.",
        "reset": "Nollaa kaikki tiimit", "is_reset": "Nollattu.",
        "report": "Tapahtuman raportti", "proofs": "Mistä tämän voi tarkistaa",
    },
}  # fmt: skip


@pytest.fixture
def organisers_key(platform):
    return admin_secret(platform.settings)


@looks
def test_organiser_holds_an_event_from_the_file_of_teams_to_the_hand_out(
    person, organisers_key, tmp_path, language, size, theme
):
    words = WORDS[language]
    organiser = person(language, size, theme)
    page = organiser.page
    organiser.goes_to("/hackathons/sign-in")
    organiser.sees_a_good_page("hackathon-sign-in")
    page.get_by_label(words["key"]).fill(organisers_key)
    page.get_by_role("button", name=words["sign_in"]).click()
    page.get_by_label(words["event"]).fill("Arktinen hackathon (testi)")
    page.locator("details.under summary").click()
    organiser.sees_a_good_page("hackathons")
    page.get_by_role("button", name=words["make"]).click()
    expect(page.get_by_role("heading", name="Arktinen hackathon (testi)")).to_be_visible()

    teams = tmp_path / "tiimit.csv"
    teams.write_bytes("tiimi;puhelin\nJäälohi;1\n;2\n".encode("cp1252"))
    page.get_by_label(words["file"]).set_input_files(teams)
    page.get_by_role("button", name=words["teams"]).click()
    expect(page.get_by_text(words["named"])).to_be_visible()
    organiser.complaints.clear()  # the browser notes that the answer was 422
    teams.write_bytes("tiimi;puhelin\nJäälohi;1\nYöttömän yön rakentajat;2\n".encode("cp1252"))
    page.get_by_label(words["file"]).set_input_files(teams)
    page.get_by_role("button", name=words["teams"]).click()
    expect(page.get_by_text("Yöttömän yön rakentajat").first).to_be_visible()

    with page.expect_download() as printing:
        page.get_by_role("button", name=words["print"]).click()
    printed = printing.value.path().read_bytes()
    assert printed.startswith(b"%PDF")

    page.get_by_label(words["tell"]).fill("Lounas klo 12!")
    page.get_by_role("button", name=words["announce"], exact=True).click()
    expect(page.get_by_text("Lounas klo 12!")).to_be_visible()
    page.get_by_role("button", name=words["pause"]).click()
    expect(page.get_by_text(words["paused"], exact=True)).to_be_visible()
    page.get_by_role("button", name=words["go"]).click()
    page.locator("#sure").check()
    page.get_by_role("button", name=words["reset"]).click()
    expect(page.get_by_text(words["is_reset"])).to_be_visible()
    organiser.sees_a_good_page("hackathon-manage")


@looks
def test_member_joins_by_the_code_and_has_a_key_that_works(person, admin, language, size, theme):
    words = WORDS[language]
    body = EVENT | {"language": language}
    event = admin.write("/v1/hackathons", body, wait=0).json()["id"]
    code = admin.get(f"/v1/hackathons/{event}/codes").json()["code"]
    member = person(language, size, theme)
    page = member.page
    member.goes_to(f"/join?code={code.lower()}")
    expect(page.get_by_role("heading", name=EVENT["name"])).to_be_visible()
    member.sees_a_good_page("join-event")
    page.get_by_label(words["name"]).fill("Revontulet")
    page.get_by_role("button", name=words["join"], exact=True).click()
    expect(page.get_by_text(words["mine"])).to_be_visible()
    member.sees_a_good_page("joined")
    key = page.locator("#key").inner_text()
    answer = httpx.get(
        f"{member.base_url}/v1/organizations/me", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.json()["name"] == "Revontulet"
    mate = person(language, size, theme)
    mate.goes_to(f"/join?code={page.locator('#team-code').inner_text()}")
    mate.page.get_by_role("button", name=words["join"], exact=True).click()
    expect(mate.page.get_by_role("heading", name="Revontulet")).to_be_visible()
    assert mate.page.locator("#key").inner_text() != key


@looks
def test_board_shows_what_happens_without_being_asked(person, admin, language, size, theme):
    event = admin.write("/v1/hackathons", EVENT | {"language": language}, wait=0).json()["id"]
    path = f"/v1/hackathons/{event}"
    names = ["Jäälohi", "Revontulet", "Kaamos & Kumppanit"]
    admin.write(f"{path}/teams", {"teams": [{"name": name} for name in names]}, wait=0)
    keys = admin.write(f"{path}/keys", {}, wait=0).json()["keys"]
    watcher = person(language, size, theme)
    watcher.goes_to(f"/hackathons/{event}/board")
    first = watcher.page.locator(".figures dd").first
    expect(first).to_have_text("0")
    headers = {"Authorization": f"Bearer {keys[0]['secret_key']}"}
    with httpx.Client(base_url=watcher.base_url, headers=headers, timeout=30) as team:
        for number in range(3):
            team.post(
                "/v1/faucet?wait=20", json={"amount": 100},
                headers={"Idempotency-Key": str(number)},
            ).raise_for_status()  # fmt: skip
        team.post("/v1/transfers", json={"to": "nobody", "amount": 1},
                  headers={"Idempotency-Key": "wrong"})  # fmt: skip
    admin.write(f"{path}/announcements", {"text": "Lounas klo 12!"}, wait=0)
    expect(first).to_have_text("3")
    expect(watcher.page.get_by_text("Lounas klo 12!")).to_be_visible()
    expect(watcher.page.get_by_text("invalid_input")).to_be_visible(timeout=30_000)
    watcher.sees_a_good_page("hackathon-board")


def test_who_is_no_organiser_sees_the_board_and_cannot_do_what_organisers_do(person, admin):
    event = admin.write("/v1/hackathons", EVENT, wait=0).json()["id"]
    somebody = person("en", PHONE, "light")
    somebody.goes_to(f"/hackathons/{event}")
    expect(somebody.page).to_have_url(re.compile("/board$"))
    answer = somebody.page.request.get(f"{somebody.base_url}/hackathons/{event}/export")
    assert answer.status == 403
    somebody.goes_to("/hackathons/sign-in")
    somebody.page.get_by_label("The organisers' key").fill("sk_test_wrong")
    somebody.page.get_by_role("button", name="Sign in").click()
    expect(somebody.page.get_by_text("This is not the organisers' key.")).to_be_visible()
    somebody.goes_to("/hackathons")
    somebody.complaints.clear()
    somebody.sees_a_good_page("hackathons-of-everybody")


def test_form_of_a_team_that_is_sent_twice_shows_the_same_key(person, admin):
    event = admin.write("/v1/hackathons", EVENT, wait=0).json()["id"]
    code = admin.get(f"/v1/hackathons/{event}/codes").json()["code"]
    member = person("en", WIDE, "light", scripts=False)
    page = member.page
    member.goes_to(f"/join?code={code}")
    page.get_by_label("Name of the team").fill("Toisto")
    page.get_by_role("button", name="Join", exact=True).click()
    key = page.locator("#key").inner_text()
    page.reload()  # sends the form once more
    assert page.locator("#key").inner_text() == key
    assert admin.get(f"/v1/hackathons/{event}").json()["teams"] == 1


@looks
def test_organiser_reads_the_report_and_somebody_else_what_the_board_shows(
    person, admin, organisers_key, language, size, theme
):
    words = WORDS[language]
    event = admin.write("/v1/hackathons", EVENT | {"language": language}, wait=0).json()["id"]
    path = f"/v1/hackathons/{event}"
    teams = {"teams": [{"name": "Jäälohi"}, {"name": "Yöttömän yön rakentajat"}]}
    made = admin.write(f"{path}/teams", teams, wait=0).json()["teams"]
    key = admin.write(f"{path}/keys", {}, wait=0).json()["keys"][0]["secret_key"]
    admin.write(f"{path}/announcements", {"text": "Lounas klo 12!"}, wait=0)
    somebody = person(language, size, theme)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "paid"}
    with httpx.Client(base_url=somebody.base_url, headers=headers, timeout=40) as team:
        to = made[1]["organization"]
        team.post("/v1/transfers?wait=20", json={"to": to, "amount": 1}).raise_for_status()
    somebody.goes_to(f"/hackathons/{event}/board")
    somebody.page.get_by_role("link", name=words["report"]).click()
    expect(somebody.page.get_by_role("heading", name=EVENT["name"])).to_be_visible()
    expect(somebody.page.get_by_role("heading", name=words["proofs"])).to_have_count(0)
    somebody.sees_a_good_page("hackathon-report-of-everybody")

    organiser = person(language, size, theme)
    organiser.goes_to("/hackathons/sign-in")
    organiser.page.get_by_label(words["key"]).fill(organisers_key)
    organiser.page.get_by_role("button", name=words["sign_in"]).click()
    expect(organiser.page.get_by_label(words["event"])).to_be_attached()
    organiser.goes_to(f"/hackathons/{event}")
    organiser.page.get_by_role("link", name=words["report"]).click()
    expect(organiser.page.get_by_role("heading", name=words["proofs"])).to_be_visible()
    organiser.sees_a_good_page("hackathon-report")
