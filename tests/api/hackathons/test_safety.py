"""What somebody at an event may not get around, and what may not break it."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from sqlmodel import select
from websockets.sync.client import connect

from pocplatform.domains.hackathons import paper
from pocplatform.domains.hackathons.boards import Boards
from pocplatform.http.idempotency import IdempotencyKey
from pocplatform.kit.errors import NotFound
from pocplatform.web import public_live
from tests.api.hackathons.steps import EVENT, event_wallet, name, refused, until
from tests.processes import NO_TLS

SEND = "eth_sendTransaction"


@pytest.fixture
def socket(base_url):
    """Opens a WebSocket of the chain with a key; what asks by it."""
    opened = []

    def open_socket(key):
        connection = connect(f"ws{base_url[4:]}/rpc/{key}", open_timeout=20)
        opened.append(connection)

        def ask(method, *params):
            call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [*params]}
            connection.send(json.dumps(call))
            return json.loads(connection.recv(timeout=20))

        return ask

    yield open_socket
    for connection in opened:
        connection.close()


def test_freeze_and_quota_hold_on_a_socket_that_was_open_before(
    hold, admin, take_part, code_of, socket
):
    event = hold(quota={"funding": 0})
    path = f"/v1/hackathons/{event['id']}"
    joined, api = take_part(code_of(event), name())
    ask = socket(joined["secret_key"])
    nothing = {"to": event_wallet(api), "value": "0x0"}
    assert "result" in ask(SEND, nothing)
    admin.write(f"{path}/freeze", wait=0)
    until(lambda: "error" in ask(SEND, nothing), "the freeze holds on the socket")
    assert ask(SEND, nothing)["error"]["data"]["code"] == "writes_frozen"
    signed = ask("eth_sendRawTransaction", "0x00")
    assert signed["error"]["data"]["code"] == "writes_frozen"
    assert "result" in ask("eth_blockNumber")
    admin.write(f"{path}/unfreeze", wait=0)
    until(lambda: "result" in ask(SEND, nothing), "the team writes again on the same socket")
    quota = {"quota": {"requests_per_second": 1}}
    admin.write(path, quota, wait=0)
    until(lambda: ask("eth_chainId").get("error", {}).get("code") == -32005, "the quota holds")


def test_requests_that_are_no_json_count_as_requests(hold, take_part, code_of, base_url):
    event = hold(quota={"funding": 0, "requests_per_second": 1})
    joined, _ = take_part(code_of(event), name())
    with httpx.Client(verify=NO_TLS) as client:

        def limited():
            answer = client.post(f"{base_url}/rpc/{joined['secret_key']}", content=b"{")
            return answer.status_code == 429

        until(limited, "the quota holds for what is no JSON")


@pytest.mark.parametrize(
    ("starts", "ends", "param"),
    [
        ("0001-01-01T00:00:00+05:00", EVENT["ends"], "starts"),
        ("1999-12-31T23:59:59Z", EVENT["ends"], "starts"),
        (EVENT["starts"], "9999-12-31T23:59:59-05:00", "ends"),
        (EVENT["starts"], "2201-01-01T00:00:00Z", "ends"),
    ],
)
def test_event_in_another_age_is_refused_and_nobodys_list_breaks(
    hold, admin, anonymous, starts, ends, param
):
    body = EVENT | {"starts": starts, "ends": ends}
    said = refused(admin.write("/v1/hackathons", body, wait=0), 422, "invalid_input")
    assert said["param"] == param
    assert "2000" in said["detail"]
    event = hold()
    change = {param: body[param]}
    answer = admin.write(f"/v1/hackathons/{event['id']}", change, wait=0)
    assert refused(answer, 422, "invalid_input")["param"] == param
    assert anonymous.get("/v1/hackathons?limit=1").status_code == 200
    assert anonymous.get(f"/v1/hackathons/{event['id']}").json()["ends"] == event["ends"]


def test_team_is_shown_the_quotas_that_hold_for_it(hold, take_part, code_of):
    quota = {"funding": 0, "faucet_daily": 1234, "requests_per_second": 777, "devnets": 3}
    _, api = take_part(code_of(hold(quota=quota)), name())
    told = api.get("/v1/organizations/me/quotas").json()
    limits = {one["what"]: (one["used"], one["limit"], one["unit"]) for one in told["quotas"]}
    assert limits["test_money"] == (0, 1234, "cents")
    assert limits["devnets"] == (0, 3, "devnets")
    assert told["requests_of_organization"] == "777/second"
    made = api.write("/v1/devnets", {"name": "Oma"}, wait=0)
    assert made.status_code == 201, made.text
    told = api.get("/v1/organizations/me/quotas").json()
    assert next(one["used"] for one in told["quotas"] if one["what"] == "devnets") == 1


def field(html, name):
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


@pytest.fixture
def browser(base_url):
    """A browser without scripts, which asks for pages."""
    accept = {"Accept": "text/html", "Accept-Language": "en"}
    with httpx.Client(
        base_url=base_url, headers=accept, verify=NO_TLS, follow_redirects=True, timeout=30
    ) as client:
        yield client


@pytest.mark.parametrize("by", ["the event's code", "the team's code"])
def test_form_whose_key_was_revoked_says_so_when_it_is_sent_again_and_does_nothing(
    hold, anonymous, code_of, take_part, browser, base_url, by
):
    event = hold(quota={"funding": 0})
    code = code_of(event)
    if by == "the team's code":
        code = take_part(code, name())[0]["code"]
    page = browser.get("/join", params={"code": code}).text
    form = {n: field(page, n) for n in ("form_token", "attempt", "code")} | {"team": name()}
    before = httpx.Cookies(browser.cookies)
    joined = browser.post("/join", data=form)
    assert joined.status_code == 200
    key = re.search(r"sk_test_[0-9a-f]{48}", joined.text)[0]
    with httpx.Client(
        base_url=base_url, headers={"Authorization": f"Bearer {key}"}, verify=NO_TLS
    ) as member:
        keys = member.get("/v1/api_keys").json()["data"]
        own = next(one for one in keys if one["last_four"] == key[-4:])
        assert member.post(f"/v1/api_keys/{own['id']}/revoke", json={}).status_code == 200
        until(lambda: member.get("/v1/balance").status_code == 401, "the key has ended")
    # Joining has given the browser another secret; what was sent twice at once comes with the old.
    browser.cookies = before
    again = browser.post("/join", data=form)
    assert again.status_code == 409
    assert "was revoked or has expired" in again.text
    assert field(again.text, "attempt") != form["attempt"]
    assert anonymous.get(f"/v1/hackathons/{event['id']}").json()["teams"] == 1


@pytest.fixture
def organiser(browser, admin):
    """The organisers' browser, signed in."""
    key = admin.headers["Authorization"].removeprefix("Bearer ")
    page = browser.get("/hackathons/sign-in").text
    sent = browser.post(
        "/hackathons/sign-in", data={"form_token": field(page, "form_token"), "key": key}
    )
    assert sent.status_code == 200, sent.text
    return browser


