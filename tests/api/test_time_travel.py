"""The clock of a shared sandbox stays that of the world; docs/testing.md is about one's own."""

import asyncio
import threading

import pytest

from pocplatform.domains.network.errors import TimeTravelOff
from pocplatform.domains.network.service import advance_time
from pocplatform.kit import clock
from tests.unit.outbox.harness import until


@pytest.fixture
def world_clock():
    """Whatever a test does to the clock is undone."""
    yield
    clock.advance(-round((clock.now_ms() - clock.time.time_ns() // 1_000_000) / 1000))


def test_clock_of_a_shared_sandbox_cannot_be_put_forward(admin):
    answer = admin.write("/v1/chain/advance_time", {"seconds": 60})
    assert (answer.status_code, answer.json()["code"]) == (403, "time_travel_off")
    assert "POC_TIME_TRAVEL" in answer.json()["next_step"]


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "60", True, None, 10**12])
def test_time_goes_forward_by_whole_seconds_only(admin, seconds):
    answer = admin.write("/v1/chain/advance_time", {"seconds": seconds})
    assert (answer.status_code, answer.json()["param"]) == (422, "seconds")


def test_clock_goes_as_far_as_it_is_put(world_clock):
    before = clock.now_ms()
    advance_time(3600, allowed=True, managed=True)
    assert 3_600_000 <= clock.now_ms() - before < 3_660_000


def test_chain_of_somebody_elses_keeps_its_own_time():
    with pytest.raises(TimeTravelOff):
        advance_time(3600, allowed=True, managed=False)


def test_time_goes_forward_once_though_a_write_beside_it_fails(
    admin, platform, world_clock, monkeypatch
):
    monkeypatch.setattr(platform.gateway.settings, "time_travel", True)
    writes, go_on, before = platform.gateway.writes, threading.Event(), clock.now_ms()

    def fail(session):
        raise RuntimeError("undone, and all beside it with it")

    async def side_by_side():
        busy = writes.submit(lambda session: go_on.wait(20))
        asked = asyncio.create_task(
            asyncio.to_thread(admin.write, "/v1/chain/advance_time", {"seconds": 3600})
        )
        await asyncio.to_thread(until, lambda: writes._pieces.qsize() == 1, "in line")
        failing = writes.submit(fail)
        go_on.set()
        await busy
        with pytest.raises(RuntimeError, match="undone"):
            await failing
        return await asked

    assert asyncio.run(side_by_side()).status_code == 200
    assert 3_600_000 <= clock.now_ms() - before < 3_660_000


def test_requests_are_noted_by_the_same_clock(join, world_clock):
    us = join()
    clock.advance(3600)
    before = clock.now_ms()
    us.api.get("/v1/balance")
    (noted,) = us.api.get("/v1/requests", params={"path": "/v1/balance"}).json()["data"]
    assert clock.iso(before) <= noted["created"] <= clock.iso(clock.now_ms())
