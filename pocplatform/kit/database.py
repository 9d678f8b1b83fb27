"""One database: SQLite in WAL mode by default, PostgreSQL by its URL.

Services get a :class:`~sqlmodel.Session` and never commit; :meth:`Database.transaction` commits
when its block ends and rolls back when it raises.
"""

import contextlib
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from pocplatform.kit.bulk import Query, Row, fetch_apart
from pocplatform.kit.errors import DatabaseUnreadable, UnsafeSettings
from pocplatform.kit.i18n import Phrase

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_SOON = "pocplatform_not_durable_by_itself"
_CACHE_KB = 32 * 1024
"""Kilobytes of a SQLite database that the connection which writes keeps in memory."""
_CHECKPOINT_PAGES = 4000
"""Pages (of 4 KB) in SQLite's log before they are copied into the database: a page that changes
often is copied once."""


class Database:
    """Connections and transactions.

    Args:
        url: A SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        pool = (20, 40) if self.is_sqlite else (10, 30)
        self.engine = _create_engine(self.url, pool_size=pool[0], max_overflow=pool[1])
        # SQLite has one writer at a time. Waiting here is fair and wakes at once; waiting in
        # SQLite's own busy handler polls.
        self._writer = threading.Lock() if self.is_sqlite else None
        self._writing: Engine = self.engine
        self._writing_soon: Engine = self.engine
        self._reading: Engine = self.engine
        if self.is_sqlite:
            # One connection for all that is written: it keeps what it has read of the file, which
            # every other one must read again after each commit.
            self._writing = _create_engine(
                self.url, begin="BEGIN IMMEDIATE", cache_kb=_CACHE_KB, pool_size=1, max_overflow=0
            )
            self._writing_soon = self._writing.execution_options(**{_SOON: True})
        else:
            # In PostgreSQL's default level each statement sees what was committed before it.
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @classmethod
    def configured(cls, url: str) -> "Database":
        """The database of the settings. Raises :class:`UnsafeSettings` if its URL is none."""
        try:
            return cls(url)
        except (ArgumentError, ImportError) as error:
            # The address itself is not shown: it may hold a password.
            raise UnsafeSettings(
                "POC_DATABASE_URL is not the address of a database that can be used: {why}.",
                next_step="Write it as postgresql://user:password@host/database, or unset it: the "
                "sandbox then keeps a database of its own in the data folder.",
                why=str(error).splitlines()[0].rstrip("."),
            ) from error

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.url.removeprefix("sqlite:///")) if self.is_sqlite else None

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Session]:
        """A session that commits at the end of the block and rolls back if it raises.

        Args:
            durable: Whether it waits for the disk. One that does not outlasts the end of this
                process all the same, and a power failure from the next one on that waits: never
                is a later one there without it.
        """
        engine = self._writing if durable else self._writing_soon
        with (
            self._writer or contextlib.nullcontext(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if not (durable or self.is_sqlite):
                session.connection().exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield session

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session for reading; what it sees does not change while it is open."""
        with self.reader() as session:
            yield session

    def reader(self) -> Session:
        """As :meth:`snapshot`, to be closed by who has it."""
        return Session(self._reading, expire_on_commit=False)

    def fetch(self, statement: Query, **parameters: Any) -> list[Row]:
        """The rows of one query by itself, at a third of the price of a snapshot.

        Args:
            statement: One object for all calls with the same statement.
            parameters: A value for each ``bindparam``.
        """
        connection = self.engine.raw_connection()
        try:
            return fetch_apart(connection, self.engine.dialect, statement, **parameters)
        finally:
            connection.close()

    def migrate(self) -> None:
        """Bring the schema up to date. Raises :class:`DatabaseUnreadable`."""
        try:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.engine.connect() as connection:
                if self.is_sqlite:
                    finding = connection.execute(text("PRAGMA quick_check(1)")).scalar()
                    if finding != "ok":
                        raise sqlite3.DatabaseError(str(finding))
                up_to_date = _revision(connection) in newest_revisions()
            if not up_to_date:
                self._upgrade()
        except (DatabaseError, sqlite3.DatabaseError, OSError) as error:
            lines = str(getattr(error, "orig", None) or error).splitlines()
            reason = next((line for line in lines if not line.startswith("***")), Phrase("unknown"))
            raise DatabaseUnreadable(
                "The database {url} cannot be used: {reason}. Nothing in it was changed.",
                next_step=(
                    "Put a backup in its place, or run `pocplatform reset`: it moves the old data "
                    "aside and the next start begins afresh."
                ),
                url=self.engine.url.render_as_string(hide_password=True),
                reason=reason,
            ) from error

    def _upgrade(self) -> None:
        # Here, since Alembic takes a tenth of a start to load and most starts have no use for it.
        from alembic import command
        from alembic.util import CommandError

        try:
            with self._writing.begin() as connection:
                command.upgrade(alembic_config(connection), "head")
        except CommandError as error:
            raise DatabaseUnreadable(
                "The database {url} was made by a newer version of the platform.",
                next_step="Update this checkout, or run `pocplatform reset` to begin afresh.",
                url=self.engine.url.render_as_string(hide_password=True),
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self._writing.dispose()


def newest_revisions() -> set[str]:
    """The revisions of the schema on which no other builds, as the files say: exactly one."""
    return _named_in_migrations("revision") - _named_in_migrations("down_revision")


def known_revisions() -> set[str]:
    """All revisions of the schema that this version knows."""
    return _named_in_migrations("revision")


def _named_in_migrations(name: str) -> set[str]:
    files = [path.read_text("utf-8") for path in (_MIGRATIONS / "versions").glob("r*.py")]
    lines = re.compile(rf"""(?m)^{name}\b[^=]*= ["'](\w+)["']$""")
    return {found for content in files for found in lines.findall(content)}


def _revision(connection: Connection) -> str | None:
    """The revision of the schema; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _create_engine(
    url: str, *, begin: str = "BEGIN", cache_kb: int | None = None, **pool: int
) -> Engine:
    """Connections to a database.

    Args:
        url: Of the database.
        begin: How a transaction begins on SQLite.
        cache_kb: What a connection to SQLite keeps of the file; None for SQLite's own choice.
        pool: How many connections.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, **pool)
    known = {"check_same_thread": False, "timeout": 30, "cached_statements": 512}
    engine = create_engine(url, connect_args=known, **pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: `_begin` does, with the right kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        if cache_kb is not None:
            cursor.execute(f"PRAGMA cache_size = -{cache_kb}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # By the driver alone, since every write of the platform begins so.
        cursor = connection.connection.cursor()
        if begin != "BEGIN":
            soon = connection.get_execution_options().get(_SOON, False)
            cursor.execute(f"PRAGMA synchronous = {'NORMAL' if soon else 'FULL'}")
        cursor.execute(begin)
        cursor.close()

    return engine