def test_sheets_that_could_not_be_set_are_printed_with_the_same_keys_when_tried_again(
    hold, admin, organiser, base_url, tmp_path, monkeypatch
):
    event = hold(quota={"funding": 0})
    path = f"/hackathons/{event['id']}"
    admin.write(f"/v1{path}/teams", {"teams": [{"name": name()}, {"name": name()}]}, wait=0)
    page = organiser.get(path).text
    form = page[page.index(f'{path}/handout" data-download class="stack"') :]
    sent = {n: field(form, n) for n in ("form_token", "attempt")} | {"language": "fi"}
    with monkeypatch.context() as broken:
        broken.setattr(paper, "_LAYOUT", tmp_path / "missing.typ")
        failed = organiser.post(f"{path}/handout", data=sent)
    assert failed.status_code == 500
    assert "Their keys are made and not lost" in failed.text
    again = {n: field(failed.text, n) for n in ("form_token", "attempt", "team", "language")}
    assert again == sent | {"team": ""}
    done = organiser.post(f"{path}/handout", data=again)
    assert done.content.startswith(b"%PDF")
    assert admin.get(f"/v1{path}/board").json()["totals"]["members"] == 2
    repeated = {"Idempotency-Key": sent["attempt"]}
    body = {"replace": False}
    keys = admin.post(f"/v1{path}/keys", json=body, headers=repeated).json()["keys"]
    for key in keys:
        headers = {"Authorization": f"Bearer {key['secret_key']}"}
        told = httpx.get(f"{base_url}/v1/organizations/me", headers=headers, verify=NO_TLS)
        assert told.json()["name"] == key["name"]


