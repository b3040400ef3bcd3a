"""The [columns] of a mapping as they are written: where a canonical column comes from, or what to write instead.

Belongs here: the keys of one column and which of them go together. Does not: the rest of a mapping
(`mapping_file.py`), what the keys do (`expressions.py`).
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping as Dictionary

from pipelines.landing.entities import Column, Entity
from pipelines.landing.mapping import ColumnRule, Conversion, template_fields, unit_family
from pipelines.toml_tables import TomlTable, is_iso_date, listed, nearest

DATE_CODES = frozenset("aAbBdfgGHIjmMnpSuUVwWxXyYzZ%")  # what DuckDB's strptime reads
ORIGINS = ("from", "constant", "template", "product_of", "digest", "from_file_name")


def check_entity_columns(table: TomlTable, entity: Entity, names: list[str]) -> None:
    """Notes every name that is no column of the entity."""
    columns = tuple(column.name for column in entity.columns)
    for name in names:
        if name not in columns:
            hint = nearest(name, columns) or f"; there are: {listed(columns, 30)}"
            table.problem(name, f"{entity.name} has no such column{hint}")


def read_rules(table: TomlTable, entity: Entity, constants: Dictionary[str, str]) -> tuple[ColumnRule, ...]:
    """The rules of a mapping's [columns], in the order of the entity; constants of the feed come before them."""
    columns = TomlTable(table.raw("columns") or {}, where=f"{table.where} [columns]", problems=table.problems)
    check_entity_columns(columns, entity, [*columns.values, *(c for c in constants if c not in columns.values)])
    rules = [
        _rule(columns, entity, column)
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


def _rule(columns: TomlTable, entity: Entity, column: Column) -> ColumnRule:
    value = columns.values[column.name]
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
    _check_formats(table, column, formats, zone)
    rule = ColumnRule(
        column=column.name,
        source=table.text("from"),
        constant=table.scalar("constant"),
        template=_template(table),
        product_of=table.texts("product_of", say='two columns such as ["quantity", "unit_price"]'),
        digest=table.texts("digest"),
        from_file_name=read_pattern(table, "from_file_name", groups=1),
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
        pattern=read_pattern(table, "pattern", groups=1 if table.values.get("extract") is True else None),
        convert=_conversion(table, entity),
    )
    _check_choices(table, column, rule)
    if rule.convert and column.type != "amount":
        table.problem("convert", f"is for amounts, and {column.name} is {column.type}; remove it")
    if rule.otherwise is not None and rule.map is None:
        table.problem("otherwise", "stands without map; add map, or write default for empty cells")
    table.finish()
    return rule


def _check_formats(table: TomlTable, column: Column, formats: tuple[str, ...], zone: str | None) -> None:
    if formats and column.type not in ("date", "instant"):
        table.problem("format", f"is for dates, and {column.name} is {column.type}; remove it")
    for format_ in formats:
        for code in re.findall(r"%-?.?", format_):
            if code.lstrip("%-") not in DATE_CODES:
                table.problem("format", f'"{code}" is no date code; write codes such as %Y, %m, %d, %H, %M, %S')
        if column.type == "instant" and zone is None and not re.search("%[zZ]", format_):
            table.problem("time_zone", f'is missing, and "{format_}" holds none; write time_zone = "Asia/Shanghai"')


def _check_choices(table: TomlTable, column: Column, rule: ColumnRule) -> None:
    if not column.choices:
        return
    given = {"constant": [rule.constant], "default": [rule.default], "otherwise": [rule.otherwise]}
    given["map"] = [*(rule.map or {}).values()]
    for key, values in given.items():
        for value in values:
            if value is not None and value not in column.choices:
                table.problem(key, f'is "{value}"; write one of {listed(column.choices, 20)}')


def _template(table: TomlTable) -> str | None:
    template = table.text("template")
    try:
        if template is not None and not all(template_fields(template)):
            raise ValueError
    except ValueError:
        table.problem("template", f'is "{template}"; write column names in braces such as "{{store}}-{{product}}"')
        return None
    return template


def read_pattern(table: TomlTable, key: str, *, groups: int | None) -> str | None:
    """A regular expression that DuckDB can run, with the wanted number of groups where that matters."""
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


def _conversion(table: TomlTable, entity: Entity) -> Conversion | None:
    if "convert" not in table:
        return None
    inner = TomlTable(table.raw("convert"), where=f"{table.where} convert:", problems=table.problems)
    conversion = Conversion(
        from_currency=inner.text("from_currency", required=True, say='a currency such as "CNY"') or "",
        to=inner.text("to", required=True, say='a currency such as "USD"') or "",
        date=inner.text("date", required=True, say="the canonical column that holds the document's date") or "",
    )
    dated = entity.column(conversion.date)
    if conversion.date and not (dated.type in ("date", "instant") if dated else is_iso_date(conversion.date)):
        dates = [column.name for column in entity.columns if column.type in ("date", "instant")]
        inner.problem("date", f'is "{conversion.date}"; write {" or ".join([*dates, "a date such as 2026-11-02"])}')
    inner.finish()
    return conversion
