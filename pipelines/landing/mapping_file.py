"""A mapping as it is written: TOML in, `Mapping` out, or every problem in words.

Belongs here: the keys of a mapping and of its filters, and what to write instead of a wrong one. Does not: its columns
(`mapping_columns.py`), what the keys do (`expressions.py`) or the model (`mapping.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any, cast

from pipelines.landing.entities import ENTITIES, Entity
from pipelines.landing.mapping import (
    FORMATS,
    KEEPS,
    READERS,
    TESTS,
    ColumnRule,
    Duplicates,
    FileFormat,
    Filter,
    Keep,
    Mapping,
    Predicate,
    Reading,
)
from pipelines.landing.mapping_columns import check_entity_columns, read_pattern, read_rules
from pipelines.toml_tables import TomlTable, listed, nearest, read_toml


class UnableToReadMapping(Exception):
    """A mapping is wrong; `problems` holds one line each, naming the key and what to write."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_mapping(path: Path, *, constants: Dictionary[str, str]) -> Mapping:
    """Reads a mapping; a feed's `constants` replace or complete its columns. Raises UnableToReadMapping."""
    try:
        document = read_toml(path)
    except ValueError as error:
        raise UnableToReadMapping([str(error)]) from None
    problems: list[str] = []
    table = TomlTable(document, where=f"{path}:", problems=problems)
    name = table.text("entity", required=True, say=f"one of {listed(tuple(ENTITIES), 20)}") or ""
    if name not in ENTITIES:
        hint = nearest(name, tuple(ENTITIES)) or f"; write one of {listed(tuple(ENTITIES), 20)}"
        if name:
            table.problem("entity", f'is "{name}", which is none{hint}')
        raise UnableToReadMapping(problems)
    entity = ENTITIES[name]
    rules = read_rules(table, entity, constants)
    mapping = Mapping(
        entity=entity,
        rules=rules,
        reading=_reading(table, rules),
        filters=_filters(table, entity),
        duplicates=_duplicates(table, entity),
        stop_when_refused=table.choice("on_refused", ("quarantine", "stop"), default="quarantine") == "stop",
    )
    table.finish()
    if problems:
        raise UnableToReadMapping(problems)
    return mapping


def _reading(table: TomlTable, rules: tuple[ColumnRule, ...]) -> Reading:
    encoding = table.text("encoding") or "utf-8"
    try:
        "".encode(encoding)
    except LookupError:
        table.problem("encoding", f'is "{encoding}"; write a name such as "utf-8", "gb18030" or "cp1252"')
    for key in ("delimiter", "quote"):
        value = table.raw(key)
        if value is not None and (not isinstance(value, str) or (len(value) != 1 and value != "none")):
            table.problem(key, f'is {value!r}; write one character such as ";"')
    return Reading(
        format=cast("FileFormat | None", table.choice("format", FORMATS)),
        reader=table.choice("reader", READERS, default="table") or "table",
        encoding=encoding,
        sheet=table.text("sheet"),
        skip_rows=table.whole_number("skip_rows", minimum=0, default=0),
        delimiter=table.values.get("delimiter"),
        quote=table.values.get("quote"),
        records=table.text("records"),
        optional=table.texts("optional"),
        named=table.texts("named"),
        drop=table.texts("drop"),
        digests=tuple((rule.column, rule.digest) for rule in rules if rule.digest),
    )


def _duplicates(table: TomlTable, entity: Entity) -> Duplicates:
    if "duplicates" not in table:
        table.known.append("duplicates")
        return Duplicates()
    inner = TomlTable(table.raw("duplicates"), where=f"{table.where} duplicates:", problems=table.problems)
    keys = inner.texts("keys")
    check_entity_columns(inner, entity, list(keys))
    duplicates = Duplicates(
        keep=cast("Keep", inner.choice("keep", KEEPS, default="refuse")),
        keys=keys,
        skip_exact=inner.choice("exact", ("skip",)) == "skip",
    )
    inner.finish()
    return duplicates


def _filters(table: TomlTable, entity: Entity) -> tuple[Filter, ...]:
    filters: list[Filter] = []
    items = table.raw("filters") or []
    for number, item in enumerate(items if isinstance(items, list) else [items], start=1):
        inner = TomlTable(item, where=f"{table.where} [[filters]] number {number}", problems=table.problems)
        name = inner.text("name", required=True, say='a name such as "the_sheets_overlap"') or ""
        if any(known.name == name for known in filters):
            inner.problem("name", f'"{name}" is used twice; write another one')
        when = inner.raw("when")
        if not when:
            inner.problem("when", 'is missing; write when = [{ column = "status", equals = "void" }]')
        action = inner.choice("action", ("skip", "refuse", "correct"))
        if action is None:
            inner.problem("action", "is missing; write skip, refuse or correct")
        values = inner.scalars("set") or {}
        check_entity_columns(inner, entity, list(values))
        if values and action != "correct":
            inner.problem("set", "goes with the action correct only")
        predicates = [
            predicate
            for clause in (when if isinstance(when, list) else [when] if when else [])
            for predicate in _predicates(inner, clause)
        ]
        filters.append(Filter(name=name, when=tuple(predicates), action=cast("Any", action), values=values))
        inner.finish()
    return tuple(filters)


def _predicates(filter_table: TomlTable, clause: object) -> list[Predicate]:
    table = TomlTable(clause, where=f"{filter_table.where} when:", problems=filter_table.problems)
    column = table.text("column", required=True, say="a column's name") or ""
    predicates: list[Predicate] = []
    for test in TESTS:
        value = table.raw(test)
        if value is None:
            continue
        if test in ("matches", "not_matches"):
            read_pattern(table, test, groups=None)
        if isinstance(value, list) != (test in ("in", "not_in")) or isinstance(value, dict):
            table.problem(test, f"is {value!r}; write {'a list' if test in ('in', 'not_in') else 'one value'}")
        elif isinstance(value, list):
            predicates.append(Predicate(column=column, test=test, value=tuple(str(item) for item in value)))
        else:
            plain = value.isoformat(" ") if isinstance(value, dt.datetime) else value
            predicates.append(
                Predicate(column, test, plain if isinstance(plain, bool | int | float | str) else str(plain))
            )
    if not predicates:
        table.problem("column", f"stands without a test; write one of {listed(TESTS)}")
    table.finish()
    return predicates
