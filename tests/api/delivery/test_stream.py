"""Events as they happen: server-sent events over the real gateway."""

import contextlib
import json
import socket
import threading
import time
from queue import Empty, Queue
from uuid import uuid4

import httpx
import psutil
import pytest

from pocplatform.delivery.stream import AT_MOST
from pocplatform.events import log as event_log
from pocplatform.main import create_app
from tests.conftest import Api, served
from tests.processes import NO_TLS, opened, until


class Listener:
    """Reads a stream in a thread of its own."""

    def __init__(self, api, type=None, keep=True, **headers):
        self._keep = keep
        self.events, self.comments = Queue(), 0
        self.ended = threading.Event()
        self._context = contextlib.ExitStack()
        client = self._context.enter_context(
            httpx.Client(base_url=api.base_url, headers=api.headers, timeout=40, verify=NO_TLS)
        )
        self.response = self._context.enter_context(
            client.stream(
                "GET", "/v1/events/stream", headers=headers, params={"type": type} if type else {}
            )
        )
        assert self.response.status_code == 200, self.response.read()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        event = {}
        with contextlib.suppress(httpx.HTTPError, RuntimeError):
            for line in self.response.iter_lines():
                name, _, value = line.partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    event[name] = value
                elif event:
                    self.events.put(event if self._keep else event["id"])
                    event = {}
        self.ended.set()

    def next(self, timeout=20):
        return self.events.get(timeout=timeout)

    def close(self):
        # Closing alone does not wake the thread that reads.
        connection = self.response.extensions["network_stream"].get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        self._context.close()
        self._thread.join(timeout=10)


@pytest.fixture
def listen():
    listeners = []

    def open_(api, type=None, keep=True, **headers):
        listeners.append(Listener(api, type, keep, **headers))
        return listeners[-1]

    yield open_
    for listener in listeners:
        listener.close()


def pay(payer, payee, amount):
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": amount})
    assert answer.status_code == 200, answer.text


def test_event_arrives_as_it_happens_and_as_it_is_shown(join, listen):
    payer, payee = join(fund=1_000), join()
    stream = listen(payee.api)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    pay(payer, payee, 7)
    message = stream.next()
    assert message["event"] == "payment.received"
    shown = payee.api.get(f"/v1/events/{message['id']}").json()
    assert json.loads(message["data"]) == shown
    assert shown["data"]["amount"] == 7


def test_only_what_concerns_the_caller_is_told(join, listen):
    payer, payee, stranger = join(fund=1_000), join(), join(fund=1_000)
    stream, other = listen(payee.api), listen(stranger.api)
    pay(payer, payee, 1)
    assert stream.next()["event"] == "payment.received"
    pay(stranger, payer, 2)
    assert json.loads(other.next()["data"])["data"]["amount"] == 2
    with pytest.raises(Empty):
        stream.events.get_nowait()


def test_an_organization_has_so_many_streams_and_one_more_when_one_is_closed(join, listen):
    member, other = join(), join()
    open_ones = [listen(member.api) for _ in range(AT_MOST)]
    refused = member.api.get("/v1/events/stream")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    listen(other.api)  # who has as many of their own
    open_ones[0].close()

    def has_room():
        with member.api.stream("GET", "/v1/events/stream") as answer:
            return answer.status_code == 200

    until(has_room)


def test_stream_taken_up_again_leaves_nothing_out_and_repeats_nothing(join, listen):
    payer, payee = join(fund=1_000), join()
    first = listen(payee.api)
    pay(payer, payee, 1)
    seen = first.next()
    first.close()
    for amount in (2, 3, 4):
        pay(payer, payee, amount)
    again = listen(payee.api, **{"Last-Event-ID": seen["id"]})
    pay(payer, payee, 5)
    amounts = [json.loads(again.next()["data"])["data"]["amount"] for _ in range(4)]
    assert amounts == [2, 3, 4, 5]


def test_more_events_than_are_read_at_once_come_whole_and_in_order(join, listen):
    payer, payee = join(fund=100_000), join()
    pay(payer, payee, 1_000)
    cursor = payee.api.get("/v1/events").json()["data"][0]["id"]
    for amount in range(1, 121):
        answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": amount}, wait=0)
        assert answer.status_code == 202, answer.text
    stream = listen(payee.api, **{"Last-Event-ID": cursor})
    got = [json.loads(stream.next(timeout=60)["data"])["data"]["amount"] for _ in range(120)]
    assert got == list(range(1, 121))


