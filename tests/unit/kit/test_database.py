"""The database: transactions, migration, and what is said when it cannot be used."""

import subprocess
import sys
import threading

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel, select

from pocplatform.kit.database import Database, alembic_config, newest_revisions
from pocplatform.kit.errors import DatabaseUnreadable
from pocplatform.migrations.tables import import_all_tables
from pocplatform.outbox.models import SignerAccount


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


def account(number: int) -> SignerAccount:
    return SignerAccount(address=f"0x{number:040x}", created_ms=number)


def test_migrations_give_exactly_the_tables_of_the_models(database):
    import_all_tables()
    with database.engine.connect() as connection:
        command.check(alembic_config(connection))
        tables = set(connection.dialect.get_table_names(connection))
    assert set(SQLModel.metadata.tables) <= tables


def test_transaction_is_committed_at_its_end_and_rolled_back_on_an_error(database):
    with database.transaction() as session:
        session.add(account(1))

    def fail_halfway() -> None:
        with database.transaction() as session:
            session.add(account(2))
            session.flush()
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    with database.snapshot() as session:
        assert [row.address[-1] for row in session.exec(select(SignerAccount))] == ["1"]


def test_concurrent_writers_lose_nothing(database):
    def write(start: int) -> None:
        for number in range(start, start + 25):
            with database.transaction() as session:
                session.add(account(number))

    threads = [threading.Thread(target=write, args=(start,)) for start in range(0, 200, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.snapshot() as session:
        assert len(session.exec(select(SignerAccount)).all()) == 200


def test_snapshot_does_not_change_while_it_is_open(database):
    with database.snapshot() as session:
        assert session.exec(select(SignerAccount)).all() == []
        with database.transaction() as other:
            other.add(account(1))
        assert session.exec(select(SignerAccount)).all() == []
    with database.snapshot() as session:
        assert len(session.exec(select(SignerAccount)).all()) == 1


def test_transactions_wait_for_the_disk_unless_told_otherwise(database):
    asked, waits = (
        (text("PRAGMA synchronous"), 2)
        if database.is_sqlite
        else (text("SHOW synchronous_commit"), "on")
    )
    for durable in (True, False, True, False, True):
        with database.transaction(durable=durable) as session:
            session.add(account(len(session.exec(select(SignerAccount)).all())))
            assert (session.connection().execute(asked).scalar() == waits) is durable
    with database.snapshot() as session:
        assert len(session.exec(select(SignerAccount)).all()) == 5


def test_migrating_again_changes_nothing(database):
    with database.transaction() as session:
        session.add(account(1))
    database.migrate()
    with database.snapshot() as session:
        assert len(session.exec(select(SignerAccount)).all()) == 1


def test_sqlite_commits_are_durable_and_foreign_keys_hold(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.transaction() as session:
        connection = session.connection()
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path):
    path = tmp_path / "platform.db"
    path.write_bytes(b"this is not a database" * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnreadable) as caught:
        database.migrate()
    database.close()
    assert str(path) in caught.value.detail()
    assert "pocplatform reset" in caught.value.next_step()
    assert path.read_bytes() == b"this is not a database" * 100


def test_damaged_database_is_recognised_before_it_is_used(tmp_path):
    path = tmp_path / "platform.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.transaction() as session:
        for number in range(2000):
            session.add(account(number))
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    content = bytearray(path.read_bytes())
    content[8192 : 8192 + 40960] = b"\xaa" * 40960
    path.write_bytes(bytes(content))
    damaged = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnreadable):
        damaged.migrate()
    damaged.close()


def test_database_server_that_does_not_answer_is_named_without_its_password():
    database = Database("postgresql://poc:secret-word@127.0.0.1:1/poc")
    with pytest.raises(DatabaseUnreadable) as caught:
        database.migrate()
    assert "127.0.0.1:1" in caught.value.detail()
    assert "secret-word" not in caught.value.detail()


def test_newest_revision_is_the_one_that_alembic_finds():
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert newest_revisions() == {head}


def test_start_on_tables_that_are_up_to_date_does_without_alembic(tmp_path):
    """It takes longer to load than such a start should."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    database = Database(url)
    database.migrate()
    database.close()
    code = (
        "import sys; from pocplatform.kit.database import Database; "
        f"Database({url!r}).migrate(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
