"""The matrix of authorization: every operation with every kind of caller that may not do it."""

import time

import pytest
from sqlmodel import select

from pocplatform.domains.wallets.models import SignInSession
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from tests.api.operations import PUBLIC, operations
from tests.api.signing_in import new_wallet, sign_in
from tests.conftest import Api

ALL = operations()
CLOSED = [one for one in ALL if not one.public]
SCOPES = ("read", "write", "manage", "admin")
"""Each includes those before it."""

CHANGE_NOTHING = {
    "post /v1/agreement_templates/preview",
    "post /v1/agreements/{agreement_id}/verify_document",
    "post /v1/contracts/{contract_id}/call/{function}",
    "post /v1/contracts/{contract_id}/simulate/{function}",
    "post /v1/simulate",
}
"""They have a body, and no effect."""

closed_operation = pytest.mark.parametrize("one", CLOSED, ids=map(str, CLOSED))


def test_document_says_which_operations_need_no_key():
    assert {(one.verb, one.path) for one in ALL if not one.scopes} == PUBLIC, (
        "What needs no key stands in PUBLIC of tests/api/operations.py; everything else asks for a "
        "Reader, Writer or Admin."
    )


def test_what_changes_something_needs_more_than_the_right_to_read():
    to_read = [str(one) for one in CLOSED if one.verb != "get" and one.scopes == {"read"}]
    assert set(to_read) == CHANGE_NOTHING | {"post /v1/sign_out"}


def ask(api, one):
    """With the example of its body, about nothing in particular."""
    body = {} if one.example is None else {"json": one.example}
    headers = {"Idempotency-Key": new_id("key")}
    with api.stream(one.verb, one.anywhere(), headers=headers, **body) as answer:
        if not answer.headers["Content-Type"].startswith("text/event-stream"):  # which has no end
            answer.read()
    return answer


def refusal(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("one", ALL, ids=map(str, ALL))
def test_operation_without_key_is_refused_unless_it_is_meant_to_be_open(anonymous, one):
    answer = ask(anonymous, one)
    assert answer.status_code < 500
    if one.public:
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert refusal(answer) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.fixture(scope="session")
def keys(makers, base_url):
    """A client for each scope, one whose key was revoked, one whose session is over."""
    owner, account = makers.world.join(), new_wallet()

    def secret(scope):
        answer = owner.api.post("/v1/api_keys", json={"scope": scope})
        assert answer.status_code == 201, answer.text
        return answer.json()

    revoked, ended = secret("manage"), sign_in(owner.api, account)
    assert owner.api.write(f"/v1/api_keys/{revoked['id']}/revoke").status_code == 200
    with Api(base_url, ended["token"]) as api:
        assert api.post("/v1/sign_out").json()["ended"] is not None
    secrets = {scope: secret(scope)["secret_key"] for scope in SCOPES[:3]}
    secrets |= {"revoked": revoked["secret_key"], "ended": ended["token"]}
    clients = {name: Api(base_url, found) for name, found in secrets.items()}
    _wait_until_refused(clients["ended"])  # it has been in use, so it is remembered for a second
    yield clients
    for client in clients.values():
        client.close()


def _wait_until_refused(client):
    deadline = time.monotonic() + 10
    while client.get("/v1/wallets").status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="session")
def expired(platform, makers, base_url):
    """A client whose session has come to its end."""
    found = sign_in(makers.world.member.api, new_wallet())
    with platform.gateway.database.transaction() as session:
        row = session.exec(select(SignInSession).where(SignInSession.id == found["id"])).one()
        row.expires_ms = now_ms() - 1
        session.add(row)
    with Api(base_url, found["token"]) as client:
        yield client


@pytest.fixture(scope="session")
def refused(keys, expired, base_url):
    """Clients that nothing is open to, by what is wrong with them."""
    with Api(base_url, "sk_test_" + "0" * 48) as unknown:
        yield {
            "a key that nobody has": unknown,
            "a revoked key": keys["revoked"],
            "a session that was ended": keys["ended"],
            "an expired session": expired,
        }


@closed_operation
def test_operation_refuses_everybody_whose_key_or_session_opens_nothing(refused, one):
    answers = {kind: refusal(ask(api, one)) for kind, api in refused.items()}
    assert answers == dict.fromkeys(refused, (401, "unauthenticated"))


@closed_operation
def test_key_without_the_scope_is_refused_and_told_what_is_missing(keys, one):
    needed = max(one.scopes, key=SCOPES.index)
    for scope in SCOPES[: SCOPES.index(needed)]:
        answer = ask(keys[scope], one)
        assert refusal(answer) == (403, "forbidden"), scope
        assert needed in answer.json()["detail"] or needed == "admin"
    if needed != "admin":
        answer = ask(keys[needed], one)
        assert answer.status_code < 500
        assert answer.is_success or answer.json()["code"] not in ("forbidden", "unauthenticated")
