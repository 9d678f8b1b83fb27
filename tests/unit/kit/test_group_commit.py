"""Writes that arrive together share a transaction, and one that fails is undone alone."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from sqlalchemy import event, text

from pocplatform.kit.database import Database
from pocplatform.kit.group_commit import AT_MOST, GroupCommit

DEADLINE_S = 10


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'group.db'}")
    with database.transaction() as session:
        session.connection().execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
    yield database
    database.close()


@pytest.fixture
def commits(database):
    """Counts commits."""
    counted: list[None] = []
    event.listen(database.engine, "commit", lambda _connection: counted.append(None))
    return counted


@pytest.fixture
def group(database):
    group = GroupCommit(database)
    yield group
    group.close()


def add(number: int):
    def work(session) -> int:
        session.connection().execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})
        return number * 10

    return work


def numbers(database: Database) -> set[int]:
    with database.snapshot() as session:
        return set(session.connection().execute(text("SELECT n FROM numbers")).scalars())


def held_back(group: GroupCommit) -> threading.Event:
    """Keeps the thread busy until the event is set, so that what follows arrives together."""
    go, waiting = threading.Event(), threading.Event()

    def wait(_session) -> None:
        waiting.set()
        assert go.wait(DEADLINE_S)

    group.submit(wait)
    assert waiting.wait(DEADLINE_S)
    return go


def test_result_is_there_once_the_work_is_committed(database, group):
    assert group.submit(add(1)).result(DEADLINE_S) == 10
    assert numbers(database) == {1}


def test_what_arrives_together_is_committed_together(database, group, commits):
    go = held_back(group)
    futures = [group.submit(add(n)) for n in range(AT_MOST)]
    go.set()
    assert [future.result(DEADLINE_S) for future in futures] == [10 * n for n in range(AT_MOST)]
    assert len(commits) == 1


def test_work_that_fails_is_undone_and_the_others_are_done(database, group):
    go = held_back(group)

    def fail(session) -> None:
        add(7)(session)
        raise LookupError("no")

    futures: list[Future] = [group.submit(add(1)), group.submit(fail), group.submit(add(2))]
    go.set()
    assert futures[0].result(DEADLINE_S) == 10
    with pytest.raises(LookupError, match="no"):
        futures[1].result(DEADLINE_S)
    assert futures[2].result(DEADLINE_S) == 20
    assert numbers(database) == {1, 2}


def test_conflict_within_a_group_fails_for_the_second_only(database, group):
    go = held_back(group)
    first, second = group.submit(add(1)), group.submit(add(1))
    go.set()
    assert first.result(DEADLINE_S) == 10
    assert second.exception(DEADLINE_S) is not None
    assert numbers(database) == {1}


def test_work_that_was_given_up_before_its_turn_is_not_done(database, group):
    go = held_back(group)
    given_up, kept = group.submit(add(1)), group.submit(add(2))
    assert given_up.cancel()
    go.set()
    kept.result(DEADLINE_S)
    assert numbers(database) == {2}


def test_closing_does_first_what_was_submitted(database):
    group = GroupCommit(database)
    go = held_back(group)
    futures = [group.submit(add(n)) for n in range(2 * AT_MOST)]
    go.set()
    group.close()
    assert all(future.done() for future in futures)
    assert len(numbers(database)) == 2 * AT_MOST
