"""Rows of the same key: which one counts, and what is said about the others.

Belongs here: the five policies of a mapping's `duplicates`. Does not: rows that are equal in every column
(`staging.py`). Later means: of a later feed, of a file that came later, further down in the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from pipelines.landing.entities import SQL_TYPES, Entity
from pipelines.landing.mapping import Duplicates
from pipelines.landing.sql_text import identifier, literal

DUPLICATE_KEY = "duplicate_key"
ORDER = "_feed_position, _file_position, _row"


def resolve_feed_duplicates(
    connection: DuckDBPyConnection, *, entity: Entity, feed: str, duplicates: Duplicates
) -> None:
    """Applies a mapping's own keys, and its sums, to the accepted rows of its feed."""
    if duplicates.keys or duplicates.keep == "sum":
        keys = duplicates.keys or entity.keys
        _resolve(connection, entity=entity, keys=keys, where=f"_action = 'accepted' and _feed = {literal(feed)}")


def resolve_entity_duplicates(connection: DuckDBPyConnection, *, entity: Entity) -> None:
    """Makes the entity's keys unique over all feeds; the policy of the last row of a key holds for all of them."""
    _resolve(connection, entity=entity, keys=entity.keys, where="_action = 'accepted'")


def _resolve(connection: DuckDBPyConnection, *, entity: Entity, keys: Sequence[str], where: str) -> None:
    names = ", ".join(identifier(key) for key in keys)
    # doubled keys are rare: hashes find the few candidates, and only those are sorted and compared
    connection.execute(f"""
        create or replace temp table ranked as
        with candidates as (
            select * from staged where {where} and hash({names}) in (
                select hash({names}) from staged where {where} group by hash({names}) having count(*) > 1)
        )
        select {ORDER}, _file, {names}, {_sums(entity)}
            row_number() over (partition by {names} order by {ORDER}) as number,
            count(*) over whole as copies,
            last_value(_keep) over whole as policy, first_value(_file) over whole as first_file,
            first_value(_row) over whole as first_row
        from candidates
        window whole as (partition by {names} order by {ORDER} rows between unbounded preceding and unbounded following)
    """)
    same_row = " and ".join(f"staged.{name} = ranked.{name}" for name in ORDER.split(", "))
    added = [column.name for column in entity.columns if _is_added(column.name, column.type)]
    if added:
        sets = ", ".join(f"{identifier(name)} = ranked.{identifier(f'sum:{name}')}" for name in added)
        connection.execute(
            f"update staged set {sets} from ranked where {same_row} and ranked.policy = 'sum' and ranked.number = 1"
        )
    connection.execute(f"""
        update staged set _action = 'skipped', _rule = {literal(DUPLICATE_KEY)} from ranked where {same_row} and (
            (ranked.policy in ('first', 'sum') and ranked.number > 1)
            or (ranked.policy = 'last' and ranked.number < ranked.copies))
    """)
    key_text = ", ', ', ".join(f"{literal(key + ' ')}, ranked.{identifier(key)}" for key in keys)
    columns = ", ".join(f"{identifier(column.name)} := staged.{identifier(column.name)}" for column in entity.columns)
    connection.execute(f"""
        update staged set _action = 'refused', _rule = {literal(DUPLICATE_KEY)}, _column = {literal(keys[0])},
            _message = concat('repeats the key ', {key_text}, ' of row ', ranked.first_row, ' in ', ranked.first_file,
                '; remove one of them, or write duplicates in the mapping'),
            _row_json = cast(to_json(struct_pack({columns})) as varchar)
        from ranked where {same_row} and ranked.policy = 'refuse' and ranked.number > 1
    """)


def _sums(entity: Entity) -> str:
    """Sums over a key of what adds up; typed as the column, because DuckDB sums whole numbers into wider ones."""
    parts = []
    for column in entity.columns:
        if _is_added(column.name, column.type):
            total = f"cast(sum({identifier(column.name)}) over whole as {SQL_TYPES[column.type]})"
            parts.append(f"{total} as {identifier(f'sum:{column.name}')}, ")
    return "".join(parts)


def _is_added(name: str, type_: str) -> bool:
    return type_ == "units" or name == "revenue_amount"
