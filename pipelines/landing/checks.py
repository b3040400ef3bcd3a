"""What a row must be to enter the warehouse: one `Check` per way to be refused, as SQL with a message in words.

Belongs here: the rules' names, when they are broken and what people are told. Does not: where the values come from
(`expressions.py`), what becomes of refused rows (`staging.py`), rows of the same key (`duplicates.py`).

Checks read "o:<column>" (text of the source), "t:<column>" (text that is meant), "v:<column>" (value) and, for
references, "k:<n>" (the key that was found, null when it was not).
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.landing.entities import Column, Entity
from pipelines.landing.exchange_rates import currencies_with_rates
from pipelines.landing.expressions import has_offset, is_iso_time, source_text
from pipelines.landing.mapping import ColumnRule, Mapping
from pipelines.landing.sql_text import identifier, literal, literals
from pipelines.toml_tables import listed

TYPE_RULES = {
    "units": ("not_a_whole_number", "is no whole number; write digits such as 12"),
    "number": ("not_a_number", "is no number; write digits such as 12.5"),
    "amount": ("not_an_amount", "is no amount; write digits such as 12.50 and the currency in its own column"),
    "share": ("not_a_share", "is no share; write a number from 0 to 1 such as 0.15"),
    "date": ("not_a_date", "is no date {like}"),
    "instant": ("not_a_time", "is no time {like}"),
    "boolean": ("not_true_or_false", "is neither yes nor no; write true or false"),
    "text": ("not_in_map", "is a value that the mapping does not know"),
}


@cache
def time_zones() -> tuple[str, ...]:
    """Every IANA name, read from the disk once."""
    return tuple(sorted(zoneinfo.available_timezones()))


@dataclass(frozen=True)
class Check:
    """`broken` and `message` are SQL expressions; `column` is what the file calls the column."""

    column: str
    rule: str
    broken: str
    message: str


@dataclass(frozen=True)
class Reference:
    """A column whose values must be among the keys of another entity; `rule` names the refusal."""

    column: str
    entity: str
    key: str

    @property
    def rule(self) -> str:
        """`unknown_sku`, `unknown_warehouse`, `unknown_shop`."""
        return f"unknown_{self.key.removesuffix('_id')}"


def joined_checks(mapping: Mapping, known: dict[str, int]) -> tuple[str, list[Check]]:
    """The joins that look up references, and every check in the order in which people are told."""
    joins, looked_up = "", []
    for number, reference in enumerate(_references(mapping.entity, mapping)):
        rule = mapping.rule(reference.column)
        if known[reference.entity] and rule is not None:
            key = identifier(reference.key)
            joins += (
                f' left join (select distinct {key} as "k:{number}" from raw.{reference.entity}) as found_{number}'
                f' on found_{number}."k:{number}" = corrected.{identifier(f"v:{reference.column}")}'
            )
            looked_up.append(_reference_check(reference, rule, number))
    checks = [*_cell_checks(mapping), *_row_checks(mapping.entity, mapping), *looked_up]
    if mapping.rule("seller_sku") is not None and mapping.entity.name != "listings":
        listing_joins, listing_checks = _listing_checks(mapping, known)
        joins += listing_joins
        checks += listing_checks
    return joins, checks


def _references(entity: Entity, mapping: Mapping) -> list[Reference]:
    """The references of an entity whose columns the mapping fills."""
    found = []
    for column in entity.columns:
        if column.references and mapping.rule(column.name):
            other, _, key = column.references.partition(".")
            found.append(Reference(column.name, other, key))
    return found


def _column_checks(column: Column, rule: ColumnRule) -> Iterator[Check]:
    """Everything that one cell can break."""
    label = _source_label(rule)
    origin, text, value = (identifier(f"{layer}:{column.name}") for layer in "otv")
    if rule.pattern and not rule.extract:
        yield Check(
            label,
            "does_not_match",
            f"{text} is not null and not regexp_matches({text}, {literal(rule.pattern)})",
            _says(text, f"does not look as the mapping wants it: {rule.pattern}"),
        )
    type_rule, wrong = TYPE_RULES[column.type]
    if column.type == "instant" and not rule.formats and not rule.time_zone:
        yield Check(
            label,
            "time_without_zone",
            f"{value} is null and {is_iso_time(text)} and not {has_offset(text)}",
            _says(text, 'says no time zone; write time_zone = "..." in the mapping'),
        )
        unread = f"{value} is null and {text} is not null and (not {is_iso_time(text)} or {has_offset(text)})"
    else:
        unread = f"{value} is null and {text} is not null"
    if rule.map is not None:
        yield Check(
            label,
            "not_in_map",
            f"{value} is null and {origin} is not null and {text} is null",
            _says(origin, f"is a value that the mapping does not know; it knows {listed(tuple(rule.map))}"),
        )
    if rule.pattern and rule.extract:
        cell = source_text(rule.source or "")
        unmatched = f"{cell} is not null and {origin} is null"
        yield Check(label, "does_not_match", unmatched, _says(cell, f"holds nothing that matches {rule.pattern}"))
    if column.type != "text":
        yield Check(label, type_rule, unread, _says(text, wrong.format(like=_date_hint(rule))))
    if column.required:
        empty = f"{value} is null and {origin} is null"
        yield Check(label, "missing_value", empty, literal(f"is empty; {column.name} is needed"))
    if column.minimum is not None:
        yield Check(
            label,
            "below_minimum",
            f"{value} < {column.minimum:g}",
            _says(f"cast({value} as varchar)", f"is too small; {column.minimum:g} is the least"),
        )
    if column.type == "share":
        yield Check(label, "above_maximum", f"{value} > 1", _says(text, "is above 1; write a share such as 0.15"))
    if column.choices:
        hint = f"is none of {listed(column.choices, 20)}"
        yield Check(label, "not_a_choice", f"{value} not in {literals(column.choices)}", _says(value, hint))
    if column.form:
        yield _form_check(label, column.form, value)


def _reference_check(reference: Reference, rule: ColumnRule, number: int) -> Check:
    """A value that the other entity does not have."""
    value = identifier(f"v:{reference.column}")
    return Check(
        _source_label(rule),
        reference.rule,
        f'{value} is not null and "k:{number}" is null',
        _says(value, f"is not among the {reference.entity}; add it there or correct it"),
    )


def _row_checks(entity: Entity, mapping: Mapping) -> Iterator[Check]:
    """What columns can break together."""
    filled = {rule.column for rule in mapping.rules} | {c.name for c in entity.columns if c.default is not None}
    for group in entity.one_of:
        empty = " and ".join(f"{identifier(f'v:{name}')} is null" for name in group if name in filled)
        if empty:
            label = " or ".join(group)
            yield Check(label, "missing_value", empty, literal(f"is empty; one of {listed(group)} is needed"))
    for amount, currency in _currencies_of(entity).items():
        if amount in filled:
            lacks = f" and {identifier(f'v:{currency}')} is null" if currency in filled else ""
            yield Check(
                _source_label(mapping.rule(amount)),
                "currency_missing",
                f"{identifier(f'v:{amount}')} is not null{lacks}",
                literal(f"has no currency; write it as {currency}"),
            )


def _currencies_of(entity: Entity) -> dict[str, str]:
    """Each amount column with the column that holds its currency: the one whose name's stem the amount's holds."""
    currencies = [column.name for column in entity.columns if column.name.endswith("_currency")]
    return {
        column.name: currency
        for column in entity.columns
        if column.type == "amount"
        for currency in currencies
        if currency.removesuffix("_currency") in column.name
    }


def _source_label(rule: ColumnRule | None) -> str:
    """What the person who wrote the file calls the column."""
    if rule is None:
        return ""
    return rule.source or " × ".join(rule.product_of) or rule.column


def _says(value: str, text: str) -> str:
    """A message that opens with the value; long values are cut."""
    return f"""concat('"', left({value}, 60), '" ', {literal(text)})"""


def _date_hint(rule: ColumnRule) -> str:
    if rule.formats:
        return f"of the form {' or '.join(rule.formats)}, which the mapping expects; write it so, or change the mapping"
    return 'such as 2026-11-02; write it so, or give the mapping a format such as "%d/%m/%Y"'


def _form_check(label: str, form: str, value: str) -> Check:
    if form == "currency":
        # an amount without a rate would count as nothing in every figure that is in the base currency
        broken = f"{value} not in {literals(currencies_with_rates())}"
        says = _says(value, "is no currency with a rate of the ECB; write three capitals such as USD")
        return Check(label, "not_a_currency", broken, says)
    if form == "country":
        broken = f"not regexp_full_match({value}, '[A-Z]{{2}}')"
        return Check(label, "not_a_country", broken, _says(value, "is no country code; write two capitals such as CN"))
    broken = f"{value} not in {literals(time_zones())}"
    return Check(label, "not_a_time_zone", broken, _says(value, "is no time zone; write one such as America/New_York"))


def _cell_checks(mapping: Mapping) -> Iterator[Check]:
    for column in mapping.entity.columns:
        rule = mapping.rule(column.name)
        if rule is None:
            continue
        if rule.convert is not None:  # first: without a rate the converted value is empty too
            rate = identifier(f"rate:{column.name}")
            yield Check(
                rule.source or column.name,
                "no_exchange_rate",
                f"{identifier(f'p:{column.name}')} is not null and {rate} is null",
                literal(f"has no rate from {rule.convert.from_currency} to {rule.convert.to} on {rule.convert.date}"),
            )
        yield from _column_checks(column, rule)


def _listing_checks(mapping: Mapping, known: dict[str, int]) -> tuple[str, list[Check]]:
    """A seller SKU without a product's SKU must be a listing of its shop; of a shop without listings, a product."""
    label = mapping.rule("seller_sku").source or "seller_sku"  # type: ignore[union-attr]
    has_no_sku = '"v:seller_sku" is not null and "v:sku" is null'
    joins = """
        left join (select distinct shop_id as listed_shop from raw.listings) as shops_with_listings
            on shops_with_listings.listed_shop = corrected."v:shop_id"
        left join (select distinct shop_id as listing_shop, seller_sku as listing_sku from raw.listings) as listed
            on listed.listing_shop = corrected."v:shop_id" and listed.listing_sku = corrected."v:seller_sku"
    """
    says = """concat('"', "v:seller_sku", '" is no listing of the shop "', "v:shop_id", '"; add it to the listings')"""
    checks = [
        Check(
            "shop_id", "missing_value", f'{has_no_sku} and "v:shop_id" is null', literal("is needed with seller_sku")
        ),
        Check(label, "unknown_listing", f"{has_no_sku} and listed_shop is not null and listing_sku is null", says),
    ]
    if known["products"]:
        joins += """ left join (select sku as plain_sku from raw.products) as plain
            on plain.plain_sku = corrected."v:seller_sku" """
        unknown = f'{has_no_sku} and "v:shop_id" is not null and listed_shop is null and plain_sku is null'
        says = """concat('"', "v:seller_sku", '" is neither a listing nor a product; add it to either')"""
        checks.append(Check(label, "unknown_sku", unknown, says))
    return joins, checks
