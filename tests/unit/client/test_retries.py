"""What the SDK does when the sandbox, or what is before it, fails for a while."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from pocplatform.client import (
    AsyncSandbox,
    ChainUnreachable,
    NotReady,
    RateLimited,
    Retry,
    Sandbox,
    ServerError,
    UnexpectedAnswer,
    Unreachable,
)
from pocplatform.client.retry import retry_after

BALANCE = {"address": "0x1", "amount": 5, "raw": "50000", "block": 1}
PAYMENT = {
    "id": "pay_1",
    "kind": "faucet",
    "recipient": "0x1",
    "amount": 5,
    "created": "2026-01-01T00:00:00Z",
    "transaction": {"id": "tx_1", "status": "confirmed"},
}


def problem(code: str, **more: object) -> dict[str, object]:
    return {"code": code, "title": "T", "detail": "D", **more}


def test_lost_answer_to_a_payment_pays_once(member, loses_answers, quick):
    payer, payee = member(fund=1_000), member().organizations.me()
    proxy = loses_answers("/v1/transfers")
    key = payer._connection.secret_key
    with Sandbox(proxy.url, key, retry=quick) as ours:
        payment = ours.payments.transfer(payee.id, 400)
    assert payment.transaction.status == "confirmed"
    assert len([one for one in proxy.seen if one.path.startswith("/v1/transfers")]) == 2
    assert payer.payments.balance().amount == 600


def test_repeated_write_carries_the_same_key_and_body(scripted, answer, quick):
    server = scripted(answer(cut=True), answer(503, problem("not_ready")), answer(200, PAYMENT))
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox:
        sandbox.payments.faucet(5)
        sandbox.payments.faucet(5)
    keys = [one.headers["idempotency-key"] for one in server.seen]
    assert len(keys) == 4
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert all(one.body == {"amount": 5} for one in server.seen)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (424, "chain_unreachable"),
        (429, "rate_limited"),
        (503, "not_ready"),
        (409, "idempotency_key_in_use"),
    ],
)
def test_failures_that_may_pass_are_tried_again(scripted, answer, quick, status, code):
    server = scripted(answer(status, problem(code)), answer(200, BALANCE))
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox:
        assert sandbox.payments.balance().amount == 5
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(424, "chain_error", Exception), (500, "internal_error", ServerError)],
)
def test_other_failures_are_not_tried_again(scripted, answer, quick, status, code, kind):
    server = scripted(answer(status, problem(code)))
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox, pytest.raises(kind):
        sandbox.payments.balance()
    assert len(server.seen) == 1


def test_retry_after_is_obeyed(scripted, answer, quick):
    server = scripted(
        answer(429, problem("rate_limited"), {"Retry-After": "1"}), answer(200, BALANCE)
    )
    began = time.monotonic()
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox:
        sandbox.payments.balance()
    assert time.monotonic() - began >= 1.0


def test_retry_after_beyond_the_patience_is_told_at_once(scripted, answer, quick):
    server = scripted(answer(429, problem("rate_limited"), {"Retry-After": "3600"}))
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox:
        began = time.monotonic()
        with pytest.raises(RateLimited) as limited:
            sandbox.payments.balance()
    assert limited.value.retry_after == 3600
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(503, "not_ready", NotReady), (424, "chain_unreachable", ChainUnreachable)],
)
def test_after_the_patience_the_last_failure_is_raised(scripted, answer, status, code, kind):
    server = scripted(answer(status, problem(code)))
    policy = Retry(seconds=0.3, first_delay=0.01, longest_delay=0.05)
    with Sandbox(server.url, "sk_test_x", retry=policy) as sandbox, pytest.raises(kind):
        sandbox.payments.balance()
    assert len(server.seen) > 2


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_sandbox_that_does_not_answer_is_named_with_the_next_step():
    url = f"http://127.0.0.1:{free_port()}"
    with Sandbox(url, retry=Retry(seconds=0)) as sandbox, pytest.raises(Unreachable) as away:
        sandbox.chain.get()
    assert url in away.value.detail
    assert "pocplatform status" in away.value.next_step
    with Sandbox(url, retry=Retry(seconds=0), language="fi") as sandbox:
        with pytest.raises(Unreachable) as finnish:
            sandbox.chain.get()
        assert "ei vastaa" in finnish.value.detail


def test_sign_up_whose_answer_got_lost_is_not_repeated(scripted, answer, quick):
    server = scripted(answer(cut=True), answer(500, problem("internal_error")))
    with Sandbox(server.url, retry=quick) as sandbox, pytest.raises(Unreachable):
        sandbox.organizations.sign_up("Oy")
    assert len(server.seen) == 1


def test_accepted_write_is_looked_after_until_it_is_settled(scripted, answer, quick):
    pending = {**PAYMENT, "transaction": {"id": "tx_1", "status": "queued"}}
    server = scripted(
        answer(202, pending, {"Location": "/v1/payments/pay_1"}),
        answer(200, {"id": "tx_1", "status": "sent"}),
        answer(200, {"id": "tx_1", "status": "confirmed"}),
        answer(200, PAYMENT),
    )
    with Sandbox(server.url, "sk_test_x", retry=quick) as sandbox:
        assert sandbox.payments.faucet(5).transaction.status == "confirmed"
    assert [one.path for one in server.seen] == [
        "/v1/faucet?wait=30",
        "/v1/transactions/tx_1",
        "/v1/transactions/tx_1",
        "/v1/payments/pay_1",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"status": 200, "text": "<html>Welcome to the hotel's network</html>"},
        {"status": 502, "text": "Bad gateway"},
        {"status": 200, "body": {"neither": "this"}},
        {"status": 404, "body": ["nor this"]},
        {"status": 302, "body": {}, "headers": {"Location": "http://127.0.0.1:9/"}},
    ],
)
def test_answer_that_is_no_sandboxs_is_told_as_such(scripted, answer, given):
    server = scripted(answer(**given))
    policy = Retry(seconds=0.1, first_delay=0.01)
    with Sandbox(server.url, retry=policy) as sandbox, pytest.raises(UnexpectedAnswer) as odd:
        sandbox.payments.balance()
    assert server.url in odd.value.detail


def test_asynchronous_client_tries_again_too(scripted, answer, quick):
    server = scripted(answer(cut=True), answer(503, problem("not_ready")), answer(200, BALANCE))

    async def use() -> int:
        async with AsyncSandbox(server.url, "sk_test_x", retry=quick) as sandbox:
            return (await sandbox.payments.balance()).amount

    assert asyncio.run(use()) == 5
    assert len(server.seen) == 3


def test_delay_grows_with_jitter_and_has_a_limit():
    policy = Retry(first_delay=0.1, longest_delay=2.0)
    for tries, longest in [(1, 0.1), (2, 0.2), (4, 0.8), (10, 2.0), (10_000, 2.0)]:
        delays = [policy.delay(tries) for _ in range(200)]
        assert all(0.01 <= delay <= longest for delay in delays)
        assert len(set(delays)) > 100


def test_retry_after_may_be_a_date():
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < retry_after(httpx.Response(429, headers={"Retry-After": moment})) <= 90
    for nonsense in ("soon", "-5", "1.5x", ""):
        assert retry_after(httpx.Response(429, headers={"Retry-After": nonsense})) is None
