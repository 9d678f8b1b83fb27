"""Webhooks over the real gateway: making and changing them, and what is delivered."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
import threading
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bench.plain_browser import PlainBrowser
from pocplatform.client import Sandbox
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.main import create_app
from pocplatform.organisers import admin_secret
from tests.conftest import Api, served
from tests.processes import opened, until
from tests.receiver import receiver

RETRIES = (0.1, 0.1, 0.1)


@pytest.fixture(scope="module")
def own(deployed, tmp_path_factory):
    """A platform of this module's, on which webhooks are delivered to this machine."""
    import shutil

    folder = shutil.copytree(deployed, tmp_path_factory.mktemp("webhooks") / "data")
    with opened(folder, webhook_private=True, webhook_retries_s=RETRIES) as running:
        running.background.start()
        with served(create_app(running)) as url:
            yield SimpleNamespace(platform=running, url=url)


@pytest.fixture(scope="module")
def base_url(own):
    return own.url


@pytest.fixture
def local():
    with receiver() as running:
        yield running


@pytest.fixture
def strict(platform):
    """The gateway of a platform on which webhooks go to the public internet only."""
    with served(create_app(platform)) as url, Api(url) as anonymous:
        member = anonymous.post("/v1/organizations", json={"name": "Varovainen Oy"}).json()
        with Api(url, member["secret_key"]) as api:
            yield api


def hook(member, url, types=("*",), **fields):
    body = {"url": url, "event_types": list(types), **fields}
    answer = member.api.write("/v1/webhooks", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def pay(payer, payee, amount, wait=20):
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": amount}, wait=wait)
    assert answer.is_success, answer.text


def deliveries(member, webhook):
    answer = member.api.get(f"/v1/webhooks/{webhook['id']}/deliveries", params={"limit": 100})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def signatures(request):
    parts = [part.split("=", 1) for part in request.headers["webhook-signature"].split(",")]
    return int(parts[0][1]), [value for name, value in parts if name == "v1"]


def signed_with(request, secret):
    at, given = signatures(request)
    signed = f"{at}.".encode() + request.body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() in given


def test_event_is_delivered_signed_as_it_is_shown_and_logged(join, local):
    payer, payee = join(fund=1_000), join()
    webhook = hook(payee, local.url, ["payment.*"], description="books", metadata={"a": "b"})
    assert webhook["secret"].startswith("whsec_")
    pay(payer, payee, 7)
    until(lambda: local.requests)
    request = local.requests[0]
    assert request.event == payee.api.get(f"/v1/events/{request.event['id']}").json()
    assert request.event["data"]["amount"] == 7
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == request.event["id"]
    assert signed_with(request, webhook["secret"])
    assert not signed_with(request, webhook["secret"] + "x")
    assert abs(signatures(request)[0] - time.time()) < 30
    until(lambda: deliveries(payee, webhook)[0]["state"] == "succeeded")
    [delivery] = deliveries(payee, webhook)
    assert delivery["event"] == request.event["id"]
    assert delivery["event_type"] == "payment.received"
    assert delivery["next_attempt"] is None
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["error"]) == (200, None)
    assert (attempt["answer"], attempt["duration_ms"] >= 0) == ("thank you", True)
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{delivery['id']}"
    assert payee.api.get(path).json() == delivery


def test_only_chosen_types_and_only_ones_own_events_are_delivered(join, local):
    payer, payee, other = join(fund=1_000), join(), join(fund=1_000)
    hook(payee, local.url + "/agreements", ["agreement.*"])
    hook(payee, local.url + "/payments", ["payment.received"])
    hook(other, local.url + "/other", ["*"])
    pay(payer, payee, 1)
    pay(payer, payee, 2)
    until(lambda: len(local.requests) >= 2)
    assert [r.event["data"]["amount"] for r in local.requests] == [1, 2]
    assert {r.path for r in local.requests} == {"/hook/payments"}


