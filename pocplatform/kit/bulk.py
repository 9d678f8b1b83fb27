"""Many rows at a time, with as little as possible between them and the database's driver.

SQLAlchemy looks at every value of every row; where the same statement is executed for hundreds of
rows a second, that takes longer than the database does. Here a statement is compiled once, and the
rows go to the driver as they are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Connection, Delete, Dialect, Insert, Update, event, insert
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel

_STAGED = "rows to be written"


def execute_many(
    connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement for every row.

    Args:
        connection: Where.
        statement: One object for all calls with the same statement: what is compiled is kept.
        rows: A value for each parameter (``bindparam``) of the statement, and of an insert without
            values for each of its columns. All of the same parameters.
    """
    if not rows:
        return
    compiled = _compiled(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(compiled.text, [compiled.values(row) for row in rows])


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the driver takes it.

    Attributes:
        text: With the driver's own placeholders.
        positional: The parameters in their order, where the driver takes them by position.
        as_json: Those that the database keeps as JSON.
    """

    text: str
    positional: tuple[str, ...] | None
    as_json: frozenset[str]

    def values(self, row: Mapping[str, Any]) -> Any:
        """A row as the driver takes it."""
        if self.positional is None:
            return {name: self._value(name, value) for name, value in row.items()}
        if self.as_json:
            return tuple([self._value(name, row[name]) for name in self.positional])
        return tuple([row[name] for name in self.positional])

    def _value(self, name: str, value: Any) -> Any:
        if name in self.as_json and value is not None:
            return json.dumps(value)
        return value


@lru_cache(maxsize=256)
def _compiled(
    statement: Insert | Update | Delete, dialect: Dialect, columns: tuple[str, ...]
) -> _Compiled:
    keys = list(columns) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    assert isinstance(compiled, SQLCompiler)
    as_json = frozenset(n for n, bind in compiled.binds.items() if isinstance(bind.type, JSON))
    positional = tuple(compiled.positiontup or ()) if compiled.positional else None
    return _Compiled(str(compiled), positional, as_json)


def stage(session: Session, table: type[SQLModel], row: Mapping[str, Any]) -> None:
    """Let a row be written before the session's transaction is committed.

    It is written earlier if the session is asked for anything (``exec``, ``execute``, ``get``),
    for that may be about it. What is asked of ``session.connection()`` does not wait for it.

    Args:
        session: Of a database transaction.
        table: Where the row belongs.
        row: Its values by column; columns that it leaves out must not need one.
    """
    session.info.setdefault(_STAGED, {}).setdefault((table, tuple(row)), []).append(row)


def write_staged(session: Session) -> None:
    """Write what was staged until now."""
    staged = session.info.pop(_STAGED, None)
    if staged:
        connection = session.connection()
        for (table, _columns), rows in staged.items():
            execute_many(connection, insert_into(table), rows)


@lru_cache
def insert_into(table: type[SQLModel]) -> Insert:
    """The insert statement of a table."""
    return insert(table.__table__)  # type: ignore[attr-defined]


@event.listens_for(Session, "do_orm_execute")
def _before_statement(state: Any) -> None:
    write_staged(state.session)


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    write_staged(session)


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop(_STAGED, None)
