"""From the event log to deliveries: each event once for each endpoint, in portions."""

from sqlmodel import select

from pocplatform.delivery.webhooks.models import Delivery, DeliveryState, Webhook
from pocplatform.delivery.webhooks.sending import fan_out
from pocplatform.domains.organizations.models import Organization, Wallet
from pocplatform.events import log as event_log
from pocplatform.events.models import Event
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database

LEFT, SOLD = "space.left", "listing.sold"


def add_tenant(session, **webhook):
    """An organization with a wallet 0xA and a webhook."""
    common = {"created_ms": now_ms(), "metadata_": {}}
    session.add(Organization(id="org_1", name="Oy", address="0xA", **common))
    session.flush()
    session.add(
        Wallet(id="wal_1", org_id="org_1", address="0xA", custody="platform", name="",
               created_ms=now_ms())
    )  # fmt: skip
    session.add(Webhook(org_id="org_1", address="0xA", secret=b"", **common, **webhook))


def test_every_event_becomes_one_delivery_in_its_order_and_a_backlog_waits_in_the_log(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    with database.transaction() as session:
        add_tenant(session, id="whk_1", url="https://example.com/", event_types=["space.*"])
        for number in range(1_100):
            for type_, address in (
                (LEFT, "0xA"),
                (SOLD, "0xA"),
                (LEFT, "0xB"),
            ):
                source = f"{number}{address}"
                new = event_log.NewEvent(type_, {"n": number}, source, audience=[address])
                event_log.append(session, [new])

    def step(tenants):
        with database.transaction() as session:
            return [delivery.id for delivery in fan_out(session, tenants)]

    assert step({"org_2", None}) == []
    assert len(step({"org_1"})) == 1_000
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
    with database.transaction() as session:
        add_tenant(session, id="whk_1", url="https://example.com/", event_types=["space.*"])

    def step(*types):
        with database.transaction() as session:
            before = event_log.last_seq(session)
            new = [event_log.NewEvent(t, {}, f"{before}{t}", audience=["0xA"]) for t in types]
            event_log.append(session, new)
            made = fan_out(session, None)
            webhook = session.exec(select(Webhook)).one()
            return len(made), event_log.last_seq(session) - webhook.after_seq

    assert step(SOLD, "offer.accepted") == (0, 0)
    assert step(LEFT, SOLD) == (1, 0)
    assert step(SOLD, LEFT) == (1, 0)
    assert step() == (0, 0)
    database.close()