def test_events_come_in_their_order(join, local):
    payer, payee = join(fund=10_000), join()
    hook(payee, local.url)
    for amount in range(1, 31):
        pay(payer, payee, amount, wait=0)
    until(lambda: len(local.requests) == 30, seconds=60)
    assert [r.event["data"]["amount"] for r in local.requests] == list(range(1, 31))


def test_failed_attempts_are_repeated_and_logged_and_later_events_need_not_wait(join, local):
    payer, payee = join(fund=1_000), join()
    webhook = hook(payee, local.url)
    failing = iter([500, 302, 404])
    local.answer = lambda r: next(failing, 200) if r.event["data"]["amount"] == 1 else 200
    pay(payer, payee, 1)
    pay(payer, payee, 2)
    until(lambda: [d["state"] for d in deliveries(payee, webhook)] == ["succeeded"] * 2)
    second, first = deliveries(payee, webhook)
    assert [a["status"] for a in first["attempts"]] == [500, 302, 404, 200]
    assert [a["status"] for a in second["attempts"]] == [200]
    ids = {r.event["id"] for r in local.requests if r.event["data"]["amount"] == 1}
    assert ids == {first["event"]}


def test_endpoint_that_keeps_failing_is_disabled_with_an_event_and_can_be_enabled(join, local):
    payer, payee = join(fund=1_000), join()
    broken = hook(payee, local.url + "/broken", ["payment.*"])
    hook(payee, local.url + "/watch", ["webhook.*"])
    local.answer = lambda r: 500 if r.path == "/hook/broken" else 200
    pay(payer, payee, 1)
    until(lambda: local.events("webhook.disabled"))
    assert local.events("webhook.disabled")[0]["data"] == {
        "webhook": broken["id"], "url": broken["url"], "reason": "failing",
    }  # fmt: skip
    shown = payee.api.get(f"/v1/webhooks/{broken['id']}").json()
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "failing")
    [failed] = deliveries(payee, broken)
    assert (failed["state"], len(failed["attempts"])) == ("failed", len(RETRIES) + 1)
    for verb in ("test", f"deliveries/{failed['id']}/redeliver"):
        answer = payee.api.write(f"/v1/webhooks/{broken['id']}/{verb}")
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_disabled")
    pay(payer, payee, 2)  # while it is disabled: is not sent
    local.answer = 200
    enabled = payee.api.write(f"/v1/webhooks/{broken['id']}", {"disabled": False})
    assert (enabled.status_code, enabled.json()["status"]) == (200, "enabled")
    pay(payer, payee, 3)
    until(lambda: len(deliveries(payee, broken)) == 2)
    until(lambda: deliveries(payee, broken)[0]["state"] == "succeeded")
    amounts = [e["data"]["amount"] for e in local.events("payment.received")]
    assert amounts == [1, 1, 1, 1, 3]


def test_one_success_while_another_event_fails_keeps_the_endpoint(join, local):
    payer, payee = join(fund=1_000), join()
    webhook = hook(payee, local.url)
    local.answer = lambda r: 500 if r.event["data"]["amount"] == 1 else 200
    pay(payer, payee, 1)
    pay(payer, payee, 2)
    until(lambda: "failed" in {d["state"] for d in deliveries(payee, webhook)})
    assert payee.api.get(f"/v1/webhooks/{webhook['id']}").json()["status"] == "enabled"


def test_disabled_webhook_gets_nothing_and_what_was_under_way_is_cancelled(join, local):
    payer, payee = join(fund=1_000), join()
    webhook = hook(payee, local.url)
    attempted = threading.Event()
    local.answer = lambda r: attempted.set() or 500
    pay(payer, payee, 1)
    assert attempted.wait(20)
    answer = payee.api.write(f"/v1/webhooks/{webhook['id']}", {"disabled": True})
    assert answer.json()["disabled_reason"] == "by_hand"
    until(lambda: deliveries(payee, webhook)[0]["state"] in ("cancelled", "failed"))
    before = len(local.requests)
    pay(payer, payee, 2)
    assert len(deliveries(payee, webhook)) == 1
    assert len(local.requests) == before


