"""The request log: what is in it, whose it is, and what is in it never."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from sqlmodel import Session, func, select

from pocplatform.domains.recordings import service
from pocplatform.domains.recordings.jobs import forget
from pocplatform.domains.recordings.models import RequestEntry
from pocplatform.domains.recordings.schemas import RecordingCreate
from pocplatform.domains.recordings.service import PORTION, noting
from pocplatform.http.request_log import RequestLog
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import NotFound
from pocplatform.kit.exchange import Exchange
from pocplatform.kit.ids import new_id
from pocplatform.kit.settings import Settings
from tests.api.recordings.stories import ok


def log(member, **filters):
    return ok(member.api.get("/v1/requests", params={"limit": 100, **filters}))["data"]


def test_each_request_is_told_with_what_became_of_it(join):
    us = join()
    paid = us.api.write("/v1/faucet", {"amount": 100})
    refused = us.api.write("/v1/transfers", {"to": us.id, "amount": 10**9})
    us.api.get("/v1/invoices/inv_unknown?secret=1")
    missing, failed, done = log(us)
    assert (done["method"], done["path"], done["status"]) == ("POST", "/v1/faucet", 200)
    assert done["code"] is None
    assert done["duration_ms"] > 0
    assert done["id"] == paid.headers["Request-Id"]
    assert (failed["status"], failed["code"]) == (422, refused.json()["code"])
    assert (missing["path"], missing["code"]) == ("/v1/invoices/inv_unknown", "not_found")


def test_request_is_told_with_what_was_sent_and_answered_where_that_was_recorded(join):
    us, other = join(), join()
    before = ok(us.api.get("/v1/balance"))
    (unrecorded,) = log(us)
    assert ok(us.api.get(f"/v1/requests/{unrecorded['id']}"))["recorded"] is None
    recording = ok(us.api.write("/v1/recordings", {"name": "Story"}))["id"]
    paid = us.api.write("/v1/faucet", {"amount": 100})
    us.api.get("/v1/invoices/inv_unknown?secret=1")
    failed, done, _ = log(us)
    told = ok(us.api.get(f"/v1/requests/{done['id']}"))
    recorded = told.pop("recorded")
    assert told == done
    assert (recorded["recording"], recorded["body"]) == (recording, {"amount": 100})
    assert recorded["answer"]["id"] == paid.json()["id"]
    recorded = ok(us.api.get(f"/v1/requests/{failed['id']}"))["recorded"]
    assert (recorded["body"], recorded["answer"]) == (None, None)
    assert other.api.get(f"/v1/requests/{done['id']}").status_code == 404
    assert us.api.get("/v1/requests/req_unknown").status_code == 404
    assert before["amount"] == 0


def test_request_that_is_no_json_is_told_where_its_key_is_known(join):
    us = join()
    ok(us.api.get("/v1/balance"))
    broken = us.api.post(
        "/v1/transfers", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    assert (log(us)[0]["status"], log(us)[0]["code"]) == (400, "bad_request")


def test_key_is_named_and_never_shown(join):
    us = join()
    key = ok(us.api.write("/v1/api_keys", {"name": "Web shop", "scope": "read"}))
    ok(us.api.get("/v1/balance", headers={"Authorization": f"Bearer {key['secret_key']}"}))
    found = log(us)
    assert (found[0]["key"], found[0]["key_name"]) == (key["id"], "Web shop")
    assert key["secret_key"] not in json.dumps(found)


def test_code_of_an_invitation_is_not_in_a_path(join):
    us = join()
    us.api.get("/v1/agreement_invitations/abcdefghijklmnopqrst")
    [found] = log(us)
    assert re.fullmatch(r"/v1/agreement_invitations/<secret [0-9a-f]{16}>", found["path"]), found[
        "path"
    ]


@pytest.mark.parametrize(
    "path", ["/v1/agreement_invitations/{}/join", "/v1/agreement_invitations/{}/", "/v1/nowhere/{}"]
)
def test_what_may_be_a_secret_is_not_in_the_path_of_what_is_refused_at_the_door(join, path):
    us = join()
    ok(us.api.get("/v1/balance"))
    code = "aB3_" * 8
    headers = {"Content-Type": "application/json"}
    us.api.post(path.format(code), content=b"{", headers=headers)
    assert code not in json.dumps(log(us))
    us.api.post(f"/v1/agreements/{new_id('agr')}/sign", content=b"{", headers=headers)
    assert re.fullmatch(r"/v1/agreements/agr_[0-9a-f]{24}/sign", log(us)[0]["path"])


def test_writes_of_a_batch_are_told_each(join):
    us = join(fund=1_000)
    before = len(log(us))
    writes = [{"path": "/v1/transfers", "body": {"to": us.address, "amount": n}} for n in (1, 2)]
    ok(us.api.write("/v1/batch", {"requests": writes}))
    paths = [one["path"] for one in log(us)]
    assert sorted(paths[: len(paths) - before]) == ["/v1/batch", "/v1/transfers", "/v1/transfers"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"method": "POST"}, ["/v1/transfers", "/v1/faucet"]),
        ({"status": "4xx"}, ["/v1/transfers"]),
        ({"status": "200"}, ["/v1/balance", "/v1/faucet"]),
        ({"path": "/v1/bal"}, ["/v1/balance"]),
        ({"path": "%"}, []),
        ({"since": "2999-01-01T00:00:00Z"}, []),
    ],
    ids=str,
)
def test_filters_leave_what_they_say(join, filters, expected):
    us = join(fund=50)
    us.api.write("/v1/transfers", {"to": "nobody", "amount": 1})
    ok(us.api.get("/v1/balance"))
    assert [one["path"] for one in log(us, **filters)] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "900"), ("status", "2x"), ("method", "GRAB"), ("since", "yesterday"),
     ("since", "2027-01-01T00:00:00")],
)  # fmt: skip
def test_filter_that_makes_no_sense_is_refused_by_name(join, name, value):
    answer = join().api.get("/v1/requests", params={name: value})
    assert (answer.status_code, answer.json()["param"]) == (422, name)


def test_looking_at_the_log_leaves_no_trace_in_it(join):
    us = join()
    assert log(us) == log(us) == []


def test_sign_up_is_nobodys_request(join):
    assert log(join()) == []


def test_organisers_see_the_requests_of_all(admin, join):
    us = join(fund=50)
    found = ok(admin.get("/v1/requests", params={"path": "/v1/faucet", "limit": 1}))["data"]
    assert found == log(us)


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'log.db'}")
    database.migrate()
    yield database
    database.close()


def exchanges(number, org_id="org_1", at_ms=None):
    at_ns = (now_ms() if at_ms is None else at_ms) * 1_000_000
    return [
        Exchange(new_id("req"), at_ns + n, 1, org_id, "key_1", "0x", "GET", f"/v1/{n}", 200)
        for n in range(number)
    ]


def kept(session: Session, org_id="org_1"):
    return session.exec(select(func.count()).where(RequestEntry.org_id == org_id)).one()


def test_of_very_many_at_a_time_the_newest_are_stored(database):
    store = noting(10_000)
    with database.transaction() as session:
        store(session, [*exchanges(PORTION + 50), *exchanges(3, "org_2")])
        assert (kept(session), kept(session, "org_2")) == (PORTION, 3)
        assert session.exec(select(func.min(RequestEntry.path))).one() == "/v1/0"
        first = session.exec(select(RequestEntry.path).where(RequestEntry.seq == 1)).one()
    assert first == "/v1/50"


def test_log_holds_no_more_than_it_may(database):
    store = noting(20)
    with database.transaction() as session:
        for _ in range(30):
            store(session, exchanges(3))
        assert 20 <= kept(session) < 26


def test_old_requests_are_forgotten(database):
    day = 86_400_000
    with database.transaction() as session:
        noting(100)(session, [*exchanges(2, at_ms=now_ms() - 8 * day), *exchanges(1)])
        assert forget(session, None, now_ms()) == 2  # type: ignore[arg-type]
        assert kept(session) == 1


def test_nothing_is_noted_where_the_log_is_off(database):
    with database.transaction() as session:
        noting(Settings(request_log=0).request_log)(session, exchanges(3))
        assert kept(session) == 0


def test_recordings_are_deleted_after_their_time(database):
    with database.transaction() as session:
        kept_id = service.start(session, "org_1", RecordingCreate(name="Story"), 0).id
        forget(session, None, now_ms() + service.KEPT_MS - 1000)  # type: ignore[arg-type]
        assert service.find(session, kept_id)
        forget(session, None, now_ms() + service.KEPT_MS + 1000)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            service.find(session, kept_id)


def failing(session, exchanges):
    raise RecursionError


def nobody(session):
    return frozenset()


def test_log_that_cannot_be_stored_troubles_nobody_who_looks_at_it(database):
    noted = RequestLog(database, failing, nobody, kept=True)

    async def note():
        noted.note(exchanges(1)[0])

    asyncio.run(note())
    noted.write()


def test_bodies_take_no_more_memory_than_they_may(database):
    held: list[Exchange] = []
    noted = RequestLog(database, lambda session, some: held.extend(some), nobody, kept=True)
    body = b"x" * 1024 * 1024

    async def note():
        for one in exchanges(100):
            one.body = body
            noted.note(one)

    asyncio.run(note())
    noted.write()
    assert len(held) == 100
    assert sum(one.size for one in held) <= 64 * len(body)
    assert [one.left_out for one in held] == [False] * 64 + [True] * 36


def test_recording_says_that_something_was_left_out(database):
    with database.transaction() as session:
        recording = service.start(session, "org_1", RecordingCreate(name="Story"), 0)
        [one] = exchanges(1)
        one.body, one.left_out = b"", True
        noting(10)(session, [one])
        assert (recording.full, recording.steps) == (True, 0)
