"""The few statements that every part of the SQL store is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, update

# Both databases take at least this many values in one statement (SQLite 32,766, PostgreSQL 65,535).
VALUES_PER_STATEMENT = 10_000


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that one statement takes."""
    wanted = list(values)
    for start in range(0, len(wanted), VALUES_PER_STATEMENT):
        yield wanted[start : start + VALUES_PER_STATEMENT]


class SqlStatements:
    """Reading and replacing rows over one connection whose transaction `sql.py` began and will end."""

    def __init__(self, connection: Connection) -> None:
        """Inside a transaction already."""
        self._connection = connection

    def _rows(self, statement: Select[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def _put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Replace the row of that primary key, or add it."""
        same = [column == row[column.name] for column in table.primary_key]
        if self._connection.execute(update(table).where(*same).values(**row)).rowcount == 0:
            self._connection.execute(insert(table).values(**row))

    def _insert(self, table: Table, new_rows: Sequence[Mapping[str, Any]]) -> None:
        if new_rows:
            self._connection.execute(insert(table), [dict(row) for row in new_rows])

    def _replace_all(self, table: Table, new_rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.execute(delete(table))
        self._insert(table, new_rows)
