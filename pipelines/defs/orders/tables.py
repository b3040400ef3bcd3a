"""The core's export as tables of schema `raw`.

Belongs here: types and the one transaction per table. Does not: what is exported (`inventory_core/export.py`), when
(`assets.py`).
"""

from __future__ import annotations

import datetime as dt

import duckdb

from inventory_core.export import EXPORT_COLUMNS, Rows
from pipelines.landing.sql_text import identifier


def write_core_tables(connection: duckdb.DuckDBPyConnection, *, exported: dict[str, Rows]) -> None:
    """Replaces the tables of EXPORT_COLUMNS in schema raw by what the core exported."""
    for table, columns in EXPORT_COLUMNS.items():
        rows = [[_value(row[column]) for column in columns] for row in exported[table]]
        _write_rows(connection, table=table, columns=columns, rows=rows)


def _value(value: object) -> object:
    # Columns of instants are TIMESTAMP in UTC, as everywhere in the warehouse.
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _write_rows(
    connection: duckdb.DuckDBPyConnection, *, table: str, columns: dict[str, str], rows: list[list[object]]
) -> None:
    definition = ", ".join(f"{identifier(column)} {type_}" for column, type_ in columns.items())
    connection.begin()
    connection.execute(f"create or replace table raw.{identifier(table)} ({definition})")
    if rows:
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"insert into raw.{identifier(table)} values ({marks})", rows)
    connection.commit()
