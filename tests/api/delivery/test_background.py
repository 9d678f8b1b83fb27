"""What the platform does by itself: jobs by the clock, deliveries that outlive the process."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx
import pytest
from sqlmodel import select

from pocplatform.delivery.background import Background
from pocplatform.events import log as event_log
from pocplatform.events.models import Event
from pocplatform.main import create_app
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.models import Simulation
from tests.conftest import Api, served
from tests.processes import NO_TLS, Sandbox, opened, until
from tests.receiver import receiver


def told(platform, type_):
    with platform.gateway.database.snapshot() as session:
        return session.exec(select(Event).where(Event.type == type_)).all()


STEADY, SHAKY = "space.closed", "space.reopened"


def ticking(name, type_=STEADY, *, fails=0):
    """A job of every second, which tells an event each time; its first runs may fail."""
    left = [fails]

    def run(session, outbox, now):
        new = event_log.NewEvent(type_, {"at": now}, f"{name}:{now}", audience=[])
        event_log.append(session, [new])
        if left[0]:
            left[0] -= 1
            raise RuntimeError("not yet")
        return 1

    return Job(f"test.{name}", "* * * * * *", run)


def test_jobs_run_by_the_clock_and_one_that_fails_is_undone_and_comes_again(data_dir):
    with opened(data_dir) as platform:
        jobs = [ticking("steady"), ticking("shaky", SHAKY, fails=1)]
        background = Background(platform.gateway, jobs)
        background.start()
        platform.gateway.errands()  # it need not wait for something to do
        try:
            until(lambda: len(told(platform, STEADY)) >= 3, seconds=40)
            until(lambda: told(platform, SHAKY), seconds=40)
        finally:
            background.stop()
        times = [event.data["at"] for event in told(platform, STEADY)]
        # A busy machine may run one late, just before the next; never more than there were seconds.
        assert len(times) <= times[-1] // 1000 - times[0] // 1000 + 2, "once for each second"


def test_job_in_portions_is_run_until_nothing_is_left(data_dir):
    left, runs = [25], []

    def run(session, outbox, now):
        found = min(left[0], 10)
        left[0] -= found
        runs.append(found)
        return found

    with opened(data_dir) as platform:
        background = Background(platform.gateway, [])
        job = Job("test.portions", "0 0 1 1 *", run, portion=10)
        assert asyncio.run(background._do(job)) == 25
    assert runs == [10, 10, 5]


def test_simulation_of_what_is_gone_ends_and_webhooks_are_sent(data_dir):
    with (
        receiver() as local,
        opened(data_dir, webhook_private=True) as platform,
        served(create_app(platform)) as url,
    ):
        with platform.gateway.database.transaction() as session:
            gone = Simulation(transaction_id="tx_gone", kind="late", address="0x1", due_ms=1)
            session.add(gone)
        platform.background.start()
        member, api = sign_up(url)
        with contextlib.closing(api):
            api.write("/v1/webhooks", {"url": local.url, "event_types": ["payment.*"]})
            api.write("/v1/transfers", {"to": member["wallet"]["address"], "amount": 1})
            until(lambda: local.requests)
        with platform.gateway.database.snapshot() as session:
            assert session.get(Simulation, "tx_gone").due_ms is None


def test_second_background_in_a_process_does_not_disturb_the_first(data_dir, deployed, tmp_path):
    import shutil

    other = shutil.copytree(deployed, tmp_path / "other")
    with opened(data_dir) as platform, opened(other) as second:
        background = Background(platform.gateway, [ticking("first")])
        background.start()
        platform.gateway.errands()
        try:
            until(lambda: told(platform, STEADY), seconds=40)
            late = Background(second.gateway, [ticking("second", SHAKY)])
            late.start()
            second.gateway.errands()
            until(lambda: not late._thread.is_alive(), seconds=40)
            before = len(told(platform, STEADY))
            until(lambda: len(told(platform, STEADY)) > before)
            late.stop()
        finally:
            background.stop()
        assert told(second, SHAKY) == []


def test_nothing_that_takes_long_to_load_is_loaded_for_a_start():
    code = (
        "import sys, pocplatform.serving; "
        "print([name for name in ('dbos', 'sse_starlette', 'siwe', 'web3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def sign_up(url, name="Kestävä Oy", fund=10_000):
    with Api(url) as anonymous:
        made = anonymous.post("/v1/organizations", json={"name": name}).json()
    api = Api(url, made["secret_key"])
    if fund:
        assert api.write("/v1/faucet", {"amount": fund}).is_success
    return made, api


def test_delivery_goes_on_after_an_orderly_end_that_takes_no_longer_than_a_second_or_so(data_dir):
    release = threading.Event()
    with receiver() as local:
        settings = {"webhook_private": True, "webhook_retries_s": (0.3, 60.0)}
        with opened(data_dir, **settings) as platform, served(create_app(platform)) as url:
            platform.background.start()
            member, api = sign_up(url)
            with contextlib.closing(api):
                api.write("/v1/webhooks", {"url": local.url, "event_types": ["payment.*"]})
                local.answer = lambda request: 500
                api.write("/v1/transfers", {"to": member["wallet"]["address"], "amount": 1})
                until(lambda: len(local.requests) == 2)  # the next attempt is a minute off
                local.answer = lambda request: [release.wait(20), 200][1]
                api.write("/v1/transfers", {"to": member["wallet"]["address"], "amount": 2})
                until(lambda: told(platform, "payment.received"))
                began = time.monotonic()
                platform.background.stop()
                assert time.monotonic() - began < 3
                assert not platform.background._thread.is_alive()
        release.set()
        local.answer = 200
        before = len(local.requests)
        with opened(data_dir, **settings) as platform, served(create_app(platform)) as url:
            platform.background.start()
            with Api(url, member["secret_key"]) as api:
                until(lambda: len(local.requests) > before)
                [webhook] = api.get("/v1/webhooks").json()["data"]
                path = f"/v1/webhooks/{webhook['id']}/deliveries"
                until(lambda: api.get(path).json()["data"][0]["state"] == "succeeded")
                states = [one["state"] for one in api.get(path).json()["data"]]
                assert states == ["succeeded", "pending"], "the other one waits its minute"


def test_deliveries_are_made_on_postgresql(data_dir, postgres, tmp_path):
    with receiver() as local:
        settings = {"webhook_private": True, "webhook_retries_s": (0.2,)}
        with (
            opened(tmp_path / "pg", database_url=postgres(), **settings) as platform,
            served(create_app(platform)) as url,
        ):
            platform.background.start()
            member, api = sign_up(url)
            with contextlib.closing(api):
                api.write("/v1/webhooks", {"url": local.url, "event_types": ["payment.*"]})
                failing = iter([500])
                local.answer = lambda request: next(failing, 200)
                for amount in (1, 2):
                    body = {"to": member["wallet"]["address"], "amount": amount}
                    assert api.write("/v1/transfers", body).is_success
                until(lambda: len(local.requests) == 3)
            platform.background.stop()
        assert not (tmp_path / "pg" / "background.db").exists()


@pytest.mark.slow
def test_kill_in_the_midst_of_deliveries_loses_none_and_makes_none_anew(data_dir):
    number = 25
    with receiver() as local:
        box = Sandbox(
            data_dir,
            POC_WEBHOOK_PRIVATE="true",
            POC_WEBHOOK_RETRIES_S="[0.5, 0.5, 1, 1, 2, 2, 4, 4]",
        )
        answered: Counter[str] = Counter()

        def answer(request):
            """Every event's first attempt fails; it is slow enough to be cut off."""
            time.sleep(0.05)
            event = request.event["id"]
            answered[event] += 1
            return 500 if answered[event] == 1 else 200

        local.answer = answer
        try:
            box.start()
            box.wait_ready()
            member, api = sign_up(box.url)
            with contextlib.closing(api):
                made = api.write("/v1/webhooks", {"url": local.url, "event_types": ["payment.*"]})
                assert made.status_code == 201, made.text
                for amount in range(1, number + 1):
                    body = {"to": member["wallet"]["address"], "amount": amount}
                    assert api.write("/v1/transfers", body, wait=0).status_code == 202
            for share in (4, 2):  # twice: early, and with retries under way
                until(lambda share=share: len(answered) >= number // share, seconds=60)
                box.kill()
                box.start()
                box.wait_ready()
            path = f"/v1/webhooks/{made.json()['id']}/deliveries"
            headers = {"Authorization": f"Bearer {member['secret_key']}"}
            with httpx.Client(
                base_url=box.url, headers=headers, timeout=40, verify=NO_TLS
            ) as client:

                def rows():
                    return client.get(path, params={"limit": 100}).json()["data"]

                def done():
                    states = Counter(row["state"] for row in rows())
                    return states == {"succeeded": number}

                until(done, seconds=90)
                events = client.get("/v1/events", params={"limit": 100, "type": "payment.*"})
            log = {event["id"]: event for event in events.json()["data"]}
            paid = [e for e in log.values() if e["data"]["from"] == member["wallet"]["address"]]
            assert len(paid) == number
            assert {row["event"] for row in rows_of(path, box.url, headers)} >= {
                event["id"] for event in paid
            }
            received = Counter(request.event["id"] for request in local.requests)
            assert set(received) == {event["id"] for event in paid}
            # One failure, one success, and for each of the two kills at most one more.
            assert max(received.values()) <= 4
            for request in local.requests:
                assert request.event == log[request.event["id"]]
            assert box.stop() == 0
        finally:
            box.close()


def rows_of(path, url, headers):
    return httpx.get(
        url + path, headers=headers, params={"limit": 100}, timeout=40, verify=NO_TLS
    ).json()["data"]
