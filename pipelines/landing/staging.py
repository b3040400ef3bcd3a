"""The landed rows of one feed and entity as staged rows: typed, with what became of each of them.

Belongs here: the one query that maps, filters, corrects and checks rows. Does not: a cell's expression
(`expressions.py`), what a row must be (`checks.py`), rows of the same key (`duplicates.py`).

Every landed row becomes exactly one staged row whose `_action` is accepted, skipped or refused: joins are left joins to
distinct keys, so none can multiply or lose rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.landing.checks import Check, joined_checks
from pipelines.landing.entities import SQL_TYPES, Entity
from pipelines.landing.expressions import mapped_text, origin_text, source_text, typed_value
from pipelines.landing.filters import filter_condition
from pipelines.landing.mapping import ColumnRule, Filter, Mapping
from pipelines.landing.readers.source import CONTENT, REFUSED
from pipelines.landing.sql_text import identifier, literal

EXACT_DUPLICATE = "exact_duplicate"
TECHNICAL = """
    _feed varchar, _feed_position integer, _file varchar, _file_position integer, _row bigint,
    _action varchar, _rule varchar, _column varchar, _message varchar,
    _problems struct("column" varchar, "rule" varchar, message varchar)[], _row_json varchar,
    _corrections varchar[], _keep varchar, _hash ubigint
