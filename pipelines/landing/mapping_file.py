"""A mapping as it is written: TOML in, `Mapping` out, or every problem in words.

Belongs here: which keys there are, which go together, and what to write instead. Does not: what they do
(`expressions.py`) or the model (`mapping.py`).
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any, cast

from pipelines.landing.entities import ENTITIES, Column, Entity
from pipelines.landing.mapping import (
    FORMATS,
    KEEPS,
    READERS,
    TESTS,
    ColumnRule,
    Conversion,
    Duplicates,
    FileFormat,
    Filter,
    Keep,
    Mapping,
    Predicate,
    Reading,
    template_fields,
    unit_family,
)
from pipelines.toml_tables import TomlTable, listed, nearest, read_toml

ORIGINS = ("from", "constant", "template", "product_of", "digest", "from_file_name")


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
    rules = _rules(table, entity, constants)
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


def check_entity_columns(table: TomlTable, entity: Entity, names: list[str]) -> None:
    """Notes every name that is no column of the entity."""
    columns = tuple(column.name for column in entity.columns)
    for name in names:
        if name not in columns:
            hint = nearest(name, columns) or f"; there are: {listed(columns, 30)}"
            table.problem(name, f"{entity.name} has no such column{hint}")


def _rules(table: TomlTable, entity: Entity, constants: Dictionary[str, str]) -> tuple[ColumnRule, ...]:
    columns = TomlTable(table.raw("columns") or {}, where=f"{table.where} [columns]", problems=table.problems)
    check_entity_columns(columns, entity, [*columns.values, *(c for c in constants if c not in columns.values)])
    rules = [
        _rule(columns, column, columns.values[column.name])
        for column in entity.columns
        if column.name in columns.values and column.name not in constants
    ]
    rules += [
        ColumnRule(column=column.name, constant=constants[column.name])
        for column in entity.columns
        if column.name in constants
    ]
    given = {rule.column for rule in rules}
    for column in entity.columns:
        if column.required and column.default is None and column.name not in given:
            columns.problem(column.name, f'is missing: {entity.name} needs it; write {column.name} = "source column"')
    for group in entity.one_of:
        if not given.intersection(group):
            columns.problem(" or ".join(group), f"is missing: {entity.name} needs one of them")
    return tuple(rules)


def _rule(columns: TomlTable, column: Column, value: Any) -> ColumnRule:
    if isinstance(value, str):
        return ColumnRule(column=column.name, source=value)
    table = TomlTable(value, where=f"{columns.where} {column.name}:", problems=columns.problems)
    origins = [key for key in ORIGINS if key in table]
    if isinstance(value, dict) and len(origins) != 1:
        table.problem(
            "", f"names {' and '.join(origins) if origins else 'no origin'}; write exactly one of {listed(ORIGINS)}"
        )
    zone = table.text("time_zone")
    if zone and zone not in zoneinfo.available_timezones():
        table.problem("time_zone", f'is "{zone}"; write an IANA name such as "Asia/Shanghai"')
    unit = table.text("unit")
    family = unit_family(column.name)
    if unit and unit not in family:
        given = listed(tuple(family)) if family else "nothing: this column has no unit"
        table.problem("unit", f'is "{unit}"; write one of {given}')
    thousands, decimal = table.text("thousands", say='a separator such as ","'), table.text("decimal") or "."
    if thousands == decimal:
        table.problem("thousands", "is the same as decimal; write two different separators")
    formats = table.texts("format", say='a format such as "%Y-%m-%d"')
    if formats and column.type not in ("date", "instant"):
        table.problem("format", f"is for dates, and {column.name} is {column.type}; remove it")
    rule = ColumnRule(
        column=column.name,
        source=table.text("from"),
        constant=table.scalar("constant"),
        template=_template(table),
        product_of=table.texts("product_of", say='two columns such as ["quantity", "unit_price"]'),
        digest=table.texts("digest"),
        from_file_name=_pattern(table, "from_file_name", groups=1),
        formats=formats,
        time_zone=zone,
        unit=unit,
        thousands=thousands,
        decimal=decimal,
        map=table.scalars("map"),
        otherwise=table.scalar("otherwise"),
        default=table.scalar("default"),
        upper=table.flag("upper"),
        lower=table.flag("lower"),
        absolute=table.flag("absolute"),
        extract=table.flag("extract"),
        pattern=_pattern(table, "pattern", groups=1 if table.values.get("extract") is True else None),
        convert=_conversion(table),
    )
    if rule.convert and column.type != "amount":
        table.problem("convert", f"is for amounts, and {column.name} is {column.type}; remove it")
    if rule.otherwise is not None and rule.map is None:
        table.problem("otherwise", "stands without map; add map, or write default for empty cells")
    table.finish()
    return rule


def _template(table: TomlTable) -> str | None:
    template = table.text("template")
    try:
        if template is not None and not all(template_fields(template)):
            raise ValueError
    except ValueError:
        table.problem("template", f'is "{template}"; write column names in braces such as "{{store}}-{{product}}"')
        return None
    return template


def _pattern(table: TomlTable, key: str, *, groups: int | None) -> str | None:
    pattern = table.text(key, say="a regular expression in single quotes")
    if pattern is None:
        return None
    if re.search(r"\(\?[=!<]|\\[1-9]", pattern):  # DuckDB's RE2 has neither, for the sake of linear time
        table.problem(key, "uses look-around or a back reference, which are not supported; write it without")
        return None
    try:
        found = re.compile(pattern).groups
    except re.error as error:
        table.problem(key, f"is no regular expression: {error}")
        return None
    if groups is not None and found != groups:
        table.problem(key, f"has {found} groups; put round brackets around the one part that is meant")
    return pattern


def _conversion(table: TomlTable) -> Conversion | None:
    if "convert" not in table:
        return None
    inner = TomlTable(table.raw("convert"), where=f"{table.where} convert:", problems=table.problems)
    conversion = Conversion(
        from_currency=inner.text("from_currency", required=True, say='a currency such as "CNY"') or "",
        to=inner.text("to", required=True, say='a currency such as "USD"') or "",
        date=inner.text("date", required=True, say="the canonical column that holds the document's date") or "",
    )
    inner.finish()
    return conversion


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
            _pattern(table, test, groups=None)
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
