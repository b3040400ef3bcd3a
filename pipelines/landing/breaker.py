"""The circuit breaker: a file that looks like a lie of its source is held, and the figures before it stay.

Belongs here: what is compared and when it is held. Does not: rows that break a rule (`staging.py`), who may release
(`diaobo feeds release`), how held files are kept (`extraction.py`).

A new file is compared with what the same feed brought into the same folder before; a first load has nothing to be
compared with and is never held. Stock is compared evening by evening, as the mapping reads it, so that a file of one
evening and a file of a month are judged alike. The figures below are set so that what happened to sellers is caught (a
report fell from 7,241 to 3,979 rows and rose again within a day) and an ordinary week is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from pipelines.landing.entities import ENTITIES, SQL_TYPES, Entity
from pipelines.landing.exchange_rates import euro_rates
from pipelines.landing.mapping import Mapping
from pipelines.landing.readers.source import FileProblem
from pipelines.landing.sql_text import identifier, literals
from pipelines.landing.staging import LandedFile, create_staged, stage

DATE_OF = {"stock_snapshots": "snapshot_date", "stock_balances": "balance_date"}
COMPARED_FILES = 5  # enough for STILL_EVENINGS where a file is an evening
SMALL = 20  # below this many rows a half is no news
KEPT_SHARE = 0.7  # of the goods of the evening before
ZERO_GOODS = 5
STILL_EVENINGS = 4  # a warehouse may rest over a week-end
LARGE_SHARE = 0.2  # of the rows before: a currency or a marketplace that is no rarity
ENOUGH_ROWS = 50  # to expect that each of them occurs again


@dataclass(frozen=True)
class Evening:
    """What one file says about one evening."""

    goods: frozenset[str]
    row_count: int
    units: int
    content: int
    date: Any


def suspicions(
    *, mapping: Mapping, new: LandedFile, replaced: LandedFile | None, before: Sequence[LandedFile]
) -> list[FileProblem]:
    """Why a new file is to be held; empty when it looks like its forerunners, or has none.

    `before` are the feed's valid files of the same folder, oldest first, without the one that is `replaced`.
    """
    earlier = [*before[-COMPARED_FILES:], *([replaced] if replaced else [])]
    if not earlier:
        return []
    with duckdb.connect(config={"threads": 2}) as connection:
        found = [*_lost_values(connection, mapping, new, earlier)]
        if replaced is not None:
            found += _halved(_count(connection, replaced), _count(connection, new), "the file that it replaces")
        if mapping.entity.name in DATE_OF:
            found += _compared_evenings(connection, mapping, new, earlier)
    return list({problem.rule: problem for problem in found}.values())


def _halved(rows_before: int, rows: int, where: str) -> Iterator[FileProblem]:
    if rows_before >= SMALL and 2 * rows < rows_before:
        yield _held("row_count_halved", f"holds {rows:,} rows where {where} had {rows_before:,}")


def _lost_values(
    connection: DuckDBPyConnection, mapping: Mapping, new: LandedFile, earlier: Sequence[LandedFile]
) -> Iterator[FileProblem]:
    """Currencies, shops and warehouses that were no rarity and are gone, where a column tells them."""
    if _count(connection, new) < ENOUGH_ROWS:
        return
    for column in mapping.entity.columns:
        is_currency = column.name.endswith("currency")
        if not is_currency and column.name not in ("shop_id", "warehouse_id"):
            continue
        rule = mapping.rule(column.name)
        if rule is None or rule.source is None:
            continue
        shares = _shares(connection, earlier, rule.source)
        lost = sorted(value for value in shares.keys() - _shares(connection, [new], rule.source).keys())
        lost = [value for value in lost if shares[value] >= LARGE_SHARE]
        if lost:
            name = "currency_missing" if is_currency else "marketplace_missing"
            yield _held(name, f"has nothing of {', '.join(lost)} in its column {rule.source}", rule.source)


def _compared_evenings(
    connection: DuckDBPyConnection, mapping: Mapping, new: LandedFile, earlier: Sequence[LandedFile]
) -> Iterator[FileProblem]:
    evenings = _evenings(connection, mapping, [*earlier, new])
    mine = [evening for position, evening in evenings if position == len(earlier)]
    if not mine:
        # where every row was refused that is told already, row by row; a file without any is a source that lost them
        others = [evening for position, evening in evenings if position < len(earlier)]
        if others and _count(connection, new) == 0 and len(others[-1].goods) >= ZERO_GOODS:
            yield _held("empty", f"holds no rows, where {others[-1].date} had {others[-1].row_count:,}")
        return
    latest = max(mine, key=lambda evening: evening.date)
    by_date = {evening.date: evening for position, evening in evenings if position < len(earlier)}
    dates = sorted(date for date in by_date if date <= latest.date)
    if not dates:
        return
    last = by_date[dates[-1]]
    yield from _halved(last.row_count, latest.row_count, str(last.date))
    kept = len(last.goods & latest.goods)
    if len(last.goods) >= SMALL and kept < KEPT_SHARE * len(last.goods):
        yield _held("goods_missing", f"has {kept:,} of the {len(last.goods):,} goods that {last.date} had")
    if latest.units == 0 and last.units > 0 and len(last.goods) >= ZERO_GOODS:
        yield _held("all_zero", f"says that nothing is there, where {last.date} had {last.units:,} units")
    row = [by_date[date] for date in dates if date < latest.date][1 - STILL_EVENINGS :]
    is_long = len(row) == STILL_EVENINGS - 1 and latest.row_count >= SMALL and latest.units > 0
    if is_long and {evening.content for evening in row} == {latest.content}:
        yield _held("time_stands_still", f"is the same, unit by unit, as every evening since {row[0].date}")


def _evenings(
    connection: DuckDBPyConnection, mapping: Mapping, files: Sequence[LandedFile]
) -> list[tuple[int, Evening]]:
    """Each file's evenings, in the order of the files, as the mapping reads them."""
    entity = mapping.entity
    _prepare(connection)
    create_staged(connection, entity)
    # nothing is known of the master data here: what a row refers to is the daily job's to judge
    known = dict.fromkeys(ENTITIES, 0)
    stage(connection, feed="", position=0, mapping=mapping, files=files, known=known)
    date = identifier(DATE_OF[entity.name])
    units = " + ".join(f"coalesce({identifier(c.name)}, 0)" for c in entity.columns if c.type == "units")
    rows = connection.execute(f"""
        select _file_position, {date} as evening, count(*), cast(sum({units}) as bigint),
            bit_xor(hash({_content(entity)})), list(distinct {_goods(entity)})
        from staged where _action = 'accepted' group by all order by all
    """).fetchall()
    return [
        (position, Evening(frozenset(goods), row_count, total, content, evening))
        for position, evening, row_count, total, content, goods in rows
    ]