"""


@dataclass(frozen=True)
class LandedFile:
    """One landed Parquet file: the name that people know, and what the mapping takes from that name."""

    path: Path
    source: str
    columns: tuple[str, ...]
    captured: dict[str, str]

    @classmethod
    def of(cls, path: Path, source: str, columns: tuple[str, ...], mapping: Mapping) -> LandedFile:
        """A landed file as a mapping sees it."""
        captured = {}
        for rule in mapping.rules:
            if rule.from_file_name and (found := re.search(rule.from_file_name, source)):
                captured[rule.column] = found.group(1)
        return cls(path, source, columns, captured)


def create_staged(connection: DuckDBPyConnection, entity: Entity) -> None:
    """An empty table of staged rows for the entity."""
    columns = ", ".join(f"{identifier(column.name)} {SQL_TYPES[column.type]}" for column in entity.columns)
    connection.execute(f"create or replace temp table staged ({TECHNICAL}, {columns})")


def stage(
    connection: DuckDBPyConnection,
    *,
    feed: str,
    position: int,
    mapping: Mapping,
    files: Sequence[LandedFile],
    known: dict[str, int],
) -> None:
    """Appends a feed's rows to the table of staged rows.

    `known` says how many rows each referenced entity has: what is empty cannot be referred to and is not checked.
    """
    # DuckDB's names do not know capitals: SKU of one file and sku of the next are one column
    sources = tuple({column.casefold(): column for file in reversed(files) for column in file.columns}.values())
    connection.execute("create or replace temp table landed_files (path varchar, source varchar, position integer)")
    captured = [rule.column for rule in mapping.rules if rule.from_file_name]
    for column in captured:
        connection.execute(f"alter table landed_files add column {identifier(f'f:{column}')} varchar")
    connection.executemany(
        f"insert into landed_files values (?, ?, ?{', ?' * len(captured)})",
        [
            [str(file.path), file.source, number, *(file.captured.get(column) for column in captured)]
            for number, file in enumerate(files)
        ],
    )
    connection.execute(f"create or replace temp view landed as {_landed(files, sources)}")
    connection.execute(f"insert into staged by name {_query(feed, position, mapping, sources, known)}")
    if mapping.duplicates.skip_exact:
        _skip_exact_duplicates(connection, feed, sources)
    connection.execute("drop view landed")


def _landed(files: Sequence[LandedFile], sources: tuple[str, ...]) -> str:
    paths = ", ".join(literal(str(file.path)) for file in files)
    columns = "".join(f", rows.{identifier(name)} as {identifier(f's:{name}')}" for name in sources)
    return f"""
        select files.source as _file, files.position as _file_position, files.* exclude (path, source, position),
            rows._row, rows.{REFUSED}, rows.{CONTENT}{columns}
        from read_parquet([{paths}], union_by_name = true, filename = '_path') as rows
        inner join landed_files as files on rows._path = files.path
    """


def _query(feed: str, position: int, mapping: Mapping, sources: tuple[str, ...], known: dict[str, int]) -> str:
    joins, checks = joined_checks(mapping, known)
    content = ", ".join(f"{identifier(name)} := {identifier(f's:{name}')}" for name in sources)
    hashed = ", ".join(identifier(f"s:{name}") for name in sources)
    entity_columns = ", ".join(
        f"{identifier(f'v:{column.name}')} as {identifier(column.name)}" for column in mapping.entity.columns
    )
    return f"""
        {_layers(mapping, {name.casefold() for name in sources})},
        checked as (
            select *, {_verdict(mapping.filters)} as _verdict, {_found(checks)} as _found from corrected {joins}
        )
        select
            {literal(feed)} as _feed, {position} as _feed_position, _file, _file_position, _row,
            case when _verdict is not null then _verdict.action when _found is not null then 'refused'
                else 'accepted' end as _action,
            case when _verdict is not null then _verdict.rule when _found is not null then _found[1].rule end as _rule,
            case when _verdict is null then _found[1]."column" end as _column,
            case when {REFUSED} is not null then {REFUSED}
                when _verdict.action = 'refused' then concat('is refused by the mapping''s rule ', _verdict.rule)
                when _verdict is null then list_aggregate(
                    list_transform(_found, lambda problem: concat(problem."column", ': ', problem.message)),
                    'string_agg', ' | ') end as _message,
            case when _verdict is null then _found end as _problems,
            case when {REFUSED} is not null then {CONTENT}
                when _verdict.action = 'refused' or (_verdict is null and _found is not null)
                    then cast(to_json(struct_pack({content})) as varchar) end as _row_json,
            {_corrections(mapping.filters)} as _corrections,
            {literal(mapping.duplicates.keep)} as _keep,
            {f"hash({hashed})" if mapping.duplicates.skip_exact else "cast(null as ubigint)"} as _hash,
            {entity_columns}
        from checked
    """


def _layers(mapping: Mapping, sources: set[str]) -> str:
    """From text to value in named steps: "o:" origin, "t:" text, "p:" parsed, "c:" filter holds, "v:" final value."""
    rules = {rule.column: rule for rule in mapping.rules}
    origins = "".join(f", {origin_text(rule)} as {identifier(f'o:{name}')}" for name, rule in rules.items())
    texts = "".join(
        f", {mapped_text(rule, identifier(f'o:{name}'))} as {identifier(f't:{name}')}" for name, rule in rules.items()
    )
    conditions = "".join(
        f', coalesce({filter_condition(filter_, mapping, sources)}, false) as "c:{n}"'
        for n, filter_ in enumerate(mapping.filters)
    )
    return f"""
        with origins as (select *{origins} from landed),
        texts as (select *{texts} from origins),
        parsed as (select *{_values(mapping, rules)} from texts),
        filtered as (select *{conditions} from parsed),
        corrected as (select *{_corrected(mapping)} from {_converted(mapping)})
    """


def _verdict(filters: Sequence[Filter]) -> str:
    """What the first filter that holds says of a row; null when none does."""
    whens = [f"when {REFUSED} is not null then struct_pack(action := 'refused', rule := 'unreadable_row')"]
    for n, filter_ in enumerate(filters):
        if filter_.action != "correct":
            action = literal({"skip": "skipped", "refuse": "refused"}[filter_.action])
            whens.append(f'when "c:{n}" then struct_pack(action := {action}, rule := {literal(filter_.name)})')
    return f"case {' '.join(whens)} end"


def _found(checks: Sequence[Check]) -> str:
    """Every check that a row breaks, as a list; null when it breaks none. Messages are made for broken rows only."""
    if not checks:
        return 'cast(null as struct("column" varchar, "rule" varchar, message varchar)[])'
    broken = " or ".join(f"coalesce({check.broken}, false)" for check in checks)
    listed = ", ".join(
        f"case when {check.broken} then {{'column': {literal(check.column)}, 'rule': {literal(check.rule)},"
        f" 'message': {check.message}}} end"
        for check in checks
    )
    return f"case when {broken} then list_filter([{listed}], lambda problem: problem is not null) end"


def _corrections(filters: Sequence[Filter]) -> str:
    names = ", ".join(
        f'case when "c:{n}" then {literal(filter_.name)} end'
        for n, filter_ in enumerate(filters)
        if filter_.action == "correct"
    )
    return f"list_filter([{names}]::varchar[], lambda name: name is not null)"


def _values(mapping: Mapping, rules: dict[str, ColumnRule]) -> str:
    """Every column of the entity as a value: typed; its default where the cell is empty, else null."""
    parts = []
    for column in mapping.entity.columns:
        rule = rules.get(column.name)
        default = f"cast({literal(column.default)} as {SQL_TYPES[column.type]})"
        value = default
        if rule is not None:
            value = typed_value(column, rule, identifier(f"t:{column.name}"))
            if column.default is not None:
                value = f"case when {identifier(f'o:{column.name}')} is null then {default} else {value} end"
        parts.append(f", {value} as {identifier(f'p:{column.name}')}")
    return "".join(parts)


def _corrected(mapping: Mapping) -> str:
    """Values after the mapping's corrections (of several that hold, the last wins) and currency conversion."""
    parts = []
    for column in mapping.entity.columns:
        whens = [
            f'when "c:{n}" then try_cast({literal(filter_.values[column.name])} as {SQL_TYPES[column.type]})'
            for n, filter_ in enumerate(mapping.filters)
            if column.name in filter_.values
        ]
        value = identifier(f"p:{column.name}")
        rule = mapping.rule(column.name)
        if rule is not None and rule.convert:
            value = f"cast(round({value} * {identifier(f'rate:{column.name}')}, 4) as {SQL_TYPES[column.type]})"
        if whens:
            value = f"case {' '.join(reversed(whens))} else {value} end"
        parts.append(f", {value} as {identifier(f'v:{column.name}')}")
    return "".join(parts)


