"""Nothing waits for the database in the event loop, where everybody else would wait with it."""

import asyncio
import contextlib
import traceback

import pytest
from sqlalchemy import Engine, Pool, event

from pocplatform.kit.ids import new_id
from tests.api.operations import operations

OPERATIONS = operations()
"""Addresses with ids that name nothing are enough: to find that out, the database is asked."""


@pytest.fixture
def asked_in_the_loop():
    """Where in an event loop the database is asked, from now on."""
    found = []

    def look(*_):
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop()
            found.append("".join(traceback.format_stack(limit=25)))

    event.listen(Pool, "checkout", look)
    event.listen(Engine, "before_cursor_execute", look)
    yield found
    event.remove(Pool, "checkout", look)
    event.remove(Engine, "before_cursor_execute", look)


def test_look_for_questions_in_the_loop_sees_them(platform, asked_in_the_loop):
    async def ask():
        with platform.gateway.database.snapshot() as session:
            session.connection().exec_driver_sql("SELECT 1")

    asyncio.run(ask())
    assert len(asked_in_the_loop) == 2


def test_no_operation_asks_the_database_in_the_event_loop(makers, asked_in_the_loop):
    api = makers.world.member.api
    asked = []
    for one in OPERATIONS:
        if "admin" in one.scopes or one.path.endswith(("/stream", "/listen")):
            continue
        if one.verb != "get" and "{" not in one.path:
            continue
        body = {} if one.example is None else {"json": one.example}
        before = len(asked_in_the_loop)
        answer = api.request(
            one.verb, one.anywhere(), headers={"Idempotency-Key": new_id("key")}, **body
        )
        assert answer.status_code < 500, f"{one}: {answer.text}"
        if len(asked_in_the_loop) > before:
            asked.append(str(one))
    assert asked == [], asked_in_the_loop[0]
