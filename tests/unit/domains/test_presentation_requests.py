"""Presentation requests on the database that takes reading at its word."""

import pytest

from pocplatform.domains.openid4vp import service
from pocplatform.domains.openid4vp.errors import AnswerRefused
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database


@pytest.fixture
def database(postgres):
    made = Database(postgres())
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def asked(database):
    with database.transaction() as session:
        row = PresentationRequest(
            id="prq_x", org_id=None, verifier="0x", dcql_query={}, nonce="n", state="s",
            status="pending", results=[], expires_ms=now_ms() + 60_000, created_ms=now_ms(),
        )  # fmt: skip
        session.add(row)
    return row.id


def test_request_is_read_without_locking_it(database, asked):
    with database.snapshot() as session:
        assert service.open_request(session, asked).status == "pending"


def test_request_that_is_being_answered_is_locked(database, asked):
    with database.transaction() as session:
        found = service.open_request(session, asked, lock=True)
        service.decline(found, "access_denied", None)
        session.add(found)
    with database.snapshot() as session, pytest.raises(AnswerRefused):
        service.open_request(session, asked)