def _converted(mapping: Mapping) -> str:
    """`filtered`, with the rate of the document's date (or of the last business day before) for each conversion."""
    relation = "filtered"
    for rule in mapping.rules:
        if rule.convert is None:
            continue
        pair = (literal(rule.convert.from_currency), literal(rule.convert.to))
        dated = mapping.entity.column(rule.convert.date) is not None
        date = identifier(f"p:{rule.convert.date}") if dated else literal(rule.convert.date)
        relation = f"""(
            select documents.* exclude (_document_date), rates.rate as {identifier(f"rate:{rule.column}")}
            from (select *, try_cast({date} as date) as _document_date from {relation}) as documents
            asof left join (
                select source.rate_date, target.units_per_euro / source.units_per_euro as rate
                from euro_rates as source inner join euro_rates as target using (rate_date)
                where source.currency = {pair[0]} and target.currency = {pair[1]}
            ) as rates on documents._document_date >= rates.rate_date
        )"""
    return relation


def _skip_exact_duplicates(connection: DuckDBPyConnection, feed: str, sources: tuple[str, ...]) -> None:
    """Of accepted rows that are equal in every source column, all but the first are skipped.

    Hashes find the candidates, which are few; only those are compared column by column.
    """
    columns = ", ".join(source_text(name) for name in sources)
    connection.execute(f"""
        create or replace temp table copies as
        with candidates as (
            select _file_position, _row from staged
            where _feed = {literal(feed)} and _action = 'accepted' and _hash in (
                select _hash from staged where _feed = {literal(feed)} and _action = 'accepted'
                group by _hash having count(*) > 1)
        ),
        numbered as (
            select landed._file_position, landed._row, row_number() over (
                partition by {columns} order by landed._file_position, landed._row) as copy
            from landed semi join candidates using (_file_position, _row)
        )
        select _file_position, _row from numbered where copy > 1
    """)
    connection.execute(f"""
        update staged set _action = 'skipped', _rule = {literal(EXACT_DUPLICATE)} from copies
        where staged._feed = {literal(feed)}
            and staged._file_position = copies._file_position and staged._row = copies._row
    """)
