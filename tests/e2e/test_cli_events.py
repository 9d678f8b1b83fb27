"""`pocplatform listen` and `trigger`, in processes of their own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import httpx
import pytest

from pocplatform.client import verify_signature
from tests.processes import NO_TLS, Sandbox, until
from tests.receiver import receiver

pytestmark = pytest.mark.slow  # each test starts processes of its own


@pytest.fixture(scope="module")
def box(seed, tmp_path_factory) -> Iterator[Sandbox]:
    """A sandbox that runs."""
    folder = tmp_path_factory.mktemp("events") / "data"
    running = Sandbox(Path(shutil.copytree(seed.folder, folder)))
    running.start()
    running.wait_ready()
    yield running
    running.close()


class Listening:
    """`pocplatform listen --json` with what it prints."""

    def __init__(self, box: Sandbox, *arguments: str) -> None:
        self.process = subprocess.Popen(
            box.command("listen", "--json", *arguments),
            env=box.environment,
            cwd=box.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()
        self.secret = self.next()["secret"]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self) -> dict[str, object]:
        return json.loads(self._lines.get(timeout=60))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)
        return self.process.returncode


@pytest.fixture
def listening(box) -> Iterator[object]:
    started: list[Listening] = []

    def start(*arguments: str) -> Listening:
        started.append(Listening(box, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def trigger(box: Sandbox, *arguments: str) -> dict[str, object]:
    done = box.run("trigger", *arguments, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def failure(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    error: dict[str, str] = json.loads(done.stdout)["error"]
    assert error["next_step"]
    return error


def test_what_is_triggered_is_forwarded_signed_with_a_secret_that_stays_the_same(box, listening):
    with receiver() as local:
        first = listening("--forward-to", local.url, "--events", "payment.*")
        happened = trigger(box, "payment.received")
        until(lambda: any(r.event["id"] == happened["id"] for r in local.requests))
        for request in local.requests:
            event = verify_signature(
                request.body, request.headers["webhook-signature"], str(first.secret)
            )
            assert event.type == "payment.received"
        told = first.next()
        assert (told["type"], told["status"], told["error"]) == ("payment.received", 200, None)
        assert first.stop() == 0
        again = listening("--forward-to", local.url)
        assert again.secret == first.secret
        assert str(again.secret).startswith("whsec_")


def test_listener_with_a_key_gets_only_what_concerns_it_and_another_secret(box, listening):
    with httpx.Client(base_url=box.url, timeout=40, verify=NO_TLS) as client:
        member = client.post("/v1/organizations", json={"name": "Kuuntelija Oy"}).json()
    key = member["secret_key"]
    with receiver() as local:
        ours = listening("--forward-to", local.url, "--key", key)
        everybody = listening("--forward-to", local.url + "/all")
        assert ours.secret != everybody.secret
        trigger(box, "payment.received")
        mine = trigger(box, "payment.succeeded", "--key", key)
        until(lambda: any(r.event["id"] == mine["id"] for r in local.requests))
        wallet = member["wallet"]["address"]
        for request in local.requests:
            if request.path == "/hook":
                data = request.event["data"]
                assert wallet in (data["from"], data["to"])


def test_endpoint_that_fails_or_is_not_there_is_shown_and_listening_goes_on(box, listening):
    with receiver() as local:
        local.answer = 500
        broken = listening("--forward-to", local.url, "--events", "payment.*")
        gone = listening("--forward-to", "http://127.0.0.1:9/", "--events", "payment.*")
        for _ in range(2):
            trigger(box, "payment.received")
            assert broken.next()["status"] == 500
            told = gone.next()
            assert told["status"] is None
            assert told["error"]


@pytest.mark.parametrize(
    "event",
    ["identity.attribute_changed", "agreement.activated", "agreement.completed",
     "milestone.funded", "milestone.delivered", "milestone.paid", "milestone.disputed",
     "milestone.resolved"],
)  # fmt: skip
def test_event_is_made_to_happen(box, event):
    happened = trigger(box, event)
    assert happened["type"] == event
    assert str(happened["id"]).startswith("evt_")


def test_unknown_event_is_named_with_the_nearest_one(box):
    error = failure(box.run("trigger", "payment.recieved", "--json"))
    assert error["code"] == "unknown_event"
    assert "Did you mean payment.received?" in error["next_step"]
    error = failure(box.run("trigger", "weather.changed", "--json"))
    assert "agreement.activated" in error["next_step"]


@pytest.mark.parametrize("address", ["ftp://example.com/", "http://", "http://[::1"])
def test_address_that_is_none_is_refused(box, address):
    error = failure(box.run("listen", "--forward-to", address, "--json"))
    assert error["code"] == "forward_address_invalid"


def test_without_a_sandbox_or_with_a_wrong_key_both_say_so(box, tmp_path):
    nowhere = {"POC_DATA_DIR": str(tmp_path / "none")}
    for verb in (("trigger", "payment.received"), ("listen", "--forward-to", "http://127.0.0.1:9")):
        assert failure(box.run(*verb, "--json", **nowhere))["code"] == "not_running"
        done = box.run(*verb, "--json", "--key", "sk_test_wrong")
        assert done.returncode == 1
        assert '"unauthenticated"' in done.stdout
