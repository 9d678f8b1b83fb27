"""Whether read models are the same as before: for checks that writing them anew changes nothing."""

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Table, select
from sqlmodel import Session, SQLModel

_ROW_NUMBER = "seq"
"""Counts rows in the order in which they were written, which says nothing about the chain."""


def digests(session: Session, tables: Iterable[type[SQLModel]]) -> dict[str, str]:
    """A hash of each table's content, by the table's name; the order of its rows does not count."""
    found: dict[str, str] = {}
    for model in tables:
        table: Table = model.__table__  # type: ignore[attr-defined]
        columns = [column for column in table.columns if column.name != _ROW_NUMBER]
        rows = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the tables whose content is another one."""
    return sorted(name for name in before if before[name] != after.get(name))
