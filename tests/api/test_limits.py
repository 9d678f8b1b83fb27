"""Limits and headers as callers meet them, at ordinary endpoints and at those that carry load."""

import contextlib
import dataclasses
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from pocplatform.domains.devnets.endpoints.rpc import actor_in_address
from pocplatform.http.dependencies import actor, stranger
from pocplatform.http.limits import RateLimits
from pocplatform.kit.ids import new_id
from pocplatform.main import create_app
from tests.api.signing_in import new_wallet, sign_in


@pytest.fixture
def limited(platform, monkeypatch):
    """A gateway with other settings: ``with limited(rate_limit_key="2/day") as client: …``."""

    @contextlib.contextmanager
    def make(**settings):
        changed = platform.settings.model_copy(update=settings)
        gateway = dataclasses.replace(
            platform.gateway, settings=changed, limits=RateLimits(changed)
        )
        monkeypatch.setattr(platform, "gateway", gateway)
        with TestClient(create_app(platform)) as client:
            yield client

    return make


def sign_up(client):
    answer = client.post("/v1/organizations", json={"name": "Oy"})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['secret_key']}"}


def faucet(client, headers, amount=1, **more):
    key = {"Idempotency-Key": new_id("key")} | more
    return client.post("/v1/faucet", json={"amount": amount}, headers=headers | key)


def check_too_many(answer, limit):
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    assert answer.headers["RateLimit-Limit"] == str(limit)
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert answer.headers.get_list("Request-Id") == [answer.json()["request_id"]]


def test_key_that_asks_too_much_is_told_when_to_go_on(limited):
    with limited(rate_limit_key="3/day") as client:
        key = sign_up(client)
        for left in ("2", "1", "0"):
            answer = client.get("/v1/payments", headers=key)
            assert answer.status_code == 200
            assert answer.headers["RateLimit-Remaining"] == left
        check_too_many(client.get("/v1/payments", headers=key), 3)
        assert client.get("/v1/payments", headers=sign_up(client)).status_code == 200


def test_endpoints_that_carry_load_count_too(limited):
    with limited(rate_limit_key="2/day") as client:
        key = sign_up(client)
        answers = [faucet(client, key) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert [a.headers["RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
        check_too_many(answers[2], 2)


def test_request_counts_once_however_many_things_depend_on_its_caller(limited):
    with limited(rate_limit_key="9/day") as client:
        key = sign_up(client)
        answer = client.post("/v1/wallets", json={}, headers=key)
        assert (answer.status_code, answer.headers["RateLimit-Remaining"]) == (201, "8")


def test_who_comes_without_a_key_or_tries_keys_is_limited_by_address(limited):
    with limited(rate_limit_anonymous="3/day") as client:
        sign_up(client)
        wrong = {"Authorization": "Bearer sk_test_" + "0" * 48}
        assert client.get("/v1/payments", headers=wrong).status_code == 401
        sign_up(client)
        check_too_many(client.get("/v1/payments", headers=wrong), 3)
        check_too_many(client.post("/v1/organizations", json={"name": "Oy"}), 3)


def calls(dependant):
    yield dependant.call
    for one in dependant.dependencies:
        yield from calls(one)


def test_every_operation_counts_its_callers_by_key_or_by_address():
    uncounted = [
        route.path
        for route in create_app().state.api_routes
        if route.methods != {"OPTIONS"}  # a browser's own question before it asks
        and not {actor, stranger, actor_in_address} & set(calls(route.dependant))
    ]
    assert uncounted == [], "What needs no key says `dependencies=[Anonymous]`."


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/v1/x402/demo"),
        ("POST", "/v1/credentials/verify"),
        ("GET", "/v1/status_lists/stl_none"),
        ("POST", "/openid4vci/token"),
        ("POST", "/openid4vci/credential"),
        ("POST", "/openid4vp/responses/none"),
        ("GET", "/v1/agreement_proofs/0x00"),
    ],
)
def test_what_needs_no_key_is_limited_by_address(limited, verb, path):
    with limited(rate_limit_anonymous="1/day") as client:
        assert client.request(verb, path).status_code != 429
        check_too_many(client.request(verb, path), 1)


def test_faucet_gives_an_organization_so_much_a_day_whatever_its_wallets(limited):
    with limited(faucet_daily=100) as client:
        key = sign_up(client)
        assert faucet(client, key, 60).status_code == 202
        wallet = client.post("/v1/wallets", json={}, headers=key).json()["id"]
        other = client.post("/v1/api_keys", json={"wallet": wallet}, headers=key).json()
        other = {"Authorization": f"Bearer {other['secret_key']}"}
        answer = faucet(client, other, 41)
        assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")
        assert faucet(client, other, 40).status_code == 202
        told = client.get("/v1/organizations/me/quotas", headers=key).json()["quotas"]
        assert told[0] == {
            "what": "test_money", "used": 100, "limit": 100, "unit": "cents", "period": "day",
        }  # fmt: skip
        assert {one["what"]: one["used"] for one in told[1:]} == {
            "test_ether": 0, "storage": 0, "compilations": 0, "devnets": 0,
        }  # fmt: skip
        assert faucet(client, sign_up(client), 100).status_code == 202


def test_refused_request_takes_nothing_of_the_quota(limited):
    with limited(faucet_daily=100) as client:
        key = sign_up(client)
        for _ in range(3):
            assert faucet(client, key, 101).status_code == 403
        assert faucet(client, key, 100).status_code == 202


def test_organization_stores_no_more_than_it_may(limited):
    with limited(storage_mb=1) as client:
        key = sign_up(client)

        def draft():
            me = client.get("/v1/organizations/me", headers=key).json()["wallet"]["address"]
            other = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
            body = {
                "title": "x",
                "document": {"text": "x" * 190_000},
                "parties": [{"who": me, "role": "client"}, {"who": other, "role": "provider"}],
                "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
            }
            return client.post("/v1/agreements", json=body, headers=key)

        answers = [draft() for _ in range(6)]
        assert [answer.status_code for answer in answers] == [201] * 5 + [403]
        assert answers[-1].json()["code"] == "quota_exceeded"


def test_what_is_prepared_counts_as_stored(limited, anonymous):
    with limited(storage_mb=1) as client:
        token = sign_in(anonymous, new_wallet())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post(
            "/v1/faucet?wait=20",
            json={"amount": 9},
            headers=headers | {"Idempotency-Key": new_id("key")},
        ).is_success
        # Spaces around JSON are part of a body as anything else is.
        body = '{"to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "amount": 1}' + " " * 190_000
        answers = [
            client.post(
                "/v1/transfers/prepare",
                content=body,
                headers=headers
                | {"Idempotency-Key": new_id("key"), "Content-Type": "application/json"},
            )
            for _ in range(6)
        ]
        assert [answer.status_code for answer in answers] == [200] * 5 + [403], answers[0].text
        assert answers[-1].json()["code"] == "quota_exceeded"


ORIGIN = "https://puu.example"


def preflight(client, path, origin=ORIGIN):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key,content-type",
    }
    return client.options(path, headers=asked)


