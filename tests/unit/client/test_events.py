"""Events and webhooks by the SDK, against the real gateway."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from pocplatform.client import (
    AsyncSandbox,
    NotFound,
    Retry,
    Sandbox,
    Unauthenticated,
    Unreachable,
    WebhookUrlRefused,
)
from tests.unit.client.conftest import QUICK, Answer


def test_events_are_listed_by_type_resource_and_time_and_got_one_by_one(member):
    payer, payee = member(fund=1_000), member()
    began = datetime.now(UTC) - timedelta(seconds=1)
    payment = payer.payments.transfer(payee.organizations.me().wallet.address, 5)
    [event] = payee.events.list(type="payment.*", resource=None, since=began)
    assert event.data["amount"] == 5
    assert [e.id for e in payer.events.list(resource=payment.id)] == [event.id]
    assert list(payee.events.list(until=began)) == []
    assert payee.events.get(event.id) == event
    with pytest.raises(NotFound):
        member().events.get(event.id)


def test_stream_gives_events_as_they_happen_and_is_taken_up_after_one_that_is_known(member):
    payer, payee = member(fund=1_000), member()
    address = payee.organizations.me().wallet.address
    payer.payments.transfer(address, 1)
    [known] = payee.events.list()
    later = threading.Thread(target=lambda: payer.payments.transfer(address, 2))
    stream = payee.events.stream(type="payment.*", last_event_id=known.id)
    later.start()
    event = next(stream)
    assert event.data["amount"] == 2
    assert payee.events.get(event.id) == event
    stream.close()
    later.join()
    again = payee.events.stream(last_event_id=known.id)
    assert next(again) == event
    again.close()


def test_stream_serves_asynchronous_callers(member, base_url):
    payer, payee = member(fund=1_000), member()
    address = payee.organizations.me().wallet.address
    key = payee._connection.secret_key

    async def first_two():
        async with AsyncSandbox(base_url, key) as sandbox:
            found = []
            for amount in (1, 2):
                await asyncio.to_thread(payer.payments.transfer, address, amount)
            [_, oldest] = [event async for event in sandbox.events.list()]
            async for event in sandbox.events.stream(last_event_id=oldest.id):
                found.append(event)
                break
            return found

    [event] = asyncio.run(first_two())
    assert event.data["amount"] == 2


def test_stream_that_breaks_is_taken_up_where_it_was(scripted):
    def message(number):
        return (
            f'id: evt_{number}\r\nevent: a.b\r\ndata: {{"id": "evt_{number}", "type": "a.b", '
            '"created": "2026-11-22T00:00:00Z"}\r\n\r\n'
        )

    server = scripted(
        Answer(text=": ping\r\n\r\n" + message(1) + message(2)),
        Answer(503, {"code": "not_ready"}),
        Answer(text=message(3)),
        Answer(cut=True),
        Answer(401, {"code": "unauthenticated"}),
    )
    with Sandbox(server.url, "sk_test_x", retry=QUICK) as sandbox:
        stream = sandbox.events.stream()
        assert [next(stream).id for _ in range(3)] == ["evt_1", "evt_2", "evt_3"]
        with pytest.raises(Unauthenticated):
            next(stream)
    known = [seen.headers.get("last-event-id") for seen in server.seen]
    assert known == [None, "evt_2", "evt_2", "evt_3", "evt_3"]


def test_stream_of_a_sandbox_that_is_not_there_ends_with_an_error():
    retry = Retry(seconds=0.2, first_delay=0.01, longest_delay=0.05)
    with (
        Sandbox("http://127.0.0.1:9", "sk_test_x", retry=retry) as sandbox,
        pytest.raises(Unreachable),
    ):
        next(sandbox.events.stream())


def test_webhooks_are_made_changed_tested_and_deleted(member):
    ours = member()
    webhook = ours.webhooks.create(
        "https://receiver.invalid/hook", event_types=["payment.*"], description="books"
    )
    assert webhook.secret.startswith("whsec_")
    assert "whsec_" not in repr(webhook)
    assert ours.webhooks.get(webhook.id).secret is None
    assert [one.id for one in ours.webhooks.list()] == [webhook.id]
    rotated = ours.webhooks.rotate_secret(webhook.id, overlap_s=60)
    assert rotated.secret != webhook.secret
    sent = ours.webhooks.test(webhook.id)
    assert (sent.event_type, sent.state) == ("webhook.test", "pending")
    again = ours.webhooks.redeliver(webhook.id, sent.id)
    assert [one.id for one in ours.webhooks.deliveries(webhook.id)] == [again.id, sent.id]
    assert ours.webhooks.update(webhook.id, disabled=True).disabled_reason == "by_hand"
    assert ours.webhooks.delete(webhook.id).deleted
    with pytest.raises(NotFound):
        ours.webhooks.get(webhook.id)
    with pytest.raises(WebhookUrlRefused):
        ours.webhooks.create("http://127.0.0.1:9/hook")
