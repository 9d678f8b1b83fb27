"""A request with an idempotency key is done once, whatever happens to its answers."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select

from pocplatform.http.idempotency import IdempotencyKey
from pocplatform.main import create_app
from pocplatform.outbox.models import Transaction
from tests.conftest import served
from tests.unit.outbox.harness import Bench


@pytest.fixture(scope="module", params=[True, False], ids=["hot", "ordinary"])
def base_url(request, platform):
    """Both forms of the endpoints: served ahead of the framework, and by it."""
    with served(create_app(platform, hot=request.param)) as url:
        yield url


def pay(member, to, amount=1, *, key, wait=20, path="/v1/transfers"):
    return member.api.write(
        path, {"to": to.address, "amount": amount}, wait=wait, **{"Idempotency-Key": key}
    )


def stored(platform):
    with platform.gateway.database.snapshot() as session:
        return session.exec(select(func.count()).select_from(IdempotencyKey)).one()


def test_concurrent_requests_with_one_key_are_one_write(join):
    payer, payee, key = join(fund=100), join(), str(uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pay(payer, payee, key=key), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert payee.api.get("/v1/balance").json()["amount"] == 1


def test_replay_has_the_first_answers_body_and_location(join):
    payer, payee, key = join(fund=100), join(), str(uuid4())
    first = pay(payer, payee, key=key, wait=0)
    again = pay(payer, payee, key=key, wait=0)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"


def test_repeated_request_that_waits_gets_the_outcome(join):
    """The first was cut off while it waited; the repeat waits for the same write."""
    payer, payee, key = join(fund=100), join(), str(uuid4())
    first = pay(payer, payee, key=key, wait=0)
    again = pay(payer, payee, key=key, wait=20)
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["transaction"]["status"] == "confirmed"
    assert again.headers["Idempotent-Replayed"] == "true"


def test_same_key_of_another_tenant_method_or_path_is_another_request(join):
    one, other, key = join(fund=100), join(fund=100), str(uuid4())
    assert pay(one, other, 10, key=key).status_code == 200
    answer = pay(other, one, 20, key=key)
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers
    faucet = one.api.write("/v1/faucet", {"amount": 5}, **{"Idempotency-Key": key})
    assert faucet.status_code == 200
    assert one.api.get("/v1/balance").json()["amount"] == 100 - 10 + 20 + 5


def test_refusal_stores_nothing_so_the_key_may_be_used_again(join, platform):
    payer, payee, key = join(), join(), str(uuid4())
    before = stored(platform)
    for amount in (1, -1):  # refused by the contract; by us
        assert pay(payer, payee, amount, key=key).status_code == 422
    assert stored(platform) == before
    assert payer.api.write("/v1/faucet", {"amount": 10}).status_code == 200
    answer = pay(payer, payee, 1, key=key)
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers


@pytest.fixture(scope="module")
def rich(join):
    """Somebody with money for many tests."""
    return join(fund=1_000)


@pytest.mark.parametrize("key", ["", "k" * 256], ids=["empty", "too long"])
def test_key_that_is_empty_or_too_long_is_refused(rich, key):
    answer = pay(rich, rich, key=key)
    assert answer.status_code == 422
    assert answer.json()["param"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["k" * 255, "spaces  within", "'; DROP TABLE x; --", "a/b?c=d"])
def test_any_other_text_is_a_key(rich, key):
    ids = {pay(rich, rich, key=key).json()["id"] for _ in range(2)}
    assert len(ids) == 1


@pytest.fixture
def still(data_dir):
    """A platform of its own, its engine stopped."""
    bench = Bench(data_dir)
    yield bench
    bench.close()


def count(bench, table):
    with bench.database.snapshot() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_key_and_write_are_committed_together_or_not_at_all(still, monkeypatch):
    client = TestClient(create_app(still.platform), raise_server_exceptions=False)
    with client:
        key = client.post("/v1/organizations", json={"name": "Oy"}).json()["secret_key"]
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
        before = count(still, Transaction)

        def ask():
            return client.post("/v1/faucet", json={"amount": 5}, headers=headers)

        with monkeypatch.context() as broken:
            # The write is done and flushed by then; the answer cannot be made.
            broken.setattr("pocplatform.domains.payments.endpoints.service.shown", lambda *_: 1 / 0)
            assert ask().status_code == 500
        assert count(still, Transaction) == before
        assert count(still, IdempotencyKey) == 0
        answer = ask()
        assert answer.status_code == 202
        assert "Idempotent-Replayed" not in answer.headers
        assert (count(still, Transaction), count(still, IdempotencyKey)) == (before + 1, 1)


def test_replay_works_after_a_crash_and_the_write_is_done_once(still):
    headers = {"Idempotency-Key": "before the crash"}
    with TestClient(create_app(still.platform)) as client:
        key = client.post("/v1/organizations", json={"name": "Oy"}).json()["secret_key"]
        headers["Authorization"] = f"Bearer {key}"
        first = client.post("/v1/faucet", json={"amount": 5}, headers=headers)
        assert first.status_code == 202
    still.reopen()
    with TestClient(create_app(still.platform)) as client:
        again = client.post("/v1/faucet", json={"amount": 5}, headers=headers)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json()["id"] == first.json()["id"]
        assert client.get("/v1/balance", headers=headers).json()["amount"] == 5
