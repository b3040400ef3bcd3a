"""From landing to schema `raw`: every canonical table rebuilt, with what was refused and what was counted.

Belongs here: which extractions count, the order of the entities, quarantine, counts. Does not: what happens to a row
(`staging.py`, `duplicates.py`) or where the connection comes from. Rebuilding everything from landing is what makes a
parser's fix a replay; the same landing and settings give the same tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipelines.company import Company, Feed
from pipelines.landing.duplicates import resolve_entity_duplicates, resolve_feed_duplicates
from pipelines.landing.entities import ENTITIES, SQL_TYPES, Entity
from pipelines.landing.exchange_rates import euro_rates, exchange_rates
from pipelines.landing.extraction import Extraction, LandedTable, current, landed
from pipelines.landing.headers import column_problems, feed_mapping, table_mapping
from pipelines.landing.mapping import Mapping
from pipelines.landing.readers.source import FileProblem
from pipelines.landing.sql_text import identifier
from pipelines.landing.staging import LandedFile, create_staged, stage

QUARANTINE = """
    feed varchar, entity varchar, file varchar, row_number bigint, column_name varchar, rule varchar, message varchar,
    row_json varchar, problems struct("column" varchar, "rule" varchar, message varchar)[]
"""
COUNTS = "feed varchar, entity varchar, file varchar, rule varchar, action varchar, row_count bigint"


class UnableToLoad(Exception):
    """A feed whose mapping says on_refused = "stop" has refused rows or files."""


@dataclass(frozen=True)
class FeedCount:
    """How many rows of a file met one fate; `rule` is empty for read and accepted."""

    feed: str
    entity: str
    file: str
    rule: str
    action: str
    row_count: int


@dataclass(frozen=True)
class LoadReport:
    """What entered the warehouse and what did not. `file_problems` pairs a feed and a file with why it was refused."""

    counts: tuple[FeedCount, ...]
    file_problems: tuple[tuple[str, str, FileProblem], ...]

    def total(self, action: str) -> int:
        """Rows of one action: read, accepted, skipped, refused, corrected."""
        return sum(count.row_count for count in self.counts if count.action == action)

    @property
    def accepted(self) -> dict[str, int]:
        """Accepted rows by entity."""
        rows: dict[str, int] = {}
        for count in self.counts:
            if count.action == "accepted":
                rows[count.entity] = rows.get(count.entity, 0) + count.row_count
        return rows


@dataclass(frozen=True)
class _Part:
    """The landed tables of one feed that become one entity."""

    feed: Feed
    position: int
    mapping: Mapping
    files: list[LandedFile]


def load_raw(
    connection: DuckDBPyConnection, *, company: Company, as_of_date: dt.date, may_stop: bool = True
) -> LoadReport:
    """Rebuilds schema `raw` from landing.

    The connection's own settings (memory, threads) hold, but its time zone is set to UTC. Raises UnableToReadMapping,
    UnableToConvert and, when `may_stop`, UnableToLoad.
    """
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create schema if not exists raw")
    parts, problems = _parts(company)
    _write_settings(connection, company, as_of_date)
    connection.execute(f"create or replace table raw.quarantined_rows ({QUARANTINE})")
    connection.execute(f"create or replace table raw.feed_counts ({COUNTS})")
    connection.register("euro_rates", euro_rates())
    known: dict[str, int] = {}
    for entity in ENTITIES.values():  # master data comes first, so that facts can refer to it
        known[entity.name] = _load_entity(connection, entity, [p for p in parts if p.mapping.entity is entity], known)
    connection.unregister("euro_rates")
    for feed, source, problem in problems:
        connection.execute(
            "insert into raw.quarantined_rows values (?, ?, ?, null, ?, ?, ?, null, null)",
            [feed.name, _entity_name(feed), source, problem.column, problem.rule, problem.message],
        )
    report = LoadReport(
        counts=tuple(
            FeedCount(*row) for row in connection.execute("select * from raw.feed_counts order by all").fetchall()
        ),
        file_problems=tuple((feed.name, source, problem) for feed, source, problem in problems),
    )
    if may_stop:
        _stop_where_wanted(parts, report)
    return report


def _parts(company: Company) -> tuple[list[_Part], list[tuple[Feed, str, FileProblem]]]:
    """What is to be staged, and files that are refused whole: when they were landed, or by a mapping of today."""
    parts: list[_Part] = []
    problems: list[tuple[Feed, str, FileProblem]] = []
    for position, feed in enumerate(company.feeds):
        mapping = feed_mapping(feed)
        valid, unreadable = current(landed(company, feed))
        problems += [(feed, e.source, problem) for e in unreadable for problem in e.problems]
        tables: dict[str, list[tuple[Extraction, LandedTable]]] = {}
        for extraction in valid:
            for table in extraction.tables:
                wrong = column_problems(feed, mapping, table.name, table.columns, is_landed=True)
                wrong = wrong or _name_problems(mapping, extraction)
                problems += [(feed, extraction.source, problem) for problem in wrong]
                if not wrong:
                    tables.setdefault(table.name, []).append((extraction, table))
        for name, found in tables.items():
            columns = tuple(dict.fromkeys(column for _, table in found for column in table.columns))
            whole = table_mapping(feed, mapping, name, columns)
            folder = company.landing / feed.name
            files = [LandedFile.of(folder / table.file, e.source, table.columns, whole) for e, table in found]
            parts.append(_Part(feed, position, whole, files))
    return parts, problems


def _entity_name(feed: Feed) -> str:
    """The entity that a feed's rows become; empty for a workbook of several."""
    mapping = feed_mapping(feed)
    return mapping.entity.name if mapping else feed.entity or ""


