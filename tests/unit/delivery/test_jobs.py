"""Jobs: each can be run by the clock; logs of deliveries do not grow for ever."""

from croniter import croniter
from sqlmodel import select

from pocplatform.delivery.webhooks.jobs import KEPT_DAYS, forget
from pocplatform.delivery.webhooks.models import Attempt, Delivery, DeliveryState
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.routers import JOBS


def test_every_job_has_a_name_of_its_own_and_a_time_that_can_be_understood():
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
    # One that cannot be understood would keep all others from being run.
    assert [
        job.name for job in JOBS if not croniter.is_valid(job.cron, second_at_beginning=True)
    ] == []


def test_deliveries_that_ended_long_ago_are_forgotten_and_no_others(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    now, day = now_ms(), 86_400_000
    ages = {
        "dlv_old": (KEPT_DAYS + 1, DeliveryState.SUCCEEDED),
        "dlv_old_failed": (KEPT_DAYS + 1, DeliveryState.FAILED),
        "dlv_old_pending": (KEPT_DAYS + 1, DeliveryState.PENDING),
        "dlv_young": (KEPT_DAYS - 1, DeliveryState.SUCCEEDED),
    }
    with database.transaction() as session:
        for number, (id_, (days, state)) in enumerate(ages.items()):
            at = now - days * day
            session.add(
                Delivery(id=id_, webhook_id="whk_1", event_seq=number, state=state, created_ms=at)
            )
            session.add(Attempt(delivery_id=id_, duration_ms=1, at_ms=at))
    for expected in (2, 0):
        with database.transaction() as session:
            assert forget(session, None, now) == expected
    with database.snapshot() as session:
        left = set(session.exec(select(Delivery.id)))
        attempts = set(session.exec(select(Attempt.delivery_id)))
    database.close()
    assert left == attempts == {"dlv_old_pending", "dlv_young"}
