"""Rows in bulk, on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import Integer, bindparam, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col, select

from pocplatform.kit.bulk import (
    WANTED,
    as_json,
    execute_many,
    fetch,
    insert_into,
    insert_many,
    put_many,
    stage,
    update_many,
)
from pocplatform.kit.database import Database
from pocplatform.outbox.models import Transaction


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


def row(number: int, **values):
    return {
        "id": f"tx_{number}", "sender": "0x1", "data": bytes([number]), "value": "0",
        "contract": "C", "function": "f", "arguments": {"n": number}, "status": "queued",
        "error": None, "created_ms": number, "updated_ms": number, **values,
    }  # fmt: skip


def stored(database):
    with database.snapshot() as session:
        return session.exec(select(Transaction).order_by(col(Transaction.seq))).all()


def test_staged_rows_are_written_in_their_order_when_the_transaction_ends(database):
    with database.transaction() as session:
        for number in range(5):
            stage(session, Transaction, row(number))
        assert fetch(session.connection(), select(Transaction.id)) == []
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


BY_NUMBER = select(Transaction.id).where(
    col(Transaction.seq).in_(bindparam(WANTED, expanding=True))
)
OF_STATUS = (
    select(Transaction.id, Transaction.arguments, Transaction.data, Transaction.error)
    .where(Transaction.status == bindparam("status"), col(Transaction.value).in_(["0", "1"]))
    .order_by(col(Transaction.seq))
    .limit(bindparam("at_most", type_=Integer))
)


def test_rows_come_back_as_they_were_written(database):
    with database.transaction() as session:
        stage(session, Transaction, row(1, error={"name": "Ääkkönen"}))
        stage(session, Transaction, row(2, error=None, arguments=as_json({"n": [1, "2", None]})))
        stage(session, Transaction, row(3, status="signed"))
    expected = [
        ("tx_1", {"n": 1}, b"\x01", {"name": "Ääkkönen"}),
        ("tx_2", {"n": [1, "2", None]}, b"\x02", None),
    ]
    assert database.fetch(OF_STATUS, status="queued", at_most=5) == expected
    assert database.fetch(OF_STATUS, status="queued", at_most=1) == expected[:1]
    assert database.fetch(OF_STATUS, status="sent", at_most=5) == []
    with database.snapshot() as session:
        assert fetch(session.connection(), OF_STATUS, status="queued", at_most=5) == expected
    assert [r.arguments for r in stored(database)][:2] == [{"n": 1}, {"n": [1, "2", None]}]


@pytest.mark.parametrize("number", [0, 1, 3, 2500])
def test_any_number_of_values_is_looked_up(database, number):
    with database.transaction() as session:
        connection = session.connection()
        execute_many(
            connection,
            insert_into(Transaction),
            [row(n % 256) | {"id": f"tx_{n}"} for n in range(number)],
        )
        wanted = [seq for (seq,) in fetch(connection, select(Transaction.seq))] + [10**6]
        found = fetch(connection, BY_NUMBER, wanted=wanted if number else [])
    assert sorted(id_ for (id_,) in found) == sorted(f"tx_{n}" for n in range(number))


def test_errors_of_the_driver_are_those_of_sqlalchemy(database):
    with pytest.raises(IntegrityError), database.transaction() as session:
        execute_many(session.connection(), insert_into(Transaction), [row(1), row(1)])
    assert stored(database) == []


def test_a_connection_that_the_server_has_ended_is_replaced(postgres):
    database = Database(postgres())
    database.migrate()
    query = select(Transaction.id)
    with database.engine.connect() as lost, database.engine.connect() as other:
        pid = lost.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        lost.commit()
        # Waits (at most 10 s) until it has ended.
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    answers = []
    for _ in range(2):  # each of the two that wait for the next statement
        try:
            answers.append(database.fetch(query))
        except OperationalError:
            answers.append("ended")
    assert sorted(answers, key=len) == [[], "ended"]
    assert [database.fetch(query) for _ in range(2)] == [[], []]
    database.close()


@pytest.mark.parametrize("number", [0, 1, 7, 200])
def test_many_rows_are_added_changed_and_written_over(database, number):
    rows = [row(n % 256) | {"id": f"tx_{n}", "seq": n + 1} for n in range(number)]
    with database.transaction() as session:
        connection = session.connection()
        insert_many(connection, Transaction, rows)
        changes = [
            {"status": "signed", "id": f"tx_{n}", "nonce": n, "raw": b"r", "error": {"n": n}}
            for n in range(0, number, 2)
        ]
        update_many(connection, Transaction, "id", changes)
        again = [row(0) | {"id": f"tx_{n}", "to": "0x2", "seq": n + 1} for n in range(number + 3)]
        put_many(connection, Transaction, "seq", again[5:])
    found = stored(database)
    assert [r.id for r in found] == [r["id"] for r in rows[:5] + again[5:]]
    assert [r.to for r in found] == [None] * min(number, 5) + ["0x2"] * len(again[5:])
    assert [(r.nonce, r.raw, r.error) for r in found[:number]] == [
        (None, None, None) if n % 2 else (n, b"r", None if n > 4 else {"n": n})
        for n in range(number)
    ]


@pytest.mark.parametrize("write", [insert_many, lambda *a: put_many(*a[:2], "id", a[2])])
def test_rows_that_break_a_rule_are_not_kept_in_part(database, write):
    rows = [row(n) for n in range(5)] + [row(5, seq=1)]
    with pytest.raises(IntegrityError), database.transaction() as session:  # noqa: PT012
        insert_many(session.connection(), Transaction, [row(9, seq=1)])
        write(
            session.connection(),
            Transaction,
            [r | {"seq": r.get("seq", 7 + n)} for n, r in enumerate(rows)],
        )
    assert stored(database) == []
