"""A mapping's named rules about rows as SQL conditions. Belongs here: predicates. Does not: what becomes of a row."""

from __future__ import annotations

from pipelines.landing.entities import SQL_TYPES
from pipelines.landing.expressions import source_text
from pipelines.landing.mapping import Filter, Mapping, Predicate
from pipelines.landing.sql_text import identifier, literal, literals


def filter_condition(filter_: Filter, mapping: Mapping, sources: set[str]) -> str:
    """The condition that all predicates hold; null (not true) where a cell that is compared is empty.

    `sources` are the file's columns in small letters. Source columns are compared as text, by their number where the
    mapping gives a number; canonical columns ("p:<column>") are compared as what they are.
    """
    return " and ".join(f"({_condition(predicate, mapping, sources)})" for predicate in filter_.when)


def _condition(predicate: Predicate, mapping: Mapping, sources: set[str]) -> str:
    if predicate.column.casefold() in sources:
        return _compared(predicate, source_text(predicate.column), None)
    column = mapping.entity.column(predicate.column)
    if column is None:  # headers.py refuses a file without the column, so this is a canonical one
        raise KeyError(predicate.column)
    return _compared(predicate, identifier(f"p:{column.name}"), SQL_TYPES[column.type])


def _compared(predicate: Predicate, left: str, type_: str | None) -> str:
    value = predicate.value
    if predicate.test == "is_empty":
        return f"{left} is {'' if value else 'not '}null"
    if isinstance(value, tuple):
        side = left if type_ is None else f"cast({left} as varchar)"
        inside = f"{side} in {literals(value)}"
        return inside if predicate.test == "in" else f"coalesce(not {inside}, true)"
    if predicate.test in ("matches", "not_matches"):
        matches = f"regexp_matches(cast({left} as varchar), {literal(str(value))})"
        return matches if predicate.test == "matches" else f"coalesce(not {matches}, true)"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if type_ is not None:
        right = f"cast({literal(text)} as {type_})"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        left, right = f"try_cast({left} as double)", text
    else:
        right = literal(text)
    if predicate.test == "not_equals":
        return f"{left} is distinct from {right}"
    return f"{left} {({'equals': '=', 'from': '>=', 'before': '<'})[predicate.test]} {right}"
