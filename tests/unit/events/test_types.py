"""The list of event types: nothing else is told, named or subscribed to."""

import pytest
from sqlmodel import func, select

from pocplatform.events import log
from pocplatform.events.models import Event
from pocplatform.events.types import EVENT_TYPES, UnknownEventType, nearest
from pocplatform.kit.database import Database
from tests.api.operations import document, operations


def test_event_of_a_type_that_is_not_listed_is_not_appended_nor_those_beside_it(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'db'}")
    database.migrate()
    good = log.NewEvent("webhook.test", {"webhook": "whk_1", "message": ""}, "1")
    with database.transaction() as session:
        with pytest.raises(UnknownEventType, match=r"webhook\.tset"):
            log.append(session, [good, log.NewEvent("webhook.tset", {}, "2")])
        assert session.exec(select(func.count()).select_from(Event)).one() == 0
    database.close()


def test_types_that_operations_say_they_tell_are_listed():
    named = {type_ for one in operations() for type_ in one.entry.get("x-events", ())}
    assert len(named) > 40
    assert named <= set(EVENT_TYPES)


def test_document_tells_what_endpoints_get_of_every_type():
    found = document()["webhooks"]
    assert list(found) == list(EVENT_TYPES)
    content = found["invoice.paid"]["post"]["requestBody"]["content"]["application/json"]
    told = content["schema"]["allOf"][1]["properties"]
    assert told["type"] == {"const": "invoice.paid"}
    assert {"invoice", "amount", "outstanding"} <= set(told["data"]["required"])


@pytest.mark.parametrize("pattern", ["*", "invoice.*", "invoice.paid"])
def test_what_is_there_is_like_nothing_else(pattern):
    assert nearest(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("invoice.payed", "invoice.paid"),
        ("invoices.*", "invoice.*"),
        ("payment.recieved", "payment.received"),
        ("agreement", "agreement.*"),
    ],
)
def test_nearest_type_is_found_for_one_that_is_misspelt(pattern, meant):
    assert nearest(pattern) == meant
