"""What the gateway refuses before anything behind it sees it; no platform is needed for that."""

import json

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from pocplatform.http import errors
from pocplatform.http.guard import MAX_BODY, MAX_DEPTH


@pytest.fixture
def client():
    app = FastAPI()
    errors.install(app)

    @app.post("/v1/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/form")
    async def form(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/v1/things/{thing}")
    def thing(thing: str, q: str = "") -> dict[str, str]:
        return {"thing": thing, "q": q}

    return TestClient(app)


def post(client, body, media_type="application/json", path="/v1/echo"):
    return client.post(path, content=body, headers={"Content-Type": media_type})


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "plain"}',
        '{"a": "äöå 😀"}'.encode(),
        b'{"a": "\\ud83d\\ude00"}',  # a whole pair of surrogates
        b'{"a": "\\\\u0000"}',  # a backslash, not a NUL
        b'{"a": ' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}",
        b"[1.5, -3, 1e300, null, true]",
        b'"' + b"x" * (MAX_BODY - 2) + b'"',
    ],
)
def test_good_json_passes_as_it_came(client, body):
    answer = post(client, body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"bytes": len(body)}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"not json", 400, "bad_request"),
        (b'{"a": 1,}', 400, "bad_request"),
        (b'{"a": "\x00"}', 400, "bad_request"),
        (b'{"a": "\xff\xfe"}', 400, "bad_request"),
        (b'{"a": "\xed\xa0\x80"}', 400, "bad_request"),
        (b"[" * 100_000, 400, "bad_request"),
        (b"[" * 50_000 + b"]" * 50_000, 400, "bad_request"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 400, "bad_request"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), 400, "bad_request"),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "bad_request"),
        (b'{"a": NaN}', 422, "invalid_input"),
        (b'{"a": [-Infinity]}', 422, "invalid_input"),
        (b'{"a": 1e999}', 422, "invalid_input"),
        (b'{"a": {"b": ["x", "nul \\u0000"]}}', 422, "invalid_input"),
        (b'{"\\u0000": 1}', 422, "invalid_input"),
        (b'{"a": "\\ud800"}', 422, "invalid_input"),
        (b'{"\\udfff": 1}', 422, "invalid_input"),
        (b'"' + b"x" * MAX_BODY + b'"', 413, "body_too_large"),
    ],
)
def test_body_that_nothing_can_work_with_is_refused(client, body, status, code):
    answer = post(client, body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["detail"].endswith(".")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_refusal_names_the_place(client):
    answer = post(client, json.dumps({"a": {"b": ["x", "\0"]}}).encode())
    assert answer.json()["param"] == "a.b[1]"


def test_body_in_pieces_without_length_is_measured_too(client):
    def pieces():
        for _ in range(20):
            yield b" " * (MAX_BODY // 10)

    answer = client.post("/v1/echo", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_body_that_claims_to_be_too_large_is_refused_unread(client):
    headers = {"Content-Type": "application/json", "Content-Length": str(MAX_BODY + 1)}
    assert client.post("/v1/echo", content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", "", "x"]
)
def test_body_that_is_not_declared_as_json_is_refused_with_what_to_send(client, media_type):
    answer = post(client, b'{"a": 1}', media_type)
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"
    assert "Content-Type: application/json" in answer.json()["next_step"]


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
)
def test_declaration_as_json_is_read_as_http_has_it(client, media_type):
    assert post(client, b'{"a": 1}', media_type).status_code == 200


def test_empty_body_needs_no_declaration(client):
    assert client.post("/v1/echo").json() == {"bytes": 0}


def test_what_is_not_the_api_takes_forms(client):
    answer = post(client, b"a=1", "application/x-www-form-urlencoded", "/form")
    assert answer.json() == {"bytes": 3}


def test_nul_in_path_or_query_is_refused(client):
    assert client.get("/v1/things/a%00b").status_code == 404
    answer = client.get("/v1/things/a?q=%00")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert client.get("/v1/things/a?q=%2500").json()["q"] == "%00"


def test_method_that_is_not_possible_names_those_that_are(client):
    answer = client.delete("/v1/echo")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.json()["detail"] == "DELETE is not possible at /v1/echo."
