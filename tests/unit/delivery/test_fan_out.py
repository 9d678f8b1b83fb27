"""From the event log to deliveries: each event once for each endpoint, in portions."""

from sqlmodel import select

from pocplatform.delivery.webhooks.models import Delivery, DeliveryState, Webhook
from pocplatform.delivery.webhooks.sending import fan_out
from pocplatform.events import log as event_log
from pocplatform.events.models import Event
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database


def test_every_event_becomes_one_delivery_in_its_order_and_a_backlog_waits_in_the_log(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    with database.transaction() as session:
        session.add(
            Webhook(
                id="whk_1",
                address="0xA",
                url="https://example.com/",
                event_types=["a.*"],
                metadata_={},
                secret=b"",
                created_ms=now_ms(),
            )
        )
        for number in range(1_100):
            for type_, address in (("a.b", "0xA"), ("c.d", "0xA"), ("a.b", "0xB")):
                source = f"{number}{address}"
                new = event_log.NewEvent(type_, {"n": number}, source, audience=[address])
                event_log.append(session, [new])

    def step(addresses):
        with database.transaction() as session:
            return [delivery.id for delivery in fan_out(session, addresses)]

    assert step(["0xB"]) == []
    assert len(step(["0xA"])) == 1_000
    assert step(None) == []
    with database.transaction() as session:
        for delivery in session.exec(select(Delivery)):
            delivery.state = DeliveryState.SUCCEEDED
            session.add(delivery)
    assert len(step(None)) == 100
    assert step(None) == []
    with database.snapshot() as session:
        rows = session.exec(
            select(Event.data)
            .join(Delivery, Delivery.event_seq == Event.seq)
            .order_by(Delivery.seq)
        ).all()
    assert [data["n"] for data in rows] == list(range(1_100))
    database.close()


def test_events_that_an_endpoint_does_not_want_are_looked_at_once(tmp_path):
    """The log is not read from the last event that was wanted, which may be long ago."""
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    hook = Webhook(
        id="whk_1", address="0xA", url="https://example.com/", event_types=["a.*"], metadata_={},
        secret=b"", created_ms=now_ms(),
    )  # fmt: skip
    with database.transaction() as session:
        session.add(hook)

    def step(*types):
        with database.transaction() as session:
            before = event_log.last_seq(session)
            new = [event_log.NewEvent(t, {}, f"{before}{t}", audience=["0xA"]) for t in types]
            event_log.append(session, new)
            made = fan_out(session, None)
            webhook = session.exec(select(Webhook)).one()
            return len(made), event_log.last_seq(session) - webhook.after_seq

    assert step("c.d", "c.e") == (0, 0)
    assert step("a.b", "c.d") == (1, 0)
    assert step("c.d", "a.b") == (1, 0)
    assert step() == (0, 0)
    database.close()
