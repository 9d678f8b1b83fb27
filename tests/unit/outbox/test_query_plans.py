"""What is asked for every write does not take longer as the tables grow."""

import pytest
from sqlalchemy import Select

from pocplatform.domains.payments import projections as payments
from pocplatform.events import log
from pocplatform.http import idempotency
from pocplatform.indexer import blocks, scanner
from pocplatform.kit.database import Database
from pocplatform.outbox import queries, service

STATEMENTS = {
    "idempotency keys": idempotency._look_up(64),
    "queued": queries.QUEUED,
    "unsettled": service.UNSETTLED_ONES,
    "still queued": queries.STILL_QUEUED,
    "queued ones": queries.QUEUED_ONES,
    "accounts": queries.LOCKED_ACCOUNTS,
    "tip": scanner._TIP,
    "ours": blocks.OURS,
    "known": scanner._KNOWN,
    "events told": log._TOLD,
    "last event": log._LAST,
    "balances": payments._BALANCES,
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'platform.db'}")
    database.migrate()
    with database.engine.connect() as connection:
        yield connection
    database.close()


def plan(connection, statement: Select) -> list[str]:
    bound = statement
    if "wanted" in statement.compile(dialect=connection.dialect).params:
        bound = statement.params(wanted=["a", "b"])
    text = str(
        bound.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    )
    number = text.count("?")
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * number)
    return [row[3] for row in rows]


@pytest.mark.parametrize("name", STATEMENTS)
def test_tables_are_searched_by_an_index(connection, name):
    steps = plan(connection, STATEMENTS[name])
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize("name", ["QUEUED_BY_TURN", "OWN_QUEUED"])
def test_whose_turn_it_is_is_read_from_the_index_of_the_queue(connection, name):
    steps = plan(connection, getattr(queries, name))
    tables = [step for step in steps if "USING" in step]
    assert tables
    assert not [step for step in tables if "ix_transactions_queue (status=?" not in step], steps