def test_test_event_goes_to_the_endpoint_alone_whatever_it_wants(join, local):
    member = join()
    other = hook(member, local.url + "/other", ["*"])
    webhook = hook(member, local.url + "/tested", ["agreement.*"])
    answer = member.api.write(f"/v1/webhooks/{webhook['id']}/test")
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "pending"
    assert answer.headers["location"].endswith(answer.json()["id"])
    until(lambda: member.api.get(answer.headers["location"]).json()["state"] == "succeeded")
    [request] = local.requests
    assert (request.path, request.event["type"]) == ("/hook/tested", "webhook.test")
    assert member.api.get(f"/v1/events/{request.event['id']}").json() == request.event
    assert deliveries(member, other) == []


def test_redelivery_sends_the_same_event_again_as_a_delivery_of_its_own(join, local):
    payer, payee = join(fund=1_000), join()
    webhook = hook(payee, local.url)
    pay(payer, payee, 1)
    until(lambda: deliveries(payee, webhook) and deliveries(payee, webhook)[0]["attempts"])
    [first] = deliveries(payee, webhook)
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{first['id']}/redeliver"
    key = str(uuid4())
    answers = [payee.api.write(path, **{"Idempotency-Key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"] != first["id"]
    until(lambda: len(local.requests) == 2)
    assert local.requests[0].body == local.requests[1].body


def test_rotated_secret_signs_with_the_old_one_for_the_overlap(join, local):
    member = join()
    webhook = hook(member, local.url)
    path = f"/v1/webhooks/{webhook['id']}"
    rotated = member.api.write(f"{path}/rotate_secret", {"overlap_s": 600}).json()
    assert rotated["secret"] != webhook["secret"]
    member.api.write(f"{path}/test")
    until(lambda: local.requests)
    assert signed_with(local.requests[0], webhook["secret"])
    assert signed_with(local.requests[0], rotated["secret"])
    last = member.api.write(f"{path}/rotate_secret", {"overlap_s": 0}).json()
    member.api.write(f"{path}/test")
    until(lambda: len(local.requests) == 2)
    assert signed_with(local.requests[1], last["secret"])
    assert not signed_with(local.requests[1], rotated["secret"])


def test_secret_is_shown_when_made_and_on_repetition_and_stored_nowhere_readable(join, local, own):
    member = join()
    key = str(uuid4())
    body = {"url": local.url}
    first = member.api.write("/v1/webhooks", body, **{"Idempotency-Key": key})
    again = member.api.write("/v1/webhooks", body, **{"Idempotency-Key": key})
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    secret = first.json()["secret"]
    shown = member.api.get(f"/v1/webhooks/{first.json()['id']}").json()
    assert shown["secret"] is None
    assert secret not in member.api.get("/v1/webhooks").text
    folder = own.platform.settings.data_dir
    assert [p for p in folder.glob("*.db*") if secret.encode() in p.read_bytes()] == []
    member.api.delete(f"/v1/webhooks/{first.json()['id']}")
    late = member.api.write("/v1/webhooks", body, **{"Idempotency-Key": key})
    assert (late.json()["id"], late.json()["secret"]) == (first.json()["id"], None)


def test_webhook_is_changed_field_by_field_and_deleted_with_its_log(join, local):
    member = join()
    webhook = hook(member, local.url, description="old")
    path = f"/v1/webhooks/{webhook['id']}"
    changed = member.api.write(path, {"description": "new", "metadata": {"k": "v"}}).json()
    assert (changed["description"], changed["metadata"]) == ("new", {"k": "v"})
    assert (changed["url"], changed["event_types"]) == (webhook["url"], ["*"])
    assert member.api.write(path, {"event_types": ["item.*"]}).json()["event_types"] == ["item.*"]
    member.api.write(f"{path}/test")
    until(lambda: local.requests)
    answer = member.api.delete(path)
    assert answer.json() == {"id": webhook["id"], "object": "webhook", "deleted": True}
    for call in (member.api.get, member.api.delete):
        assert call(path).status_code == 404
    assert member.api.get(f"{path}/deliveries").status_code == 404


BAD = [
    ({}, "url"),
    ({"url": None}, "url"),
    ({"url": 5}, "url"),
    ({"url": ""}, "url"),
    ({"url": "no address"}, "url"),
    ({"url": "https://example.com/" + "x" * 2_000}, "url"),
    ({"url": "https://user:pw@example.com/"}, "url"),
    ({"url": "https://example.com/", "event_types": []}, "event_types"),
    ({"url": "https://example.com/", "event_types": "*"}, "event_types"),
    ({"url": "https://example.com/", "event_types": ["Payment"]}, "event_types[0]"),
    ({"url": "https://example.com/", "event_types": ["a"] * 51}, "event_types"),
    ({"url": "https://example.com/", "event_types": ["*", "invoice.payed"]}, "event_types[1]"),
    ({"url": "https://example.com/", "description": "x" * 501}, "description"),
    ({"url": "https://example.com/", "metadata": {"a": 1}}, "metadata.a"),
    ({"url": "https://example.com/", "secret": "whsec_mine"}, "secret"),
    ({"url": "https://example.com/", "org_id": "org_other"}, "org_id"),
]


@pytest.mark.parametrize(("body", "param"), BAD, ids=range(len(BAD)))
def test_what_does_not_fit_is_refused_by_name_and_nothing_is_made(join, body, param):
    member = join()
    answer = member.api.write("/v1/webhooks", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param
    assert answer.json()["code"] in ("invalid_input", "webhook_url_refused")
    assert member.api.get("/v1/webhooks").json()["data"] == []


@pytest.mark.parametrize("body", [{"overlap_s": -1}, {"overlap_s": 604_801}, {"overlap_s": "1"}])
def test_overlap_out_of_bounds_is_refused(join, local, body):
    member = join()
    path = f"/v1/webhooks/{hook(member, local.url)['id']}/rotate_secret"
    answer = member.api.write(path, body)
    assert (answer.status_code, answer.json()["param"]) == (422, "overlap_s")


def test_private_address_is_refused_where_it_is_not_allowed_when_made_and_when_changed(strict):
    for url in ("http://127.0.0.1:9/", "http://localhost:8000/", "http://[::1]:8000/"):
        answer = strict.write("/v1/webhooks", {"url": url})
        assert answer.status_code == 422
        assert answer.json()["code"] == "webhook_url_refused"
        assert answer.json()["next_step"]
    made = strict.write("/v1/webhooks", {"url": "https://receiver.invalid/"}).json()
    answer = strict.write(f"/v1/webhooks/{made['id']}", {"url": "http://10.0.0.1/"})
    assert (answer.status_code, answer.json()["param"]) == (422, "url")
    assert strict.get(f"/v1/webhooks/{made['id']}").json()["url"] == made["url"]


def test_webhooks_of_others_do_not_exist(join, local):
    owner, stranger = join(), join()
    webhook = hook(owner, local.url)
    sent = owner.api.write(f"/v1/webhooks/{webhook['id']}/test").json()
    mine = hook(stranger, local.url)
    for id_ in (webhook["id"], "whk_unknown"):
        path = f"/v1/webhooks/{id_}"
        for answer in (
            stranger.api.get(path),
            stranger.api.write(path, {"description": "mine"}),
            stranger.api.delete(path),
            stranger.api.write(f"{path}/rotate_secret"),
            stranger.api.write(f"{path}/test"),
            stranger.api.get(f"{path}/deliveries"),
            stranger.api.get(f"{path}/deliveries/{sent['id']}"),
            stranger.api.write(f"{path}/deliveries/{sent['id']}/redeliver"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    path = f"/v1/webhooks/{mine['id']}/deliveries/{sent['id']}"
    assert stranger.api.get(path).status_code == 404
    assert owner.api.get(f"/v1/webhooks/{webhook['id']}").json()["description"] == ""


def test_there_is_a_limit_of_webhooks(join):
    member = join()
    for number in range(20):
        hook(member, f"https://receiver.invalid/{number}", ["agreement.*"])
    answer = member.api.write("/v1/webhooks", {"url": "https://receiver.invalid/"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_without_a_key_nothing_is_shown_or_made(anonymous):
    assert anonymous.get("/v1/webhooks").status_code == 401
    assert anonymous.write("/v1/webhooks", {"url": "https://example.com/"}).status_code == 401


def test_webhook_of_the_organisers_gets_everybodys_events_and_is_theirs_alone(join, local, own):
    payer, payee = join(fund=1_000), join()
    with Api(own.url, admin_secret(own.platform.settings)) as admin:
        webhook = admin.write("/v1/webhooks", {"url": local.url, "event_types": ["*"]}).json()
        pay(payer, payee, 123)
        until(lambda: any(e["data"].get("amount") == 123 for e in local.events()))
        path = f"/v1/webhooks/{webhook['id']}"
        assert payer.api.get(path).status_code == 404
        assert [one["id"] for one in admin.get("/v1/webhooks").json()["data"]] == [webhook["id"]]
        assert admin.get(f"{path}/deliveries").json()["data"]
        assert admin.delete(path).status_code == 200


def test_examples_of_the_document_work(base_url, local):
    document = (PROJECT_ROOT / "docs" / "webhooks.md").read_text()
    create, receive = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    with Sandbox(base_url) as sandbox:
        shop = sandbox.with_key(sandbox.organizations.sign_up("Kauppa Oy").secret_key)
        names = {"shop": shop, "endpoint": local.url}
        for example in (create, receive):
            exec(compile(example, "docs/webhooks.md", "exec"), names)
        shop.payments.faucet(1_00)
        until(lambda: local.requests)
        request = local.requests[0]
        signature = request.headers["webhook-signature"]
        assert names["handle"](request.body, signature) == 200
        assert names["handle"](request.body, signature) == 200
        assert names["seen"] == {request.event["id"]}
        assert names["handle"](request.body + b" ", signature) == 400
        [command] = re.findall(r"```sh\n(.*?)```", document, re.DOTALL)
        done = subprocess.run(
            ["bash", "-c", command],
            env={
                "PATH": "/usr/bin:/bin",
                "SANDBOX": base_url,
                "KEY": str(shop._connection.secret_key),
                "ENDPOINT": local.url,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert json.loads(done.stdout)["secret"].startswith("whsec_")


def test_every_attempt_is_shown_at_the_developers_desk_and_sent_again_from_there(own, local):
    browser = PlainBrowser(own.url)
    browser.goes_to("/sign-in")
    browser.presses("Make the company", name="Vastaanottaja Oy", next="/developers/webhooks")
    browser.presses("Add the endpoint", url=local.url)
    where = browser.links["I have kept it"]
    local.text = b"<b>busy"
    local.answer = lambda request: 200 if local.requests else 500
    browser.goes_to(where).presses("Send a test event")
    until(lambda: "succeeded" in browser.goes_to(where).text)
    assert "<b>busy" in browser.text
    assert "&lt;b&gt;busy" in browser.answer.text
    assert re.search(r"500 \d+ ms", browser.text)
    assert re.search(r"200 \d+ ms", browser.text)
    browser.presses(next(one for one in browser.buttons if one.startswith("Send again")))
    until(lambda: len(local.requests) == 3)
    browser.close()