def test_page_that_is_configured_may_use_the_api_from_a_browser(limited):
    with limited(cors_origins=[ORIGIN]) as client:
        answer = preflight(client, "/v1/faucet")
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        key = sign_up(client)
        paid = faucet(client, key, Origin=ORIGIN)
        assert (paid.status_code, paid.headers["Access-Control-Allow-Origin"]) == (202, ORIGIN)
        assert "Request-Id" in paid.headers["Access-Control-Expose-Headers"]
        unknown = client.post(
            f"/v1/contracts/{new_id('ctr')}/call/name", json={}, headers=key | {"Origin": ORIGIN}
        )
        assert unknown.status_code == 404
        assert unknown.headers["Access-Control-Allow-Origin"] == ORIGIN
        refused = client.get("/v1/payments", headers={"Origin": ORIGIN})
        assert refused.status_code == 401
        assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in paid.headers


def test_other_pages_may_not(limited):
    with limited(cors_origins=[ORIGIN]) as client:
        assert preflight(client, "/v1/faucet", "https://evil.example").status_code == 400
        answer = client.get("/v1/chain", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers
    with limited(cors_origins=[]) as client:
        answer = client.get("/v1/chain", headers={"Origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/chain", "/v1/payments", "/v1/nothing", "/", "/docs"])
def test_answers_say_what_browsers_must_not_do_with_them(anonymous, path):
    answer = anonymous.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    if path.startswith("/v1"):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_endpoints_that_carry_load_have_the_same_headers(join):
    member = join()
    hot, ordinary = member.api.write("/v1/faucet", {"amount": 1}), member.api.get("/v1/payments")
    names = {name.lower() for name in ordinary.headers} - {"content-length"}
    assert names <= {name.lower() for name in hot.headers}


@pytest.mark.parametrize(
    "value", ["fi\r\nSet-Cookie: a=b", "x\ny: z", "\x00", "é\r\n\r\n<script>", "k" * 300]
)
def test_nothing_that_a_caller_sends_becomes_a_header(join, value):
    """Header injection: answers name what was asked for, in a Location too."""
    member, inside = join(), quote(value, safe="")
    service = {"type": "WebShop", "endpoint": "https://puu.example"}
    answers = [
        member.api.get(f"/v1/payments/{inside}"),
        member.api.get(f"/v1/agreements/{inside}/onchain"),
        member.api.write(f"/v1/identities/{inside}/services", service),
        member.api.write(f"/v1/identities/{member.did}{inside}/services", service),
    ]
    for answer in answers:
        assert answer.status_code in (400, 404, 422), answer.text
        assert not {"set-cookie", "y", "location"} & set(answer.headers)


@contextlib.contextmanager
def devnet_of(client, platform, key):
    """The path of the JSON-RPC of a new devnet."""
    made = client.post("/v1/devnets", json={"name": "Oma"}, headers=key).json()
    try:
        yield made["rpc_path"]
    finally:
        platform.gateway.devnets.forget(made["id"])


def batch(method, count):
    return [{"jsonrpc": "2.0", "id": number, "method": method} for number in range(count)]


def test_each_call_of_a_batch_to_a_devnet_counts(limited, platform):
    with limited(rate_limit_key="5/day") as client:
        key = sign_up(client)
        with devnet_of(client, platform, key) as path:  # the first of the five
            answer = client.post(path, json=batch("eth_subscribe", 3), headers=key)
            assert [one["error"]["code"] for one in answer.json()] == [-32601] * 3
            assert answer.headers["RateLimit-Remaining"] == "1"
            check_too_many(client.post(path, json=batch("evm_mine", 2), headers=key), 5)
            check_too_many(client.post(path, json=batch("evm_mine", 1), headers=key), 5)


def test_each_call_to_a_devnet_by_websocket_counts(limited, platform):
    with limited(rate_limit_key="6/day") as client:
        key = sign_up(client)
        with (
            devnet_of(client, platform, key) as path,
            client.websocket_connect(path, headers=key) as socket,  # the second
        ):
            socket.send_json(batch("eth_blockNumber", 3))
            assert [one["result"] for one in socket.receive_json()] == ["0x0"] * 3
            socket.send_json(batch("evm_mine", 2))
            assert socket.receive_json()["error"]["data"] == {"code": "rate_limited"}
