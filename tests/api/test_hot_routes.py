"""What is served ahead of the framework is answered as the framework would answer it."""

import contextlib
import json
from uuid import uuid4

import httpx
import pytest

from pocplatform.main import create_app
from tests.conftest import served
from tests.processes import NO_TLS

JSON = {"Content-Type": "application/json"}


class Forms:
    """The two forms of one platform; how often the hot one left a request to the other."""

    def __init__(self, hot, ordinary, app):
        self.hot, self.ordinary, self.left = hot, ordinary, 0
        leave = app.hot._app

        async def counted(scope, receive, send):
            self.left += scope["type"] == "http"
            await leave(scope, receive, send)

        app.hot._app = counted


@pytest.fixture(scope="module")
def forms(platform):
    hot, ordinary = create_app(platform), create_app(platform, hot=False)
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(
                httpx.Client(base_url=stack.enter_context(served(app)), timeout=40, verify=NO_TLS)
            )
            for app in (hot, ordinary)
        ]
        yield Forms(*clients, hot)


@pytest.fixture(scope="module")
def payer(join):
    return join("Maksaja Oy", fund=10_000)


def key_of(member):
    return member.api.headers["Authorization"]


def good(member, amount=1):
    return {
        "content": json.dumps({"to": member.address, "amount": amount}).encode(),
        "headers": {**JSON, "Authorization": key_of(member), "Idempotency-Key": str(uuid4())},
    }


def without_ids(answer):
    """What must be the same in both forms: all but ids, times and where it stands."""
    body = answer.json()
    if "transaction" in body:
        moving = ("id", "nonce", "hash", "block", "created", "resource", "status", "gas_used")
        body["transaction"] = {k: v for k, v in body["transaction"].items() if k not in moving}
    for name in ("id", "created", "request_id", "docs", "type"):
        body.pop(name, None)
    moving = {"date", "request-id", "location", "content-length"}
    moving |= {"ratelimit-remaining", "ratelimit-reset"}
    headers = {k: v for k, v in answer.headers.items() if k not in moving}
    return answer.status_code, body, headers, set(answer.headers)


def both(forms, request, path="/v1/transfers"):
    """The answers of both forms to the same request; each with a key of its own."""
    answers = []
    for client in (forms.hot, forms.ordinary):
        headers = dict(request["headers"])
        if headers.get("Idempotency-Key"):
            headers["Idempotency-Key"] += f" {client.base_url}"
        answers.append(client.post(path, content=request["content"], headers=headers))
    return answers


@pytest.mark.parametrize("path", ["/v1/transfers", "/v1/transfers?wait=20"])
def test_plain_request_is_served_ahead_with_the_same_answer(forms, payer, path):
    left = forms.left
    hot, ordinary = both(forms, good(payer), path)
    assert forms.left == left
    assert hot.status_code == (200 if "wait" in path else 202)
    assert without_ids(hot) == without_ids(ordinary)
    assert hot.headers["Location"] == f"/v1/payments/{hot.json()['id']}"


def test_write_that_was_waited_for_reads_as_it_was_answered(forms, payer):
    answer = forms.hot.post("/v1/transfers?wait=20", **good(payer))
    assert answer.json()["transaction"]["status"] == "confirmed"
    assert payer.api.get(answer.headers["Location"]).json() == answer.json()


