"""Rows in bulk, on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import bindparam, event, update
from sqlmodel import col, select

from pocplatform.kit.bulk import execute_many, insert_into, stage
from pocplatform.kit.database import Database
from pocplatform.outbox.models import Transaction


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def statements(database):
    """Counts what the driver is asked for."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


def row(number: int, **values):
    return {
        "id": f"tx_{number}", "sender": "0x1", "data": bytes([number]), "value": "0",
        "contract": "C", "function": "f", "arguments": {"n": number}, "status": "queued",
        "error": None, "created_ms": number, "updated_ms": number, **values,
    }  # fmt: skip


def stored(database):
    with database.snapshot() as session:
        return session.exec(select(Transaction).order_by(col(Transaction.seq))).all()


def test_staged_rows_are_written_in_their_order_by_one_statement(database, statements):
    with database.transaction() as session:
        for number in range(5):
            stage(session, Transaction, row(number))
        assert statements == []
    assert len([s for s in statements if "INSERT" in s]) == 1
    found = stored(database)
    assert [r.id for r in found] == [f"tx_{n}" for n in range(5)]
    assert [r.arguments for r in found] == [{"n": n} for n in range(5)]
    assert [r.data for r in found] == [bytes([n]) for n in range(5)]
    assert {r.error for r in found} == {None}


def test_rows_of_other_columns_are_written_too(database):
    with database.transaction() as session:
        stage(session, Transaction, row(1))
        stage(session, Transaction, row(2, nonce=7))
        stage(session, Transaction, row(3, error={"name": "E"}))
    assert {(r.id, r.nonce, str(r.error)) for r in stored(database)} == {
        ("tx_1", None, "None"),
        ("tx_2", 7, "None"),
        ("tx_3", None, "{'name': 'E'}"),
    }


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.exec(select(Transaction).where(Transaction.id == "tx_1")).one().id,
        lambda s: s.execute(select(Transaction.id)).scalar_one(),
        lambda s: s.scalars(select(Transaction.id)).one(),
        lambda s: s.get(Transaction, 1).id,
    ],
    ids=["exec", "execute", "scalars", "get"],
)
def test_whoever_asks_the_session_sees_what_was_staged(database, ask):
    with database.transaction() as session:
        stage(session, Transaction, row(1))
        assert ask(session) == "tx_1"


def test_what_was_staged_is_undone_with_its_transaction(database):
    with pytest.raises(LookupError), database.transaction() as session:  # noqa: PT012
        stage(session, Transaction, row(1))
        raise LookupError
    with database.transaction() as session:
        stage(session, Transaction, row(2))
    assert [r.id for r in stored(database)] == ["tx_2"]


def test_statement_is_executed_for_every_row(database):
    table = Transaction.__table__
    to = update(table).where(table.c.id == bindparam("of_id")).values(
        {"error": bindparam("new_error"), "status": bindparam("new_status")}
    )  # fmt: skip
    with database.transaction() as session:
        connection = session.connection()
        execute_many(connection, insert_into(Transaction), [row(n) for n in range(3)])
        execute_many(connection, insert_into(Transaction), [])
        execute_many(
            connection, to,
            [{"of_id": f"tx_{n}", "new_error": {"n": n}, "new_status": "refused"} for n in (0, 2)],
        )  # fmt: skip
    assert [(r.status, r.error) for r in stored(database)] == [
        ("refused", {"n": 0}),
        ("queued", None),
        ("refused", {"n": 2}),
    ]
