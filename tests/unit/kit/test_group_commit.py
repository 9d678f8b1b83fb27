"""Writes that arrive together share a transaction, and one that fails is undone alone."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

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
    with database.transaction() as session:
        writing = session.get_bind()
    event.listen(writing, "commit", lambda _connection: counted.append(None))
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


def run(scenario) -> None:
    """A scenario in an event loop, as requests are."""
    asyncio.run(asyncio.wait_for(scenario(), DEADLINE_S))


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
    async def scenario():
        assert await group.do(add(1)) == 10
        assert numbers(database) == {1}

    run(scenario)


def test_what_arrives_together_is_committed_together(group, commits):
    async def scenario():
        go = held_back(group)
        futures = [group.submit(add(n)) for n in range(AT_MOST)]
        go.set()
        assert await asyncio.gather(*futures) == [10 * n for n in range(AT_MOST)]

    run(scenario)
    assert len(commits) == 1


def test_group_is_prepared_once_with_all_its_work(database):
    prepared: list[list] = []
    group = GroupCommit(database, prepare=lambda _session, works: prepared.append(list(works)))
    works = [add(n) for n in range(3)]

    async def scenario():
        go = held_back(group)
        futures = [group.submit(work) for work in works]
        go.set()
        await asyncio.gather(*futures)

    run(scenario)
    group.close()
    assert prepared[1:] == [works]


def test_commit_is_told_with_the_session_that_was_committed(database):
    told: list[tuple[str, set[int]]] = []

    def committed(session) -> None:
        told.append((session.info["note"], numbers(database)))

    def work(session) -> None:
        add(1)(session)
        session.info["note"] = "done"

    group = GroupCommit(database, committed=committed)
    run(lambda: group.do(work))
    group.close()
    assert told == [("done", {1})]


def test_work_that_fails_is_undone_and_the_others_are_done(database, group):
    def fail(session) -> None:
        add(7)(session)
        raise LookupError("no")

    async def scenario():
        go = held_back(group)
        futures = [group.submit(work) for work in (add(1), fail, add(2))]
        go.set()
        first, failed, second = await asyncio.gather(*futures, return_exceptions=True)
        assert (first, second) == (10, 20)
        assert isinstance(failed, LookupError)

    run(scenario)
    assert numbers(database) == {1, 2}


def test_conflict_within_a_group_fails_for_the_second_only(database, group):
    async def scenario():
        go = held_back(group)
        futures = [group.submit(add(1)), group.submit(add(1))]
        go.set()
        first, second = await asyncio.gather(*futures, return_exceptions=True)
        assert first == 10
        assert isinstance(second, IntegrityError)

    run(scenario)
    assert numbers(database) == {1}


def test_work_that_was_given_up_before_its_turn_is_not_done(database, group):
    async def scenario():
        go = held_back(group)
        given_up, kept = group.submit(add(1)), group.submit(add(2))
        assert given_up.cancel()
        go.set()
        await kept

    run(scenario)
    assert numbers(database) == {2}


def test_closing_does_first_what_was_submitted(database):
    group = GroupCommit(database)

    async def scenario():
        go = held_back(group)
        futures = [group.submit(add(n)) for n in range(2 * AT_MOST)]
        go.set()
        group.close()
        assert len(await asyncio.gather(*futures)) == 2 * AT_MOST

    run(scenario)
    assert len(numbers(database)) == 2 * AT_MOST


def test_request_whose_loop_has_ended_does_not_stop_the_others(database, group):
    async def leave():
        go = held_back(group)
        group.submit(add(1))
        return go

    go = asyncio.run(leave())
    go.set()
    run(lambda: group.do(add(2)))
    assert numbers(database) >= {2}