def test_refusal_by_the_contract_has_the_same_answer(forms, join):
    poor = join()
    left = forms.left
    hot, ordinary = both(forms, good(poor, 7), "/v1/transfers?wait=20")
    assert forms.left == left
    assert hot.json()["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert without_ids(hot)[:2] == without_ids(ordinary)[:2]


def changed(request, *, content=None, **headers):
    merged = {**request["headers"], **{k.replace("_", "-"): v for k, v in headers.items()}}
    return {
        "content": request["content"] if content is None else content,
        "headers": {k: v for k, v in merged.items() if v is not None},
    }


ODD = {
    "no key": lambda r: changed(r, Authorization=None),
    "unknown key": lambda r: changed(r, Authorization="Bearer sk_test_nobody"),
    "other scheme": lambda r: changed(r, Authorization="Basic abc"),
    "no idempotency key": lambda r: changed(r, Idempotency_Key=None),
    "empty idempotency key": lambda r: changed(r, Idempotency_Key=""),
    "long idempotency key": lambda r: changed(r, Idempotency_Key="k" * 256),
    "no content type": lambda r: changed(r, Content_Type=None),
    "text": lambda r: changed(r, Content_Type="text/plain"),
    "charset": lambda r: changed(r, Content_Type="application/json; charset=utf-8"),
    "prefer": lambda r: changed(r, Prefer="wait=20"),
    "empty body": lambda r: changed(r, content=b""),
    "no JSON": lambda r: changed(r, content=b'{"to":'),
    "a list": lambda r: changed(r, content=b"[]"),
    "unknown field": lambda r: changed(r, content=r["content"][:-1] + b', "more": 1}'),
    "amount as text": lambda r: changed(r, content=r["content"].replace(b"1}", b'"1"}')),
    "amount of nothing": lambda r: changed(r, content=r["content"].replace(b"1}", b"0}")),
    "fraction": lambda r: changed(r, content=r["content"].replace(b"1}", b"1.0}")),
    "endless amount": lambda r: changed(r, content=r["content"].replace(b"1}", b"1e999}")),
    "many digits": lambda r: changed(r, content=r["content"].replace(b"1}", b"9" * 5000 + b"}")),
    "escapes": lambda r: changed(r, content=r["content"].replace(b'"to"', b'"t\\u006f"')),
    "half a character": lambda r: changed(r, content=b'{"to": "\\ud800", "amount": 1}'),
    "no UTF-8": lambda r: changed(r, content=b'{"to": "\xff", "amount": 1}'),
    "large body": lambda r: changed(r, content=r["content"] + b" " * 5000),
    "nobody": lambda r: changed(r, content=b'{"to": "org_nobody", "amount": 1}'),
    "wrong checksum": lambda r: changed(
        r, content=b'{"to": "0x70997970c51812DC3A010C7d01b50e0d17dc79C8", "amount": 1}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("language", ["en", "fi"])
def test_odd_request_has_the_answer_of_the_ordinary_endpoint(forms, payer, name, language):
    request = ODD[name](changed(good(payer), Accept_Language=language))
    hot, ordinary = both(forms, request)
    assert without_ids(hot) == without_ids(ordinary)


@pytest.mark.parametrize(
    "query", ["wait=31", "wait=-1", "wait=2.5", "wait=", "wait=1&wait=2", "x=1"]
)
def test_odd_query_has_the_answer_of_the_ordinary_endpoint(forms, payer, query):
    hot, ordinary = both(forms, good(payer), f"/v1/transfers?{query}")
    assert without_ids(hot)[:2] == without_ids(ordinary)[:2]


def test_header_that_comes_twice_has_the_answer_of_the_ordinary_endpoint(forms, payer):
    request = good(payer)
    headers = [*request["headers"].items(), ("Idempotency-Key", "another")]
    left = forms.left
    answers = [
        client.post("/v1/transfers", content=request["content"], headers=headers)
        for client in (forms.hot, forms.ordinary)
    ]
    assert forms.left == left + 1
    assert answers[0].json()["id"] == answers[1].json()["id"]  # the second replays the first


def test_key_used_in_one_form_is_known_in_the_other(forms, payer):
    request = good(payer)
    first = forms.hot.post("/v1/transfers", **request)
    again = forms.ordinary.post("/v1/transfers", **request)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]


def test_unexpected_error_is_told_with_its_request_id_and_undoes_the_write(
    forms, payer, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr("pocplatform.domains.payments.endpoints.service.shown", lambda *_: 1 / 0)
        hot, ordinary = both(forms, good(payer))
    assert hot.json()["code"] == "internal_error"
    assert hot.json()["request_id"] == hot.headers["Request-Id"]
    assert without_ids(hot)[:2] == without_ids(ordinary)[:2]
