"""What is measured of the core: commands beside bare inserts of the rows that they write, a big order, many balances.

Belongs here: one function without arguments per row of the table. Does not: the company (`core_company.py`), printing.

The peer of commands writes exactly the rows that each command left new or changed, taken from the tables after each
command of an unmeasured run: over the plain driver, prepared, one `executemany` per table and one transaction per
command, into the same tables with the same sync. It reads nothing and decides nothing. Both take turns, life by life,
so that whatever else the machine does hurts both alike.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from inventory_core.bootstrap import open_core
from inventory_core.storage import stock_tables
from tests.benchmarks.core_company import lives, set_up
from tests.benchmarks.measure import Pair
from tests.postgresql import administrate, postgresql_server

WARM_UP_LIVES, LIVES = 5, 40
Rows = list[Sequence[Any]]
Written = dict[str, Rows]  # by table, in an order that foreign keys allow
_TABLES = [table for table in stock_tables.metadata.sorted_tables if not table.name.startswith("catalog_")]


def commands_on_sqlite() -> Pair:
    """Commands a second beside transactions of bare inserts a second, synchronous = FULL."""
    with tempfile.TemporaryDirectory() as folder:

        def new(name: str) -> str:
            return f"sqlite:///{folder}/{name}.sqlite"

        return _beside_inserts(new, new("peer"), lambda: _sqlite_peer(Path(folder) / "peer.sqlite"))


def commands_on_postgresql() -> Pair:
    """The same with fsync and synchronous_commit on, over the server's socket."""
    with postgresql_server(is_durable=True) as url_of:

        def new(name: str) -> str:
            administrate(url_of("postgres"), f"CREATE DATABASE {name}")
            return url_of(name)

        return _beside_inserts(new, url_of("peer"), lambda: _postgresql_peer(url_of("peer")))


def _beside_inserts(new: Callable[[str], str], peer_url: str, connect: Callable[[], Any]) -> Pair:
    written = list(rows_of_commands(WARM_UP_LIVES + LIVES))
    for name in ("ours", "peer"):
        url = new(name)
        with open_core(url, create=True) as core:
            set_up(core)
        if name == "ours":
            ours_url = url
    with open_core(ours_url) as core, connect() as write:
        seconds_ours = seconds_peer = 0.0
        per_life = len(written) // (WARM_UP_LIVES + LIVES)
        for number in range(WARM_UP_LIVES + LIVES):
            life = list(lives(1, first=number))
            start = time.perf_counter()
            for command in life:
                core.execute(command)
            middle = time.perf_counter()
            for rows in written[number * per_life : (number + 1) * per_life]:
                write(rows)
            end = time.perf_counter()
            if number >= WARM_UP_LIVES:
                seconds_ours += middle - start
                seconds_peer += end - middle
        with core.storage.reading() as store, open_core(peer_url) as peer, peer.storage.reading() as other:
            # what the peer wrote is the same state, down to the last hash
            assert (store.journal(), store.balances()) == (other.journal(), other.balances())
            assert (store.transfer_orders(), store.messages()) == (other.transfer_orders(), other.messages())
    count = per_life * LIVES
    return Pair(ours=count / seconds_ours, peer=count / seconds_peer)


def rows_of_commands(orders: int) -> Iterator[Written]:
    """By command, the rows that it left new or changed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "core.sqlite"
        with open_core(f"sqlite:///{file}", create=True) as core, closing(sqlite3.connect(file)) as connection:
            set_up(core)
            before = {name: set(rows) for name, rows in _all_rows(connection).items()}
            for command in lives(orders):
                core.execute(command)
                after = _all_rows(connection)
                yield {
                    name: changed
                    for name, rows in after.items()
                    if (changed := [row for row in rows if row not in before[name]])
                }
                before = {name: set(rows) for name, rows in after.items()}


def _all_rows(connection: sqlite3.Connection | psycopg.Connection[Any]) -> dict[str, Rows]:
    """By table, in an order that foreign keys allow; without the catalog, which no command changes."""
    return {
        table.name: connection.execute(f"SELECT {_columns(table.columns)} FROM {table.name}").fetchall()
        for table in _TABLES
    }


def _columns(columns: Iterable[sa.Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _statements(placeholder: str, boolean: str) -> dict[str, str]:
    """By table: an INSERT; a row that was there before is replaced."""
    found = {}
    for table in _TABLES:
        changes = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.columns)
        values = (boolean if isinstance(column.type, sa.Boolean) else placeholder for column in table.columns)
        found[table.name] = (
            f"INSERT INTO {table.name} ({_columns(table.columns)}) VALUES ({', '.join(values)}) "
            f"ON CONFLICT ({_columns(table.primary_key)}) DO UPDATE SET {changes}"
        )
    return found


@contextmanager
def _sqlite_peer(file: Path) -> Iterator[Callable[[Written], None]]:
    statements = _statements("?", "?")
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")

    def write(written: Written) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for name, rows in written.items():
            connection.executemany(statements[name], rows)
        connection.execute("COMMIT")

    yield write
    connection.close()


@contextmanager
def _postgresql_peer(url: str) -> Iterator[Callable[[Written], None]]:
    statements = _statements("%s", "%s::int::boolean")
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection, connection.cursor() as cursor:

        def write(written: Written) -> None:
            # one round trip for the whole transaction: the fastest that this driver can do
            with connection.pipeline(), connection.transaction():
                for name, rows in written.items():
                    cursor.executemany(statements[name], rows)

        yield write
