"""Every write that takes an idempotency key keeps what such a key promises.

How an answer is replayed is in ``test_idempotency.py``, for one of them; here every operation of
the OpenAPI document is held to the same, with the example of its body.
"""

import pytest

from pocplatform.http import idempotency
from pocplatform.kit.ids import new_id
from tests.api.operations import operations

WRITES = [one for one in operations() if one.key_parameter is not None]

KEEP_SECRETS = {
    "post /v1/webhooks",
    "post /v1/webhooks/{webhook_id}/rotate_secret",
    "post /v1/hackathons/{hackathon_id}/keys",
}
"""Their answers are put together anew with a secret that is kept elsewhere, so that one which was
never given has none; their own tests repeat them."""

STORED = [one for one in WRITES if str(one) not in KEEP_SECRETS]

every_write = pytest.mark.parametrize("write", WRITES, ids=map(str, WRITES))

WITHOUT_KEY = {
    # Their answers hold a secret, which is not stored:
    "post /v1/organizations",
    "post /v1/api_keys",
    "post /v1/api_keys/{key_id}/rotate",
    "post /v1/invitations",
    "post /v1/credential_offers",
    "post /v1/hackathons/join",
    # Good once by themselves:
    "post /v1/siwe/nonce",
    "post /v1/siwe/verify",
    "post /v1/sign_out",
    # Settled once by the payment's own nonce:
    "post /v1/x402/settle",
    # Changes nothing:
    "post /v1/x402/verify",
    "post /v1/credentials/verify",
    "post /v1/contracts/{contract_id}/call/{function}",
    "post /v1/contracts/{contract_id}/simulate/{function}",
    "post /v1/simulate",
    "post /v1/agreement_templates/preview",
    "post /v1/agreements/{agreement_id}/verify_document",
}


def test_every_write_takes_an_idempotency_key_except_those_without_effect_or_with_a_secret():
    without = {str(one) for one in operations() if one.verb != "get" and one.key_parameter is None}
    assert without == WITHOUT_KEY


@pytest.fixture
def caller(makers, write):
    """Who may do it, and the name under which their keys are kept."""
    world = makers.world
    return (
        (world.admin, "admin") if "admin" in write.scopes else (world.member.api, world.member.id)
    )


def send(api, write, path, key):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {} if write.example is None else {"json": write.example}
    return api.request(write.verb, path, headers=headers, **body)


@every_write
@pytest.mark.parametrize("key", ["", "k" * 256], ids=["empty", "too long"])
def test_key_that_is_empty_or_too_long_is_refused(caller, write, key):
    answer = send(caller[0], write, write.anywhere(), key)
    assert (answer.status_code, answer.json()["param"]) == (422, "Idempotency-Key")


@every_write
def test_key_is_asked_for_where_the_document_says_that_it_is_required(caller, write):
    """Those that move value: ``**operation(moves_value=True)`` in the route's decorator."""
    answer = send(caller[0], write, write.anywhere(), None)
    asked = answer.is_client_error and answer.json()["code"] == "idempotency_key_missing"
    assert asked == write.key_parameter["required"], answer.text
    if asked:
        assert answer.json()["param"] == "Idempotency-Key"


def keep_answer(platform, tenant, write, path, key, body):
    """As if a request with this key and body had been answered before."""
    answer = idempotency.Stored(
        idempotency.fingerprint(body), 200, {"answer": key}, "/v1/somewhere", "resource", ()
    )
    with platform.gateway.database.transaction() as session:
        idempotency.store(session, f"{tenant} {write.verb.upper()} {path}", key, answer)


@pytest.mark.parametrize("write", STORED, ids=map(str, STORED))
def test_request_that_comes_again_gets_the_first_answer(platform, makers, caller, write):
    api, tenant = caller
    path, key = write.filled(makers.values(write)), new_id("key")
    body = (
        b"" if write.example is None else api.build_request("POST", "/", json=write.example).read()
    )
    keep_answer(platform, tenant, write, path, key, body)
    answer = send(api, write, path, key)
    assert answer.json() == {"answer": key}
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert answer.headers["Location"] == "/v1/somewhere"


@every_write
def test_another_request_with_a_used_key_is_refused(platform, makers, caller, write):
    api, tenant = caller
    path, key = write.filled(makers.values(write)), new_id("key")
    keep_answer(platform, tenant, write, path, key, b'{"another": "request"}')
    answer = send(api, write, path, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@every_write
def test_key_of_somebody_else_has_no_effect(platform, makers, caller, write):
    """One that another tenant used for another request: here it is new."""
    path, key = write.anywhere(), new_id("key")
    keep_answer(platform, "org_other", write, path, key, b'{"another": "request"}')
    answer = send(caller[0], write, path, key)
    assert "Idempotent-Replayed" not in answer.headers
    assert answer.is_success or answer.json()["code"] != "idempotency_key_reused"


ANYWHERE = [one for one in WRITES if "{" not in one.path]
AT_ONCE = [one for one in ANYWHERE if "x-step" not in one.entry]
"""Without those for wallets of one's own, which the member's is not."""


@pytest.mark.parametrize("write", ANYWHERE, ids=map(str, ANYWHERE))
def test_example_that_is_sent_twice_is_done_once(caller, write):
    """With its own example: accepted and then replayed, or refused twice for the same reason."""
    key = new_id("key")
    first, again = (send(caller[0], write, write.path, key) for _ in range(2))
    assert first.status_code < 500, first.text
    if not first.is_success:
        assert again.json()["code"] == first.json()["code"]
        assert "Idempotent-Replayed" not in again.headers
        return
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_examples_of_many_writes_are_good_requests(makers):
    """Else the test above would show nothing."""
    world = makers.world
    apis = [world.admin if "admin" in one.scopes else world.member.api for one in AT_ONCE]
    answers = [
        send(api, one, one.path, new_id("key")) for api, one in zip(apis, AT_ONCE, strict=True)
    ]
    assert sum(answer.is_success for answer in answers) > len(AT_ONCE) / 2
