"""Recordings: who may, what is kept of it, and what is kept of it never."""

from __future__ import annotations

import json

import pytest

from pocplatform.domains.recordings import redaction, service
from tests.api.recordings.stories import agreement, ok


def start(who, *others, name="Story"):
    body = {"name": name, "organizations": [one.id for one in others]}
    return ok(who.api.write("/v1/recordings", body))


def document(who, recording):
    path = f"/v1/recordings/{recording['id']}/export"
    return ok(who.api.get(path, params={"format": "json"}))


def paths(who, recording):
    return [step["path"] for step in document(who, recording)["steps"]]


@pytest.fixture
def us(join):
    return join("Me Oy", fund=1_000)


@pytest.fixture
def them(join):
    return join("Muut Oy")


def test_what_is_done_between_start_and_stop_is_in_it(us):
    ok(us.api.get("/v1/balance"))
    recording = start(us)
    assert (recording["state"], recording["steps"]) == ("running", 0)
    ok(us.api.write("/v1/transfers", {"to": us.address, "amount": 1}))
    stopped = ok(us.api.write(f"/v1/recordings/{recording['id']}/stop"))
    ok(us.api.get("/v1/balance"))
    assert (stopped["state"], stopped["steps"]) == ("stopped", 1)
    assert paths(us, recording) == ["/v1/transfers"]


def test_others_are_recorded_only_once_they_have_joined_and_until_they_leave(us, them):
    recording = start(us, them)
    parts = {one["id"]: one["part"] for one in recording["organizations"]}
    assert parts == {us.id: "owner", them.id: "invited"}
    ok(them.api.get("/v1/payments"))
    ok(them.api.write(f"/v1/recordings/{recording['id']}/join"))
    ok(them.api.get("/v1/balance"))
    left = ok(them.api.write(f"/v1/recordings/{recording['id']}/leave"))
    assert left["organizations"][1]["part"] == "left"
    ok(them.api.get("/v1/invoices"))
    assert paths(us, recording) == ["/v1/balance"]


def test_who_was_not_named_cannot_join(us, them):
    answer = them.api.write(f"/v1/recordings/{start(us)['id']}/join")
    assert answer.status_code == 404


def test_joining_what_has_ended_is_refused(us, them):
    recording = start(us, them)
    ok(us.api.write(f"/v1/recordings/{recording['id']}/stop"))
    answer = them.api.write(f"/v1/recordings/{recording['id']}/join")
    assert (answer.status_code, answer.json()["code"]) == (409, "recording_over")


def test_only_the_owner_stops_exports_and_deletes(us, them):
    path = f"/v1/recordings/{start(us, them)['id']}"
    ok(them.api.write(f"{path}/join"))
    assert them.api.write(f"{path}/stop").status_code == 404
    assert them.api.get(f"{path}/export").status_code == 404
    assert them.api.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a", "organizations": "org_1"}, "organizations"),
        ({"name": "a", "organizations": ["org_unknown"]}, "organizations.0"),
        ({"name": "a", "organizations": ["o"] * 11}, "organizations"),
        ({"name": "a", "secret": 1}, "secret"),
    ],
    ids=str,
)
def test_recording_that_makes_no_sense_is_refused_by_name(us, body, param):
    answer = us.api.write("/v1/recordings", body)
    assert (answer.status_code, answer.json()["param"]) == (422, param)