def test_type_chooses_what_is_told(join, listen):
    payer, payee = join(fund=1_000), join()
    others = listen(payee.api, type="agreement.*")
    ours = listen(payee.api, type="payment.*")
    pay(payer, payee, 1)
    assert ours.next()["event"] == "payment.received"
    with pytest.raises(Empty):
        others.events.get_nowait()
    answer = payee.api.get("/v1/events/stream", params={"type": "Bad Type"})
    assert (answer.status_code, answer.json()["param"]) == (422, "type")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_test_wrong"}])
def test_without_a_valid_key_the_stream_does_not_begin(anonymous, headers):
    answer = anonymous.get("/v1/events/stream", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


def test_unknown_or_foreign_event_to_go_on_after_is_refused(join):
    payer, payee, stranger = join(fund=1_000), join(), join()
    pay(payer, payee, 1)
    theirs = payee.api.get("/v1/events").json()["data"][0]["id"]
    for cursor in ("evt_unknown", theirs, "' OR 1=1 --"):
        answer = stranger.api.get("/v1/events/stream", headers={"Last-Event-ID": cursor})
        assert answer.status_code == 422, answer.text
        assert answer.json()["param"] == "Last-Event-ID"


def test_silent_stream_has_a_heartbeat_and_ends_when_its_key_is_revoked(data_dir, listen):
    with (
        opened(data_dir, stream_heartbeat_s=0.2) as platform,
        served(create_app(platform)) as url,
        Api(url) as anonymous,
    ):
        member = anonymous.post("/v1/organizations", json={"name": "Hiljainen Oy"}).json()
        with Api(url, member["secret_key"]) as api:
            stream = listen(api)
            until(lambda: stream.comments >= 3)
            own = api.get("/v1/api_keys").json()["data"][0]["id"]
            assert api.post(f"/v1/api_keys/{own}/revoke").status_code == 200
            assert stream.ended.wait(timeout=10)
            stream.close()


def test_clients_that_do_not_read_stop_nobody_and_take_no_memory(join, listen, platform):
    """Ten that never read, and one that does; thirty megabytes for each of them."""
    member, number, size = join(), 1_500, 20_000
    address = httpx.URL(str(member.api.base_url))
    request = (
        f"GET /v1/events/stream HTTP/1.1\r\nHost: {address.host}\r\n"
        f"Authorization: {member.api.headers['authorization']}\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            deaf = stack.enter_context(socket.create_connection((address.host, address.port)))
            deaf.sendall(request.encode())
            assert deaf.recv(12) == b"HTTP/1.1 200"
        stream = listen(member.api, keep=False)
        until(lambda: len(platform.gateway.feed._subscriptions) >= 11)
        before = psutil.Process().memory_info().rss
        for begin in range(0, number, 100):
            new = [
                event_log.NewEvent("webhook.test", {"webhook": "whk_x", "message": "x" * size},
                                   f"{member.id}:{n}", audience=[member.address])
                for n in range(begin, begin + 100)
            ]  # fmt: skip
            with platform.gateway.database.transaction() as session:
                event_log.append(session, new)
            platform.gateway.feed.wake()
        for _ in range(number):
            stream.next(timeout=60)
        assert psutil.Process().memory_info().rss - before < 8 * number * size
    until(lambda: len(platform.gateway.feed._subscriptions) == 1)


def test_stream_ends_at_once_when_the_sandbox_stops(data_dir):
    from tests.processes import Sandbox

    box = Sandbox(data_dir)
    try:
        box.start()
        box.wait_ready()
        with httpx.Client(base_url=box.url, timeout=40, verify=NO_TLS) as client:
            member = client.post("/v1/organizations", json={"name": str(uuid4())}).json()
            headers = {"Authorization": f"Bearer {member['secret_key']}"}
            with client.stream("GET", "/v1/events/stream", headers=headers) as answer:
                assert answer.status_code == 200
                began = time.monotonic()
                assert box.stop() == 0
                assert time.monotonic() - began < 4
                with contextlib.suppress(httpx.RemoteProtocolError):  # it may be cut off
                    assert not any(line.startswith("data") for line in answer.iter_lines())
    finally:
        box.close()
