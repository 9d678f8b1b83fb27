"""Whose write is next, when more wait than a block takes."""

from collections import defaultdict
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from pocplatform.kit.bulk import insert_many
from pocplatform.kit.database import Database
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.queries import next_queued

TENANTS = (None, "org_a", "org_b", "org_c", "org_d")
STATUSES = ("queued", "queued", "queued", "signed", "confirmed", "cancelled")
WRITES = st.lists(st.tuples(st.sampled_from(TENANTS), st.sampled_from(STATUSES)), max_size=60)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request, tmp_path_factory):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('turns') / 'platform.db'}"
    else:
        url = request.getfixturevalue("postgres")()
    database = Database(url)
    database.migrate()
    yield database
    database.close()


def fill(database, writes):
    rows = [
        {
            "id": f"tx_{number}", "org_id": org_id, "sender": "0xabc", "data": b"", "value": "0",
            "contract": "", "function": "f", "arguments": {}, "status": status,
            "created_ms": 0, "updated_ms": 0,
        }
        for number, (org_id, status) in enumerate(writes)
    ]  # fmt: skip
    with database.transaction() as session:
        session.exec(delete(Transaction))
        insert_many(session.connection(), Transaction, rows)


def by_definition(writes, at_most):
    """Each tenant's first, each one's second, and so on; then in the order of acceptance."""
    turns = defaultdict(count)
    queued = [
        (next(turns[org_id]), number)
        for number, (org_id, status) in enumerate(writes)
        if status == "queued"
    ]
    return sorted(number for _, number in sorted(queued)[:at_most])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(writes=WRITES, at_most=st.integers(1, 20))
def test_each_tenant_has_its_turn_however_many_writes_another_one_has(database, writes, at_most):
    fill(database, writes)
    picked = next_queued(database, at_most)
    assert [intent.id for intent in picked] == [
        f"tx_{number}" for number in by_definition(writes, at_most)
    ]