def test_keys_whose_answer_got_lost_are_given_again_and_stored_nowhere_in_the_clear(
    hold, admin, platform
):
    path = f"/v1/hackathons/{hold(quota={'funding': 0})['id']}"
    admin.write(f"{path}/teams", {"teams": [{"name": name()}]}, wait=0)
    repeated = {"Idempotency-Key": f"keys {path}"}
    first, again = (admin.post(f"{path}/keys", json={}, headers=repeated) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-store"
    secret = first.json()["keys"][0]["secret_key"]
    assert re.fullmatch(r"sk_test_[0-9a-f]{48}", secret)
    with platform.gateway.database.snapshot() as session:
        stored = session.exec(
            select(IdempotencyKey).where(IdempotencyKey.key == repeated["Idempotency-Key"])
        ).one()
    assert secret not in json.dumps(stored.body)
    refused(admin.post(f"{path}/keys", json={}), 409, "teams_have_keys")


def test_session_of_the_organisers_opens_nothing_after_they_have_signed_out(organiser, base_url):
    token = organiser.cookies["organiser"]

    def answered():
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{base_url}/v1/payments", headers=headers, verify=NO_TLS).status_code

    assert answered() == 200
    page = organiser.get("/hackathons").text
    form = {"form_token": field(page, "form_token")}
    assert organiser.post("/hackathons/sign-out", data=form).status_code == 200
    until(lambda: answered() == 401, "the session has ended")
    other = organiser.get("/hackathons/sign-in").text  # somebody else goes on, or begins again
    assert "organiser" not in organiser.cookies
    assert field(other, "form_token")


@pytest.mark.parametrize(
    "deceiving", ["Pankki\u202eyO", "Pank\u200bki Oy", "Pankki\u2066 Oy"], ids=ascii
)
def test_name_that_deceives_is_refused_for_organizations_events_and_teams(
    hold, admin, anonymous, code_of, deceiving
):
    founded = anonymous.post("/v1/organizations", json={"name": deceiving})
    assert refused(founded, 422, "invalid_input")["param"] == "name"
    made = admin.write("/v1/hackathons", EVENT | {"name": deceiving}, wait=0)
    assert refused(made, 422, "invalid_input")["param"] == "name"
    event = hold(quota={"funding": 0})
    body = {"code": code_of(event), "team": deceiving}
    joined = anonymous.post("/v1/hackathons/join", json=body)
    said = refused(joined, 422, "invalid_input")
    assert said["param"] == "team"
    assert "U+2" in said["detail"]
    body = {"teams": [{"name": name()}, {"name": deceiving}]}
    answer = admin.write(f"/v1/hackathons/{event['id']}/teams", body, wait=0)
    assert refused(answer, 422, "invalid_input")["param"] == "teams[1].name"


def test_board_is_counted_for_all_at_once_and_shows_at_once_what_the_organisers_do(
    hold, admin, platform
):
    path = f"/v1/hackathons/{(event := hold(quota={'funding': 0}))['id']}"
    boards, anew = Boards(kept_s=600), Boards(kept_s=0)

    def read(of, language="en"):
        with platform.gateway.database.snapshot() as session:
            return of.read(session, event["id"], language)

    first = read(boards)
    assert read(boards) is first
    assert read(boards, "fi") is not first
    assert read(anew) is not read(anew)
    admin.write(f"{path}/announcements", {"text": "Ruoka!"}, wait=0)
    assert [one.text for one in read(boards).announcements] == ["Ruoka!"]
    admin.write(f"{path}/teams", {"teams": [{"name": name()}]}, wait=0)
    assert read(boards).totals.teams == 1
    admin.write(f"{path}/freeze", wait=0)
    assert read(boards).hackathon.state == "frozen"
    with pytest.raises(NotFound), platform.gateway.database.snapshot() as session:
        boards.read(session, "hck_0", "en")


def test_streams_of_a_board_are_counted_by_network_address(hold, base_url, platform, monkeypatch):
    monkeypatch.setattr(public_live, "AT_MOST", 2)
    path = f"/hackathons/{hold(quota={'funding': 0})['id']}/live"
    crowd, other = (
        httpx.Client(base_url=base_url, transport=httpx.HTTPTransport(local_address=address))
        for address in ("127.0.0.3", "127.0.0.4")
    )
    with crowd, other, crowd.stream("GET", path) as one, crowd.stream("GET", path) as two:
        assert one.status_code == two.status_code == 200
        until(lambda: platform.gateway.feed.count("page 127.0.0.3") == 2, "both listen")
        refused(crowd.get(path), 429, "rate_limited")
        with other.stream("GET", path) as free:
            assert free.status_code == 200


@pytest.mark.parametrize("odd", ["%00", "hck_0%3Flimit=1", "..%2F..", "hck_0%2Fteams"])
def test_page_of_an_event_that_there_is_not_is_not_found(browser, odd):
    assert browser.get(f"/hackathons/{odd}/board").status_code in (400, 404)