def _name_problems(mapping: Mapping | None, extraction: Extraction) -> list[FileProblem]:
    """A file's name that does not hold what the mapping takes from it."""
    return [
        FileProblem(
            "file_name", f"has a name without {rule.from_file_name}, which {rule.column} is taken from", rule.column
        )
        for rule in (mapping.rules if mapping else ())
        if rule.from_file_name and not re.search(rule.from_file_name, extraction.source)
    ]


def _write_settings(connection: DuckDBPyConnection, company: Company, as_of_date: dt.date) -> None:
    policy = company.policy
    connection.register("registered_rates", exchange_rates(company.base_currency))
    connection.execute("create or replace table raw.exchange_rates as select * from registered_rates")
    connection.unregister("registered_rates")
    connection.execute("""
        create or replace table raw.company (
            company_name varchar, base_currency varchar, time_zone varchar, kind varchar, as_of_date date,
            service_level double, holding_cost_per_unit_week double, shortage_cost_per_unit double,
            holding_rate_per_year double, review_days bigint, freq varchar)
    """)
    connection.execute(
        "insert into raw.company values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            company.name,
            company.base_currency,
            company.time_zone,
            company.kind,
            as_of_date,
            policy.service_level,
            policy.holding_cost_per_unit_week,
            policy.shortage_cost_per_unit,
            policy.holding_rate_per_year,
            policy.review_days,
            policy.freq,
        ],
    )


def _load_entity(connection: DuckDBPyConnection, entity: Entity, parts: Sequence[_Part], known: dict[str, int]) -> int:
    """Builds one raw table and returns how many rows it has."""
    typed = ", ".join(f"{identifier(column.name)} {SQL_TYPES[column.type]}" for column in entity.columns)
    connection.execute(
        f"create or replace table raw.{entity.name} ({typed}, _feed varchar, _file varchar, _row bigint)"
    )
    if not parts:
        return 0
    create_staged(connection, entity)
    for part in parts:
        stage(
            connection,
            feed=part.feed.name,
            position=part.position,
            mapping=part.mapping,
            files=part.files,
            known=known,
        )
        resolve_feed_duplicates(connection, entity=entity, feed=part.feed.name, duplicates=part.mapping.duplicates)
    resolve_entity_duplicates(connection, entity=entity)
    names = ", ".join(identifier(column.name) for column in entity.columns)
    connection.execute(
        f"insert into raw.{entity.name} select {names}, _feed, _file, _row from staged where _action = 'accepted'"
    )
    connection.execute(f"""
        insert into raw.quarantined_rows
        select _feed, '{entity.name}', _file, _row, _column, _rule, _message, _row_json, _problems
        from staged where _action = 'refused' order by _feed_position, _file_position, _row
    """)
    connection.execute(f"""
        insert into raw.feed_counts
        select _feed, '{entity.name}', _file, '', 'read', count(*) from staged group by all
        union all
        select _feed, '{entity.name}', _file, '', 'accepted', count(*) filter (_action = 'accepted') from staged
        group by all
        union all
        select _feed, '{entity.name}', _file, _rule, _action, count(*) from staged where _action <> 'accepted'
        group by all
        union all
        select _feed, '{entity.name}', _file, rule, 'corrected', count(*)
        from (select _feed, _file, unnest(_corrections) as rule from staged where _action = 'accepted') group by all
    """)
    connection.execute("drop table if exists ranked")
    connection.execute("drop table if exists copies")
    connection.execute("drop table staged")
    count = connection.execute(f"select count(*) from raw.{entity.name}").fetchone()
    return int(count[0]) if count else 0


def _stop_where_wanted(parts: Sequence[_Part], report: LoadReport) -> None:
    strict = {part.feed.name for part in parts if part.mapping.stop_when_refused}
    refused = [c for c in report.counts if c.action == "refused" and c.feed in strict]
    files = [entry for entry in report.file_problems if entry[0] in strict]
    if refused or files:
        lines = [f"{c.file}: {c.row_count} rows break the rule {c.rule}" for c in refused]
        lines += [f"{source}: {problem.message}" for _, source, problem in files]
        raise UnableToLoad("\n".join([*lines, 'the mapping says on_refused = "stop"; see raw.quarantined_rows']))
