"""The read-only copy of the marts: built beside the old one, then put in its place by one rename.

Belongs here: what is copied and how the swap is made safe. Does not: what the marts hold (`dbt_project/`). Readers keep
the file that they opened; nobody ever sees half a copy, also not when the machine dies in the middle.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.landing.sql_text import identifier, literal


class UnableToPublish(Exception):
    """The warehouse holds no marts; the message says what to do."""


@dataclass(frozen=True)
class Publication:
    """What was published: rows by table of schema `marts`."""

    path: Path
    row_counts: dict[str, int]


def publish_marts(
    warehouse: Path, *, target: Path, as_of_date: dt.date, run_id: str, published_at: dt.datetime
) -> Publication:
    """Copies schema `marts` of `warehouse` into a new file and renames it to `target`.

    `published_at` is an aware UTC instant; it and `run_id` stand in `ops.publications` and nowhere else, so equal marts
    stay equal.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    for leftover in (draft, Path(f"{draft}.wal")):
        leftover.unlink(missing_ok=True)
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {literal(str(draft))} as publication")
        counts = _copy(connection)
        connection.execute("create schema publication.ops")
        connection.execute(
            "create table publication.ops.publications as"
            " select cast(? as timestamp) as published_at, cast(? as varchar) as run_id, cast(? as date) as as_of_date",
            [published_at.astimezone(dt.UTC).replace(tzinfo=None), run_id, as_of_date],
        )
        connection.execute("checkpoint publication")
        connection.execute("detach publication")
    finally:
        connection.close()
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)
    return Publication(path=target, row_counts=counts)


def _copy(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = [
        row[0]
        for row in connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'warehouse' and schema_name = 'marts' order by table_name"
        ).fetchall()
    ]
    if not tables:
        raise UnableToPublish("the warehouse holds no marts: run `diaobo run`")
    connection.execute("create schema publication.marts")
    counts = {}
    for table in tables:
        name = identifier(table)
        row = connection.execute(f"create table publication.marts.{name} as from warehouse.marts.{name}").fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
