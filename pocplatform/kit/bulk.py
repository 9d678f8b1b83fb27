"""Statements that are executed for every write, with as little as possible before the driver.

SQLAlchemy looks at every statement and at every value of every row; where the same statement is
executed hundreds of times a second, that takes ten times as long as the database does. Here a
statement is compiled once for each kind of database, values go to the driver as they are, and rows
come back as it gives them. Errors are SQLAlchemy's all the same.

Connections are those of a transaction that has begun, as ``session.connection()`` gives them.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from pydantic_core import to_json
from sqlalchemy import JSON, Connection, Delete, Dialect, Insert, Select, Update, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel

WANTED = "wanted"
"""Name of the (expanding) parameter of which :func:`fetch` takes any number of values."""

_STAGED = "rows to be written"
_AT_ONCE = 1024
"""Values in one query: databases take some ten thousand at most."""
_ROWS = 64
"""Rows in one statement."""

Row: TypeAlias = tuple[Any, ...]
Query: TypeAlias = Select[*tuple[Any, ...]]
Statement: TypeAlias = Query | Insert | Update | Delete


class Json(str):
    """A value that is JSON already, for a column that holds such."""

    __slots__ = ()


def as_json(value: Any) -> Json:
    """A value as JSON."""
    return Json(to_json(value).decode())


def insert_many(
    connection: Connection, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add rows to a table.

    Args:
        connection: Where.
        table: The table.
        rows: Values by column, all of the same columns.
    """
    _write(connection, table, "", _Kind.INSERT, rows)


