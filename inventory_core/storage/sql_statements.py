"""The few statements that every part of the SQL store is made of, and how they reach the database.

A command sends about twenty small statements. Building and compiling one with SQLAlchemy takes ten times as long as
SQLite needs to answer it, so a statement that is a constant of its module (with `bindparam`) is compiled once, and its
text goes straight to the driver of the connection. Any other statement takes the same way and is compiled each time.
On PostgreSQL nothing waits for an answer before it is read (`sql.py` opens a pipeline around the transaction).
docs/adr/0009 has the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    delete,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from inventory_core.storage import stock_tables, tables
from inventory_core.storage.known import Known

# No answer that `known` keeps rests on these; whatever else is written makes it forget them all.
EVERYDAY_TABLES = frozenset(
    {
        tables.journal,
        tables.handled_commands,
        tables.transfer_orders,
        tables.transfer_order_lines,
        tables.approval_steps,
        stock_tables.shipments,
        stock_tables.shipment_lines,
        stock_tables.stock_movements,
        stock_tables.stock_balances,
        stock_tables.stock_reservations,
        stock_tables.receipt_counts,
        stock_tables.discrepancy_resolutions,
        stock_tables.outbox_messages,
    }
)
Rows = list[dict[str, Any]]
Write = Insert | Update | Delete


class _IsOneOf(GenericFunction[bool]):
    """A column and a JSON array: one text and one value, however many are asked for."""

    inherit_cache = True
    type = Boolean()


@compiles(_IsOneOf, "sqlite")
def _is_one_of_in_sqlite(element: _IsOneOf, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"


@compiles(_IsOneOf, "postgresql")
def _is_one_of_in_postgresql(element: _IsOneOf, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST({texts} AS jsonb))))"


def is_one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column holds one of the texts that `texts` gave as the value of that name."""
    return _IsOneOf(column, bindparam(name, type_=Text))


def texts(values: Iterable[str]) -> str:
    """The value for `is_one_of`."""
    return json.dumps(list(values), ensure_ascii=False)


class _Compiled:
    """A statement's text in one kind of database, the order of its values, and what its rows hold."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        self.text: str = compiled.string
        self.order: tuple[str, ...] = tuple(compiled.positiontup or ())
        self.known: dict[str, Any] = compiled.params  # values that stand in the statement itself
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self.names = [str(column.key) for column in columns]
        # SQLite has no booleans; every other type that `tables.py` uses comes back as it was written
        self.booleans = [str(column.key) for column in columns if isinstance(column.type, Boolean)]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """In the order of the text."""
        return [given[name] if name in given else self.known[name] for name in self.order]

    def row(self, found: Sequence[Any]) -> dict[str, Any]:
        """By column."""
        row = dict(zip(self.names, found, strict=True))
        for name in self.booleans:
            row[name] = None if row[name] is None else bool(row[name])
        return row


_compiled: WeakKeyDictionary[Executable, dict[str, _Compiled]] = WeakKeyDictionary()


@cache
def _insert_into(table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).values({name: bindparam(name) for name in names}).inline()


@cache
def _put_into(table: Table, names: tuple[str, ...], dialect: str) -> Insert:
    add = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    adding = add.values({name: bindparam(name) for name in names}).inline()
    return adding.on_conflict_do_update(
        index_elements=keys, set_={name: adding.excluded[name] for name in names if name not in keys}
    )


@cache
def _delete_from(table: Table, names: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(name) for name in names))


def by_order(rows: Rows) -> dict[str, Rows]:
    """Rows by their transfer_order_id, each in the order in which they came."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["transfer_order_id"], []).append(row)
    return found


class SqlStatements:
    """Reading and replacing rows over one connection whose transaction `sql.py` began and will end."""

    def __init__(self, connection: Connection, known: Known | None = None) -> None:
        """Inside a transaction already. `known` is this transaction's own, and says what need not be asked."""
        self.known = known or Known()
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def _compile(self, statement: Executable) -> _Compiled:
        dialect = self._connection.dialect
        known = _compiled.setdefault(statement, {})
        if dialect.name not in known:
            known[dialect.name] = _Compiled(statement, dialect)
        return known[dialect.name]

    def _rows(self, statement: Select[Any], **values: Any) -> Rows:
        """By column; `values` are those of the statement's `bindparam`s."""
        compiled = self._compile(statement)
        found = self._driver.execute(compiled.text, compiled.values(values))
        return [compiled.row(row) for row in found.fetchall()]

    def _rows_of_each(self, statements: Sequence[Select[Any]], **values: Any) -> Iterator[Rows]:
        """The same for several at once: all are sent before the first answer is read."""
        asked = [
            (compiled, self._driver.execute(compiled.text, compiled.values(values)))
            for compiled in map(self._compile, statements)
        ]
        for compiled, found in asked:
            yield [compiled.row(row) for row in found.fetchall()]

    def _value(self, statement: Select[Any], **values: Any) -> Any:
        """The first column of the only row."""
        compiled = self._compile(statement)
        return self._driver.execute(compiled.text, compiled.values(values)).fetchone()[0]

    def _write(self, statement: Write, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each row."""
        if not rows:
            return
        if statement.table not in EVERYDAY_TABLES:
            self.known.forget_answers()
        compiled = self._compile(statement)
        if len(rows) == 1:
            self._driver.execute(compiled.text, compiled.values(rows[0]))
        else:
            self._driver.cursor().executemany(compiled.text, [compiled.values(row) for row in rows])

    def _insert(self, table: Table, new_rows: Sequence[Mapping[str, Any]]) -> None:
        if new_rows:
            self._write(_insert_into(table, tuple(new_rows[0])), new_rows)

    def _put(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Replace the rows of those primary keys, or add them."""
        if rows:
            self._write(_put_into(table, tuple(rows[0]), self._connection.dialect.name), rows)

    def _put_changed(
        self, table: Table, *, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
    ) -> None:
        """Bring the rows of one owner from what is stored to what shall be; one that stays as it is is not touched."""
        keys = [column.name for column in table.primary_key]

        def key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(row[name] for name in keys)

        known, wanted = {key_of(row): row for row in before}, {key_of(row): row for row in after}
        self._remove(table, *(dict(zip(keys, key, strict=True)) for key in known if key not in wanted))
        self._put(table, *(row for key, row in wanted.items() if known.get(key) != row))

    def _remove(self, table: Table, *keys: Mapping[str, Any]) -> None:
        """Delete the rows of those columns' values."""
        if keys:
            self._write(_delete_from(table, tuple(keys[0])), keys)

    def _replace_all(self, table: Table, new_rows: Sequence[Mapping[str, Any]]) -> None:
        self._write(_delete_from(table, ()), [{}])
        self._insert(table, new_rows)
