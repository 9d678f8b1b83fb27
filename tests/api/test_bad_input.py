"""What the document of an operation forbids is refused, in words, and nothing is written.

For every operation, made of its schema and its example: what is missing, unknown, of the wrong
type, negative, zero, too large, too long, and ids that name nothing. What a thing's state, money
and time forbid is tested with each domain.
"""

import contextlib
import json
import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, literal, select, union_all
from sqlmodel import SQLModel

from pocplatform.http.guard import MAX_BODY
from pocplatform.routers import PROJECTIONS
from pocplatform.web.pages import error_classes
from tests.api.bad_values import bad_bodies, bad_parameters, boundless, open_objects
from tests.api.operations import operations

ALL = operations()
ADDRESSED = [one for one in ALL if "{" in one.path]

CODES = {kind.code for kind in error_classes()}

NOT_THE_REQUESTS = {
    "blocks", "checkpoints", "transaction_history", "events", "event_audience", "requests",
    *(table.__tablename__ for table in PROJECTIONS.tables),
}  # fmt: skip
"""Tables that the engine and the request log write, when they get to it."""


@pytest.fixture
def rows(platform):
    """How many rows there are in the tables that requests write."""

    statement = union_all(
        *(
            select(literal(table.name), func.count()).select_from(table)
            for table in SQLModel.metadata.sorted_tables
            if table.name not in NOT_THE_REQUESTS
        )
    )

    def count():
        with platform.gateway.database.snapshot() as session:
            return {name: number for name, number in session.connection().execute(statement)}

    return count


def caller(makers, one):
    return makers.world.admin if "admin" in one.scopes else makers.world.member.api


def send(api, one, language="en", **request):
    headers = {"Idempotency-Key": "bad input", "Accept-Language": language}
    request.setdefault("headers", {}).update(headers)
    return api.request(one.verb, one.anywhere(), **request)


LOOKED_FOR_FIRST = {
    "post /v1/agreements/{agreement_id}/verify_document",
    "get /v1/agreements/{agreement_id}/document.pdf",
    "get /v1/contracts/{contract_id}/events",
    "post /v1/contracts/{contract_id}/simulate/{function}",
}
"""They say that there is no such thing before they say what else is wrong; what that is, is tested
with their domains."""


def check(answer, bad):
    """A refusal that names what is wrong, with a code that the documents list."""
    problem = answer.json()
    assert answer.status_code == 422, f"{bad.what}: {answer.status_code} {answer.text}"
    assert problem["code"] in CODES, bad.what
    named = problem.get("param", "").partition(".")[0].partition("[")[0]
    assert named == bad.field, f"{bad.what}: {answer.text}"
    assert problem["detail"]
    assert answer.headers["Content-Language"] == "en"
    return problem["detail"]


def is_of(body, param):
    """Whether a field is one of this body: all but the last of its path, which may be missing."""
    *around, last = re.findall(r"[^.\[\]]+", param)
    for step in around:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return isinstance(body, dict) or (isinstance(body, list) and last.isdigit())


WRITES = [one for one in ALL if one.verb != "get"]
WITH_BODY = [one for one in ALL if "requestBody" in one.entry and str(one) not in LOOKED_FOR_FIRST]
WITH_QUERY = [one for one in ALL if any(bad_parameters(one)) and str(one) not in LOOKED_FOR_FIRST]


@pytest.mark.parametrize("one", WITH_BODY, ids=map(str, WITH_BODY))
def test_body_that_the_document_forbids_is_refused_and_leaves_nothing(makers, rows, one):
    api, before = caller(makers, one), rows()
    said = {}
    for bad in bad_bodies(one):
        answer = send(api, one, json=bad.value)
        detail = check(answer, bad)
        assert is_of(bad.value, answer.json()["param"]), f"{bad.what}: {answer.text}"
        said.setdefault(detail.partition(" ")[2], (detail, bad))
    assert said
    for detail, bad in said.values():
        finnish = send(api, one, "fi", json=bad.value)
        assert finnish.headers["Content-Language"] == "fi"
        assert finnish.json()["detail"] not in ("", detail)
    assert rows() == before


@pytest.mark.parametrize("one", WITH_BODY, ids=map(str, WITH_BODY))
def test_body_that_is_no_json_object_is_refused(makers, one):
    api = caller(makers, one)
    declared = {"Content-Type": "application/json"}
    for content, headers, status in (
        (b"{", declared, 400),
        (b'{"a": NaN}', declared, 422),
        (b"\xff", declared, 400),
        (b"[" * 5_000, declared, 400),
        (b'{"a":' * 65 + b"1" + b"}" * 65, declared, 400),
        (b"[]", declared, 422),
        (b'"text"', declared, 422),
        (b"{}", {"Content-Type": "text/plain"}, 415),
    ):
        answer = send(api, one, content=content, headers=dict(headers))
        assert answer.status_code == status, f"{content[:20]!r}: {answer.text}"
        assert answer.json()["code"] in CODES


@pytest.mark.parametrize("one", WRITES, ids=map(str, WRITES))
def test_body_that_claims_to_be_too_large_is_refused_unread(base_url, one):
    with contextlib.closing(HTTPConnection(urlsplit(base_url).netloc, timeout=40)) as connection:
        connection.putrequest(one.verb.upper(), one.anywhere())
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(MAX_BODY + 1))
        connection.endheaders()  # and nothing more is sent
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("one", WITH_QUERY, ids=map(str, WITH_QUERY))
def test_parameter_that_the_document_forbids_is_refused(makers, one):
    api = caller(makers, one)
    body = {} if one.example is None else {"json": one.example}
    for bad in bad_parameters(one):
        check(send(api, one, params={bad.field: bad.value}, **body), bad)


ANYBODY = {
    # They answer about any account of the chain, also one that nobody here knows.
    "get /v1/balances/{who}",
    "get /1.0/identifiers/{did}",
    "get /v1/spaces/{space_id}/visitors/{who}",
}


@pytest.mark.parametrize("one", ADDRESSED, ids=map(str, ADDRESSED))
def test_id_that_names_nothing_is_answered_in_words(makers, rows, one):
    if str(one) in ANYBODY:
        return
    body = {} if one.example is None else {"json": one.example}
    before = rows()
    english, finnish = (
        send(caller(makers, one), one, language, **body) for language in ("en", "fi")
    )
    # The sandbox signs for the caller, so there is nothing to prepare, whatever it is about.
    possible = (404, 409, 422) if one.path.endswith("/prepare") else (404, 422)
    assert english.status_code in possible, english.text
    assert english.json()["code"] in CODES
    assert finnish.json()["detail"] != english.json()["detail"]
    assert rows() == before


def test_no_body_takes_a_field_that_is_not_in_the_document():
    """Mass assignment: also of the objects within. (What maps names to values has no fields.)"""
    ours = [one for one in ALL if "requestBody" in one.entry and "/x402/" not in one.path]
    found = {f"{one}: {place}" for one in ours for place in open_objects(one)}
    assert not found, "\n".join(sorted(found))


def test_every_field_of_a_body_has_bounds():
    ours = [one for one in WITH_BODY if not one.path.startswith("/v1/x402/")]  # as x402 has them
    found = {f"{one}: {field}" for one in ours for field in boundless(one)}
    assert not found, "\n".join(sorted(found))