def update_many(
    connection: Connection, table: type[SQLModel], key: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Change rows of a table.

    Args:
        connection: Where.
        table: The table.
        key: The column that says which row.
        rows: The key's value and new ones by column, all of the same columns.
    """
    _write(connection, table, key, _Kind.UPDATE, rows)


def put_many(
    connection: Connection, table: type[SQLModel], key: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add rows to a table, or write them over those with the same key.

    Args:
        connection: Where.
        table: The table.
        key: Its primary key, or another unique column.
        rows: Values by column, all of the same columns; no two of the same key.
    """
    _write(connection, table, key, _Kind.PUT, rows)


def execute_many(
    connection: Connection,
    statement: Insert | Update | Delete,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Execute a statement of any other kind for every row.

    Args:
        connection: Where.
        statement: One object for all calls with the same statement: what is compiled is kept.
        rows: A value for each parameter (``bindparam``) of the statement, and of an insert without
            values for each of its columns. All of the same parameters.
    """
    if rows:
        compiled = _compiled(statement, connection.dialect, tuple(rows[0]), 0)
        values = [*map(compiled.values, rows)]
        proxied, dialect = connection.connection, connection.dialect
        _run(proxied, dialect, connection.invalidate, compiled.text, values, many=True)


class _Kind(Enum):
    INSERT = 1
    UPDATE = 2
    PUT = 3


def _write(
    connection: Connection,
    table: type[SQLModel],
    key: str,
    kind: _Kind,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    if not rows:
        return
    columns = tuple(rows[0])
    if kind is _Kind.UPDATE:
        columns = (*(column for column in columns if column != key), key)
    values = [*map(_values_of(table, columns), rows)]
    proxied, dialect, gone = connection.connection, connection.dialect, connection.invalidate
    if dialect.name != "sqlite":
        text = _text(table, key, kind, columns, dialect, 1)
        _run(proxied, dialect, gone, text, values, many=True)
        return
    # SQLite's driver stops for other threads at each execution, in the midst of a transaction for
    # which others wait: so a few with many rows each.
    start = 0
    while start < len(values):
        number = min(_ROWS, 1 << (len(values) - start).bit_length() - 1)
        text = _text(table, key, kind, columns, dialect, number)
        _run(proxied, dialect, gone, text, [*chain(*values[start : start + number])])
        start += number


@lru_cache(maxsize=256)
def _values_of(
    table: type[SQLModel], columns: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """What gives a row's values in the order of the columns, as the driver takes them."""
    types = table.__table__.c  # type: ignore[attr-defined]
    as_text = [at for at, name in enumerate(columns) if isinstance(types[name].type, JSON)]
    if len(columns) == 1:
        return lambda row: [_json_text(row[columns[0]]) if as_text else row[columns[0]]]
    in_order = itemgetter(*columns)  # by far the fastest
    if not as_text:
        return in_order

    def values(row: Mapping[str, Any]) -> Sequence[Any]:
        whole = [*in_order(row)]
        for at in as_text:
            whole[at] = _json_text(whole[at])
        return whole

    return values


def _json_text(value: Any) -> str | None:
    return None if value is None else str(value if type(value) is Json else as_json(value))


@lru_cache(maxsize=1024)
def _text(
    table: type[SQLModel],
    key: str,
    kind: _Kind,
    columns: tuple[str, ...],
    dialect: Dialect,
    number: int,
) -> str:
    """The statement for a number of rows."""
    quote = dialect.identifier_preparer.quote
    name = quote(str(table.__tablename__))
    names = {column: quote(column) for column in columns}
    others = [column for column in columns if column != key]
    # A statement that fails ends our transactions, so SQLite need not keep what it could undo.
    mark, or_fail = ("?", "OR FAIL") if dialect.name == "sqlite" else ("%s", "")
    if kind is _Kind.UPDATE and dialect.name != "sqlite":
        changes = ", ".join(f"{names[column]} = {mark}" for column in others)
        return f"UPDATE {name} SET {changes} WHERE {names[key]} = {mark}"
    row = f"({', '.join([mark] * len(columns))})"
    values = ", ".join([row] * number)
    if kind is _Kind.UPDATE:
        place = {column: f"given.column{at}" for at, column in enumerate(columns, 1)}
        changes = ", ".join(f"{names[column]} = {place[column]}" for column in others)
        return (
            f"UPDATE OR FAIL {name} SET {changes} FROM (VALUES {values}) AS given "
            f"WHERE {name}.{names[key]} = {place[key]}"
        )
    text = f"INSERT {or_fail} INTO {name} ({', '.join(names.values())}) VALUES {values}"
    if kind is _Kind.PUT:
        changes = ", ".join(f"{names[column]} = excluded.{names[column]}" for column in others)
        text += f" ON CONFLICT ({names[key]}) DO UPDATE SET {changes}"
    return text


def fetch(connection: Connection, statement: Query, **parameters: Any) -> list[Row]:
    """The rows of a query.

    Args:
        connection: Where.
        statement: One object for all calls with the same statement.
        parameters: A value for each ``bindparam``. Of :data:`WANTED`, an expanding one, any number
            of values: they are looked up in as many statements as that takes.
    """
    proxied, dialect = connection.connection, connection.dialect
    return _fetch(proxied, dialect, connection.invalidate, statement, parameters)


def fetch_apart(
    connection: PoolProxiedConnection, dialect: Dialect, statement: Query, **parameters: Any
) -> list[Row]:
    """As :func:`fetch`, on a driver's connection and in no transaction of several statements."""
    return _fetch(connection, dialect, connection.invalidate, statement, parameters)


def _fetch(
    connection: PoolProxiedConnection,
    dialect: Dialect,
    gone: Callable[[BaseException], None],
    statement: Query,
    parameters: dict[str, Any],
) -> list[Row]:
    if WANTED not in parameters:
        compiled = _compiled(statement, dialect, (), 0)
        return _read(connection, dialect, gone, compiled, parameters)
    values = [*parameters[WANTED]]
    rows: list[Row] = []
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        # A few numbers of values only, so that few statements are compiled: the last one fills up.
        number = 1 << (len(part) - 1).bit_length()
        part += part[-1:] * (number - len(part))
        compiled = _compiled(statement, dialect, (), number)
        rows += _read(connection, dialect, gone, compiled, {**parameters, WANTED: part})
    return rows


def _read(
    connection: PoolProxiedConnection,
    dialect: Dialect,
    gone: Callable[[BaseException], None],
    compiled: "_Compiled",
    parameters: dict[str, Any],
) -> list[Row]:
    rows = _run(connection, dialect, gone, compiled.text, compiled.parameters(parameters))
    if not compiled.readers:
        return rows
    return [
        tuple(
            [v if read is None else read(v) for v, read in zip(row, compiled.readers, strict=True)]
        )
        for row in rows
    ]


def _run(
    connection: PoolProxiedConnection,
    dialect: Dialect,
    gone: Callable[[BaseException], None],
    text: str,
    values: Any,
    *,
    many: bool = False,
) -> list[Row]:
    cursor = connection.cursor()
    try:
        if many:
            cursor.executemany(text, values)
            return []
        cursor.execute(text, values)
        return [*cursor.fetchall()] if cursor.description else []
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection.dbapi_connection, cursor)
        if lost:
            gone(error)
        raise DBAPIError.instance(
            text,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error
    finally:
        cursor.close()


class _Compiled(NamedTuple):
    """A statement as the driver takes it.

    Attributes:
        text: With the driver's own placeholders.
        values: A row as the driver takes it.
        parameters: The parameters of a query as the driver takes them.
        readers: What to do with each column of the rows; empty if nothing.
    """

    text: str
    values: Callable[[Mapping[str, Any]], Any]
    parameters: Callable[[dict[str, Any]], Any]
    readers: tuple[Callable[[Any], Any] | None, ...]


@lru_cache(maxsize=512)
def _compiled(
    statement: Statement, dialect: Dialect, columns: tuple[str, ...], number: int
) -> _Compiled:
    """Compile a statement.

    Args:
        statement: The statement.
        dialect: The kind of database.
        columns: Of an insert.
        number: How many values its expanding parameter has; 0 without one.
    """
    keys = list(columns) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    assert isinstance(compiled, SQLCompiler)
    asked: dict[str, Any] = {name: None for name, it in compiled.binds.items() if it.required}
    if number:
        asked[WANTED] = [None] * number
    state = compiled.construct_expanded_state(asked)
    expanded = tuple(state.parameter_expansion.get(WANTED, ()))
    fixed = {
        name: value.value if isinstance(value, Enum) else value
        for name, value in state.parameters.items()
        if name not in expanded and name not in asked
    }
    order = tuple(state.positiontup or ()) if compiled.positional else None
    json_names = frozenset(n for n, bind in compiled.binds.items() if isinstance(bind.type, JSON))

    def parameters(given: dict[str, Any]) -> Any:
        values = {**fixed, **given}
        if expanded:
            values |= zip(expanded, values.pop(WANTED), strict=True)
        return values if order is None else tuple([values[name] for name in order])

    return _Compiled(
        state.statement,
        _row_maker(order, fixed, json_names),
        parameters,
        _readers(statement, dialect),
    )


def _row_maker(
    order: tuple[str, ...] | None, fixed: dict[str, Any], json_names: frozenset[str]
) -> Callable[[Mapping[str, Any]], Any]:
    """What turns a row into what the driver takes."""
    if order is not None and len(order) > 1 and not json_names and not fixed:
        return itemgetter(*order)  # by far the fastest

    def values(row: Mapping[str, Any]) -> Any:
        whole = {**fixed, **row}
        for name in json_names:
            whole[name] = _json_text(whole[name])
        return whole if order is None else tuple([whole[name] for name in order])

    return values


def _readers(statement: Statement, dialect: Dialect) -> tuple[Callable[[Any], Any] | None, ...]:
    """For columns of JSON that the driver gives as text, what reads it; empty without any."""
    if not isinstance(statement, Select):
        return ()
    readers = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        if isinstance(column.type, JSON)
        else None
        for column in statement.selected_columns
    )
    return readers if any(readers) else ()


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
            insert_many(connection, table, rows)


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
