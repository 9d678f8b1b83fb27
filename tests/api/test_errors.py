"""Every failure has the same shape (RFC 9457), tells the next step and leaks nothing."""

import os
import signal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pocplatform.domains.organizations.keys import secret_hash
from pocplatform.domains.organizations.models import ApiKey
from pocplatform.main import create_app
from tests.unit.outbox.harness import Bench

MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "docs"}
OPTIONAL = {"param", "next_step"}


def check(answer, status, code, *further):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] in ("en", "fi")
    problem = answer.json()
    assert set(problem) - OPTIONAL == MEMBERS | set(further)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == problem["docs"]
    assert problem["type"].endswith(f"/docs/errors#{code}")
    assert problem["request_id"] == answer.headers["Request-Id"]
    assert answer.headers.get_list("Request-Id") == [problem["request_id"]]
    assert problem["title"]
    assert problem["detail"][-1] in ".!?"
    return problem


def test_401_says_how_to_sign_in(anonymous):
    answer = anonymous.get("/v1/payments")
    problem = check(answer, 401, "unauthenticated")
    assert "Authorization: Bearer" in problem["next_step"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_404_names_the_path_or_the_thing(join, anonymous):
    problem = check(anonymous.get("/v1/nothing/here"), 404, "not_found")
    assert "/v1/nothing/here" in problem["detail"]
    problem = check(join().api.get("/v1/payments/pay_unknown"), 404, "not_found")
    assert "pay_unknown" in problem["detail"]


def test_405_names_the_methods_that_are_possible(anonymous):
    answer = anonymous.put("/v1/organizations", json={})
    check(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"
    assert anonymous.put("/v1/api_keys", json={}).headers["Allow"] == "GET, POST"
    assert anonymous.delete("/v1/agreements/agr_1/sign").headers["Allow"] == "POST"


def test_409_for_a_business_id_in_use(anonymous, join):
    taken = join().api.get("/v1/organizations/me").json()["business_id"]
    answer = anonymous.post("/v1/organizations", json={"name": "Oy", "business_id": taken})
    problem = check(answer, 409, "conflict")
    assert taken in problem["detail"]
    assert problem["param"] == "business_id"


def test_422_of_validation_names_the_field(join):
    problem = check(join().api.write("/v1/faucet", {"amount": "many"}), 422, "invalid_input")
    assert problem["param"] == "amount"


def test_422_of_a_contract_has_its_error(join):
    member = join()
    answer = member.api.write("/v1/transfers", {"to": member.address, "amount": 1})
    problem = check(answer, 422, "contract_reverted", "contract_error")
    error = problem["contract_error"]
    assert {"name", "args", "explanation"} <= set(error)
    assert error["name"] == "ERC20InsufficientBalance"


def test_422_of_a_contract_that_refused_later_names_the_transaction(join):
    """Accepted behind a write that is still on its way, refused when it was its turn."""
    for _ in range(20):  # where the first is mined already, the second is not accepted at all
        payer, payee = join(fund=100), join()
        first = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 80}, wait=0)
        assert first.status_code == 202
        answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 80})
        assert answer.status_code == 422
        assert answer.json()["code"] == "contract_reverted"
        assert payee.api.get("/v1/balance").json()["amount"] == 80
        if "transaction" in answer.json():
            break
    else:
        pytest.fail("the second write never came while the first was on its way")
    row = payer.api.get(f"/v1/transactions/{answer.json()['transaction']}").json()
    assert (row["status"], row["nonce"]) == ("refused", None)


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b'{"amount": 1}', "text/plain", 415, "unsupported_media_type"),
        (b'{"amount": "\xff"}', "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 400, "bad_request"),
        (b'{"amount": 1, "x": "\\u0000"}', "application/json", 422, "invalid_input"),
        (b'{"amount": 1, "\\ud800": 1}', "application/json", 422, "invalid_input"),
        (b" " * 1_048_577, "application/json", 413, "body_too_large"),
        (b"[]", "application/json", 422, "invalid_input"),
        (b"null", "application/json", 422, "invalid_input"),
    ],
)
def test_body_that_cannot_be_used_is_a_problem_like_all_others(
    join, content, media_type, status, code
):
    headers = {"Content-Type": media_type, "Idempotency-Key": "k"}
    check(join().api.post("/v1/faucet", content=content, headers=headers), status, code)


