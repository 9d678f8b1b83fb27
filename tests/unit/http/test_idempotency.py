"""What counts as the same request, how long keys are kept, and how long a request waits."""

import json

import pytest
from sqlmodel import select

from pocplatform.http import prepared
from pocplatform.http.command import requested_wait
from pocplatform.http.idempotency import (
    FORGETTING,
    KEPT_DAYS,
    IdempotencyKey,
    Stored,
    blank,
    fingerprint,
    store,
)
from pocplatform.http.prepared import PreparedWrite
from pocplatform.kit.bulk import Json, write_staged
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import InvalidInput

DAY_MS = 86_400_000


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'db'}")
    made.migrate()
    yield made
    made.close()


def test_keys_are_forgotten_after_their_time_and_no_others(database):
    now = now_ms()
    days = [KEPT_DAYS + 1] * 3 + [KEPT_DAYS - 1] * 2
    with database.transaction() as session:
        for number, age in enumerate(days):
            session.add(
                IdempotencyKey(
                    scope="org POST /", key=str(number), fingerprint="", status=200, body={},
                    resource="", about="", transactions=[], created_ms=now - age * DAY_MS,
                )
            )  # fmt: skip
    for expected in (3, 0):
        with database.transaction() as session:
            assert FORGETTING.run(session, None, now) == expected
    with database.snapshot() as session:
        assert set(session.exec(select(IdempotencyKey.key))) == {"3", "4"}


def test_submitted_writes_are_forgotten_with_their_keys_and_no_others(database):
    now = now_ms()
    with database.transaction() as session:
        for name, age, submitted in (
            ("old", KEPT_DAYS + 1, True), ("young", KEPT_DAYS - 1, True), ("open", 0, False),
        ):  # fmt: skip
            session.add(
                PreparedWrite(
                    id=name, tenant="org", address="0x1", path="/", body="{}",
                    submitted_ms=now - age * DAY_MS if submitted else None,
                    expires_ms=now - age * DAY_MS, created_ms=now - age * DAY_MS,
                )
            )  # fmt: skip
    for expected in (1, 0):
        with database.transaction() as session:
            assert prepared.FORGETTING.run(session, None, now) == expected
    with database.snapshot() as session:
        assert set(session.exec(select(PreparedWrite.id))) == {"young", "open"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'),
        (b'{"a": "\\u00e4"}', '{"a": "ä"}'.encode()),
        (b"", b""),
    ],
)
def test_spacing_order_and_escapes_do_not_make_another_request(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1}', b'{"a": 2}'),
        (b'{"a": 1}', b'{"a": "1"}'),
        (b'{"a": [1, 2]}', b'{"a": [2, 1]}'),
        (b"", b"{}"),
        (b"not json", b"not  json"),
        (b"[" * 100_000, b"[" * 100_001),
    ],
)
def test_other_content_makes_another_request(one, other):
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("query", "prefer", "seconds"),
    [
        (None, None, 0),
        (5.5, None, 5.5),
        (0.0, "wait=9", 0),
        (None, "wait=9", 9),
        (None, "respond-async, Wait=10", 10),
        (None, "wait=soon", 0),
        (None, "wait=\xb2", 0),  # a digit to Python, not to HTTP
        (None, "wait=-1", 0),
    ],
)
def test_wait_is_taken_from_query_or_prefer_header(query, prefer, seconds):
    assert requested_wait(query, prefer) == seconds


@pytest.mark.parametrize("seconds", [-1, 30.1, float("nan"), float("inf")])
def test_wait_beyond_its_bounds_is_refused(seconds):
    with pytest.raises(InvalidInput) as caught:
        requested_wait(seconds, None)
    assert caught.value.param == "wait"


def test_answers_about_a_thing_and_those_that_name_it_are_blanked_on_postgresql(postgres):
    """On the database that tells JSON from text; on SQLite, the tests of erasure do it."""
    database = Database(postgres())
    database.migrate()
    answers = {
        "1": ("org_a POST /v1/agreements", "/v1/agreements/agr_x", {"title": "t"}),
        "2": ("org_a POST /v1/agreements/agr_x/amend", "/v1/agreements/agr_x/changes/chg_1", {}),
        "3": ("org_a POST /v1/batch", None, {"data": [{"body": {"id": "agr_x"}}]}),
        "4": ("org_a POST /v1/batch", None, {"data": [{"body": {"id": "agr_y"}}]}),
        "5": ("org_a POST /v1/agreements", "/v1/agreements/agrXx", {}),
        "6": ("org_a POST /v1/agreements/agr_x/sign/prepare", None, {}),
    }
    with database.transaction() as session:
        for key, (scope, location, body) in answers.items():
            stored = Stored("print", 200, Json(json.dumps(body)), location, "r", ())
            store(session, scope, key, stored)
        write_staged(session)
        blank(session, "/v1/agreements/agr_x")
    with database.snapshot() as session:
        rows = session.exec(select(IdempotencyKey)).all()
    database.close()
    assert {row.key for row in rows if row.body == {"erased": True}} == {"1", "2", "3", "6"}
    assert {row.key for row in rows if not row.fingerprint} == {"1", "2", "3", "6"}