def _prepare(connection: DuckDBPyConnection) -> None:
    """The tables that the checks of rows look into, empty."""
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create schema raw")
    for name in ("listings", "products"):
        columns = ", ".join(f"{identifier(c.name)} {SQL_TYPES[c.type]}" for c in ENTITIES[name].columns)
        connection.execute(f"create table raw.{name} ({columns})")
    connection.register("euro_rates", euro_rates())


def _goods(entity: Entity) -> str:
    names = [c.name for c in entity.columns if c.name in ("warehouse_id", "shop_id", "seller_sku", "sku")]
    return f"concat_ws(' ', {', '.join(identifier(name) for name in names)})"


def _content(entity: Entity) -> str:
    return ", ".join(identifier(c.name) for c in entity.columns if c.name != DATE_OF[entity.name])


def _count(connection: DuckDBPyConnection, file: LandedFile) -> int:
    row = connection.execute("select count(*) from read_parquet(?)", [str(file.path)]).fetchone()
    return int(row[0]) if row else 0


def _shares(connection: DuckDBPyConnection, files: Sequence[LandedFile], column: str) -> dict[str, float]:
    """The share of rows of each value of a source column, over those of the files that have it."""
    having = tuple(str(file.path) for file in files if column in file.columns)
    if not having:
        return {}
    paths = literals(having)[1:-1]
    rows = connection.execute(f"""
        select trim({identifier(column)}), count(*) / sum(count(*)) over ()
        from read_parquet([{paths}], union_by_name = true)
        where nullif(trim({identifier(column)}), '') is not null group by 1
    """).fetchall()
    return {str(value): float(share) for value, share in rows}


def _held(rule: str, message: str, column: str | None = None) -> FileProblem:
    return FileProblem(
        f"held_{rule}",
        f"{message}; it is held and the figures before it stay. When it is right, release it: diaobo feeds release",
        column,
    )
