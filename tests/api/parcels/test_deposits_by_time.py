"""Deposits that nobody claims, or nobody decides about, go back to the user by themselves."""

import time
from types import SimpleNamespace

import pytest

from pocplatform.kit import clock
from pocplatform.kit.settings import Settings
from pocplatform.main import create_app
from pocplatform.routers import JOBS
from pocplatform.startup import open_platform
from tests.api.parcels.conftest import DAY, act, cents
from tests.api.spaces.conftest import done, reverted
from tests.conftest import served


class Clock:
    """The platform's clock, ahead by some seconds."""

    def __init__(self):
        self.ahead = 0

    def time_ns(self):
        return time.time_ns() + self.ahead * 1_000_000_000


@pytest.fixture(scope="module")
def hands():
    moved = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "time", SimpleNamespace(time_ns=moved.time_ns))
        yield moved


@pytest.fixture(scope="module")
def platform(hands, tmp_path_factory):
    """A platform of its own: others' must not get blocks from next month."""
    running = open_platform(Settings(data_dir=tmp_path_factory.mktemp("parcels"), port=0))
    yield running
    running.close()


@pytest.fixture(scope="module")
def base_url(platform):
    with served(create_app(platform)) as url:
        yield url


@pytest.fixture
def run(platform):
    def once():
        (job,) = [job for job in JOBS if job.name == "parcels.release_deposits"]
        gateway = platform.gateway
        with gateway.database.transaction() as session:
            count = job.run(session, gateway.outbox, clock.now_ms())
        gateway.wake()
        return count

    return once


@pytest.fixture
def rented(let, join):
    parcel, owner, arbiter = let
    user = join("Vuokralainen Oy", fund=50_000)
    return done(act(user, parcel, "rent", {"days": 2})), user, owner, arbiter


def settled(member, parcel):
    """The parcel when all that was on its way is recorded."""
    done(member.api.write("/v1/faucet", {"amount": 1}))
    return done(member.api.get(f"/v1/parcels/{parcel['id']}"))


def test_unclaimed_deposit_goes_back_three_days_after_the_rental(rented, hands, run):
    parcel, user, owner, _ = rented
    assert run() == 0
    hands.ahead += 2 * DAY + 60
    assert done(user.api.get(f"/v1/parcels/{parcel['id']}"))["user"] is None
    assert run() == 0
    reverted(act(user, parcel, "deposit/release"), "ParcelsReleaseTooEarly")
    hands.ahead += 3 * DAY
    assert run() == 1
    assert run() == 0  # it is on its way, or done
    assert settled(owner, parcel)["deposit"] is None
    assert cents(user) == 50_000 - 2_000
    (rental,) = user.api.get("/v1/rentals").json()["data"]
    assert (rental["status"], rental["user_amount"]) == ("settled", 20_000)


def test_claim_that_nobody_decides_in_time_comes_to_nothing(rented, hands, run):
    parcel, user, owner, arbiter = rented
    hands.ahead += 2 * DAY + 60
    done(act(owner, parcel, "deposit/claim", {"amount": 5_000, "reason": "Seinä."}))
    hands.ahead += 3 * DAY
    assert run() == 0  # the arbiter has fourteen days
    hands.ahead += 11 * DAY + 60
    ruling = {"owner_amount": 5_000, "ruling": "Myöhässä."}
    reverted(act(arbiter, parcel, "deposit/decide", ruling), "ParcelsNoClaim")
    assert run() == 1
    assert settled(owner, parcel)["deposit"] is None
    assert cents(user) == 50_000 - 2_000


def test_writes_of_others_that_come_to_nothing_do_not_hold_a_deposit_off(rented, hands, run):
    parcel, user, owner, _ = rented
    hands.ahead += 5 * DAY + 120
    path = f"/v1/parcels/{parcel['id']}/deposit/release"
    assert owner.api.write(path, wait=0, Simulate="pending").status_code == 202
    failed = owner.api.write(path, Simulate="reverts")
    assert failed.json()["code"] == "contract_reverted", failed.text
    assert run() == 1
    assert settled(owner, parcel)["deposit"] is None
    assert cents(user) == 50_000 - 2_000


def test_who_could_have_claimed_is_too_late_then(rented, hands):
    parcel, user, owner, _ = rented
    hands.ahead += 5 * DAY + 120
    claim = {"amount": 1, "reason": "x"}
    reverted(act(owner, parcel, "deposit/claim", claim), "ParcelsInvalidClaim")
    # Without the job anybody can have it paid back, also the user.
    done(act(user, parcel, "deposit/release"))
    assert cents(user) == 50_000 - 2_000