def test_body_where_none_is_expected_does_no_harm(join):
    member = join()
    for content in (b"{}", b'{"deep": ' + b"[" * 60 + b"]" * 60 + b"}"):
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(len(content))}
        answer = member.api.post("/v1/identities", content=content, headers=headers)
        assert answer.status_code < 500


def test_nul_in_the_address_is_refused(join):
    api = join().api
    check(api.get("/v1/payments/%00"), 404, "not_found")
    check(api.get("/v1/payments?starting_after=%00"), 422, "invalid_input")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(None, "en"), ("fi", "fi"), ("fi-FI,en;q=0.5", "fi"), ("sv, en;q=0.2", "en"),
     ("fi;q=0.1, en;q=0.9", "en"), ("*", "en"), ("fi;q=0", "en"), (";;,=", "en")],
)  # fmt: skip
def test_language_of_the_sentences_follows_accept_language(anonymous, wanted, language):
    headers = {"Accept-Language": wanted} if wanted else {}
    answer = anonymous.get("/v1/payments", headers=headers)
    check(answer, 401, "unauthenticated")
    assert answer.headers["Content-Language"] == language
    assert (answer.json()["title"] == "Sign in first") == (language == "en")


def test_500_tells_nothing_of_the_inside(platform, caplog):
    app = create_app(platform)

    @app.get("/v1/boom")
    def boom() -> None:
        raise RuntimeError("secret internals: password=hunter2")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/v1/boom")
        problem = check(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    logged = [r for r in caplog.records if problem["request_id"] in r.getMessage()]
    assert logged
    assert "hunter2" in str(logged[0].exc_info)


def test_503_while_the_platform_starts(platform):
    app = create_app(platform)
    client = TestClient(app)  # not entered: the lifespan has not run
    answer = client.get("/v1/chain")
    check(answer, 503, "not_ready")
    assert answer.headers["Retry-After"] == "1"


def test_429_when_too_many_writes_wait_and_424_when_the_chain_is_gone(data_dir):
    bench = Bench(data_dir)
    try:
        with TestClient(create_app(bench.platform)) as client:
            signed_up = client.post("/v1/organizations", json={"name": "Oy"}).json()
            headers = {"Authorization": f"Bearer {signed_up['secret_key']}"}
            bench.outbox.max_queued = 2
            answers = [
                client.post(
                    "/v1/faucet", json={"amount": 1}, headers=headers | {"Idempotency-Key": str(n)}
                )
                for n in range(3)
            ]
            assert [a.status_code for a in answers] == [202, 202, 429]
            check(answers[2], 429, "queue_full")
            assert int(answers[2].headers["Retry-After"]) > 0
            bench.settle()
            again = client.post(
                "/v1/faucet", json={"amount": 1}, headers=headers | {"Idempotency-Key": "2"}
            )
            assert again.status_code == 202
            os.kill(bench.devnet_pid(), signal.SIGKILL)
            for path in ("/v1/balance", "/v1/chain"):
                problem = check(client.get(path, headers=headers), 424, "chain_unreachable")
                assert problem["next_step"]
    finally:
        bench.close()


def test_403_for_a_key_without_the_scope(platform):
    """No verb gives out such keys yet, so it is written into the table."""
    with TestClient(create_app(platform)) as client:
        secret = client.post("/v1/organizations", json={"name": "Oy"}).json()["secret_key"]
        with platform.gateway.database.transaction() as session:
            row = session.exec(select(ApiKey).where(ApiKey.hash == secret_hash(secret))).one()
            row.scopes = ["read"]
            session.add(row)
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
        assert client.get("/v1/balance", headers=headers).status_code == 200
        answer = client.post("/v1/faucet", json={"amount": 1}, headers=headers)
        problem = check(answer, 403, "forbidden")
        assert "write" in problem["detail"]