def test_more_at_a_time_than_may_be_are_refused(us):
    recordings = [start(us) for _ in range(10)]
    answer = us.api.write("/v1/recordings", {"name": "One more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_recordings")
    ok(us.api.delete(f"/v1/recordings/{recordings[0]['id']}"))
    start(us)


def test_empty_recording_has_nothing_to_export(us):
    recording = start(us)
    answer = us.api.get(f"/v1/recordings/{recording['id']}/export")
    assert (answer.status_code, answer.json()["code"]) == (409, "recording_empty")


def test_unknown_format_is_refused_by_name(us):
    answer = us.api.get(f"/v1/recordings/{start(us)['id']}/export?format=cobol")
    assert (answer.status_code, answer.json()["param"]) == (422, "format")


def test_deleted_recording_is_gone(us):
    path = f"/v1/recordings/{start(us)['id']}"
    assert ok(us.api.delete(path))["deleted"] is True
    assert us.api.get(path).status_code == 404


def test_secrets_are_nowhere_in_it_and_are_known_again(us):
    recording = start(us)
    made = ok(us.api.write("/v1/api_keys", {"name": "k"}))
    headers = {"Authorization": f"Bearer {made['secret_key']}"}
    ok(us.api.write("/v1/identities", **headers))
    verified = ok(us.api.write("/v1/business_register/verifications"))
    signed = verified["credential"]
    ok(us.api.post("/v1/credentials/verify", json={"credential": signed}, headers=headers))
    text = json.dumps(document(us, recording))
    assert made["secret_key"] not in text
    assert signed not in text
    script = us.api.get(f"/v1/recordings/{recording['id']}/export").text
    assert "sandbox.with_key(api_key.secret_key)" in script


def test_erasing_a_thing_empties_what_was_recorded_of_it(us, them):
    recording = start(us, them)
    ok(them.api.write(f"/v1/recordings/{recording['id']}/join"))
    draft = {
        "title": "Salainen",
        "document": {"text": "Very private terms."},
        "parties": [{"who": us.did, "role": "client"}, {"who": them.did, "role": "provider"}],
        "milestones": [{"title": "All", "amount": 1, "payer": 0, "provider": 1}],
    }
    made = ok(us.api.write("/v1/agreements", draft))
    assert "Very private terms." in json.dumps(document(us, recording))
    ok(us.api.write(f"/v1/agreements/{made['id']}/withdraw"))
    ok(us.api.write("/v1/data_protection/erasure", {"agreement": made["id"]}))
    ok(us.api.get(f"/v1/agreements/{made['id']}"))  # noted after it was erased
    steps = document(us, recording)["steps"]
    assert "Very private terms." not in json.dumps(steps)
    about = [step for step in steps if made["id"] in step["path"]]
    assert about
    assert all(step["erased"] and step["answer"] is None for step in about)


def test_more_steps_than_there_is_room_for_are_left_out_and_that_is_told(us, monkeypatch):
    monkeypatch.setattr(service, "MOST_STEPS", 2)
    recording = start(us)
    for _ in range(3):
        ok(us.api.get("/v1/balance"))
    found = ok(us.api.get(f"/v1/recordings/{recording['id']}"))
    assert (found["steps"], found["full"]) == (2, True)


def test_repeated_request_is_recorded_once(us):
    recording = start(us)
    body = {"to": us.address, "amount": 1}
    for _ in range(2):
        ok(us.api.write("/v1/transfers", body, **{"Idempotency-Key": recording["id"]}))
    assert paths(us, recording) == ["/v1/transfers"]


def test_writes_of_a_batch_are_steps(us):
    recording = start(us)
    writes = [{"path": "/v1/transfers", "body": {"to": us.address, "amount": n}} for n in (1, 2)]
    ok(us.api.write("/v1/batch", {"requests": writes}))
    steps = document(us, recording)["steps"]
    assert [step["body"]["amount"] for step in steps] == [1, 2]


def test_texts_of_answers_are_not_kept():
    answer = {
        "object": "thing", "id": "agr_" + "0" * 24, "status": "draft", "name": "Matti",
        "claims": {"hetu": "131052-308T"}, "note": "Call me at noon", "list": [{"id": "x" * 9}],
        "results": {"owner": "plain words"}, "created": "2027-01-01T00:00:00Z", "amount": 5,
        "size": 7,
    }  # fmt: skip
    assert redaction.kept_of_answer(answer) == {
        "object": "thing", "id": "agr_" + "0" * 24, "status": "draft", "amount": 5,
        "results": {"owner": "plain words"}, "list": [None],
    }  # fmt: skip


def test_agreement_story_can_be_told_while_the_recording_runs(join):
    client, provider = join("Tilaaja Oy", fund=30_000), join("Tekijä Oy")
    recording = start(client, provider)
    ok(provider.api.write(f"/v1/recordings/{recording['id']}/join"))
    agreement(client, provider)
    assert "agreements.accept" in client.api.get(f"/v1/recordings/{recording['id']}/export").text
