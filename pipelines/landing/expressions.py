"""One canonical column as SQL: from the source's text to the text that is meant, and from that to a value.

Belongs here: what a column rule does to one cell. Does not: which cells are refused (`checks.py`), whole rows
(`staging.py`). Source columns stand as "s:<name>", what was taken from a file's name as "f:<column>".

Nothing is guessed: a number is digits with the separators that the mapping declares, a date is ISO or the declared
format, a time without an offset needs the mapping's time zone. Anything else becomes null and is then refused.
"""

from __future__ import annotations

import re

from pipelines.landing.entities import Column
from pipelines.landing.mapping import ROW_NUMBER, ColumnRule, digest_column, unit_family
from pipelines.landing.sql_text import identifier, literal, literals

TRUE_WORDS = ("true", "t", "yes", "y", "1", "是")
FALSE_WORDS = ("false", "f", "no", "n", "0", "否")
# amounts and units are read exactly, as decimals up to a million millions with six places; wider ones need 128 bits
# and took 1.9 s instead of 0.1 s for 846,000 cells
EXACT = "decimal(18, 6)"
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00(:00(\.0+)?)?)?"
ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
OFFSET = r" ?([zZ]|[+-][0-9]{2}:?[0-9]{2})"


def source_text(name: str) -> str:
    """A source column without blanks around it; null when nothing is left."""
    return f"nullif(trim({identifier('s:' + name)}), '')"


def origin_text(rule: ColumnRule) -> str:
    """The text as the source gives it (or as the rule makes it), before any mapping of values."""
    if rule.source is not None:
        text = source_text(rule.source)
    elif rule.constant is not None:
        text = literal(rule.constant)
    elif rule.template is not None:
        text = _template(rule.template)
    elif rule.product_of:
        text = _product(rule)
    elif rule.digest:
        text = source_text(digest_column(rule.column))
    else:
        text = identifier(f"f:{rule.column}")
    if rule.pattern and rule.extract:
        text = f"nullif(regexp_extract({text}, {literal(rule.pattern)}, 1), '')"
    if rule.upper:
        text = f"upper({text})"
    if rule.lower:
        text = f"lower({text})"
    return text


def mapped_text(rule: ColumnRule, origin: str) -> str:
    """`origin` (an expression) after the rule's map and default; null where the map has no answer."""
    text = origin
    if rule.map is not None:
        whens = " ".join(f"when {literal(key)} then {literal(value)}" for key, value in rule.map.items())
        otherwise = f"when {text} is not null then {literal(rule.otherwise)}" if rule.otherwise is not None else ""
        text = (
            f"case {text} {whens} end" if not otherwise else f"coalesce(case {text} {whens} end, case {otherwise} end)"
        )
    if rule.default is not None:
        # only an empty cell takes the default: a text that the map does not know is refused
        text = f"case when {origin} is null then {literal(rule.default)} else {text} end"
    return text


def typed_value(column: Column, rule: ColumnRule, text: str) -> str:
    """`text` (an expression) as the column's type; null where it is none."""
    match column.type:
        case "text":
            value = text
        case "units":
            exact = f"try_cast({_digits(text, rule)} as {EXACT})"
            value = f"case when {exact} = trunc({exact}) then try_cast({exact} as bigint) end"
        case "number" | "share":
            number = f"try_cast({_digits(text, rule)} as double)"
            factor = unit_family(column.name)[rule.unit] if rule.unit else 1
            value = f"round({number} * {factor!r}, 9)" if factor != 1 else number
        case "amount":
            value = f"try_cast(try_cast({_digits(text, rule)} as {EXACT}) as decimal(18, 4))"
        case "date":
            value = _date(text, rule)
        case "instant":
            value = _instant(text, rule)
        case "boolean":
            value = (
                f"case when lower({text}) in {literals(TRUE_WORDS)} then true"
                f" when lower({text}) in {literals(FALSE_WORDS)} then false end"
            )
    return f"abs({value})" if rule.absolute else value


def has_offset(text: str) -> str:
    """Whether an ISO time says its distance from UTC."""
    return f"regexp_full_match({text}, {literal(ISO_TIME + OFFSET)})"


def is_iso_time(text: str) -> str:
    """Whether a text is an ISO date or time, with or without an offset."""
    return f"regexp_full_match({text}, {literal(f'{ISO_TIME}({OFFSET})?')})"


def _template(template: str) -> str:
    parts = []
    position = 0
    for field in re.finditer(r"\{([^{}]*)\}", template):
        parts.append(literal(template[position : field.start()]))
        name = field.group(1)
        parts.append("cast(_row as varchar)" if name == ROW_NUMBER else source_text(name))
        position = field.end()
    parts.append(literal(template[position:]))
    return "(" + " || ".join(part for part in parts if part != "''") + ")"


def _product(rule: ColumnRule) -> str:
    """Both factors as one number; where one is no number, both as they are, so that the refusal shows them."""
    texts = [source_text(name) for name in rule.product_of]
    numbers = [f"try_cast({_digits(text, rule)} as {EXACT})" for text in texts]
    return f"coalesce(cast({' * '.join(numbers)} as varchar), nullif(concat_ws(' × ', {', '.join(texts)}), ''))"


def _digits(text: str, rule: ColumnRule) -> str:
    """The text with a decimal point and no thousands separators, null when it is no number as declared.

    Groups must have three digits: with thousands = "," the text 12,50 is refused, not read as 1250.
    """
    point = re.escape(rule.decimal)
    whole = "[0-9]+"
    clean = text
    if rule.thousands:
        whole = rf"([0-9]{{1,3}}({re.escape(rule.thousands)}[0-9]{{3}})+|[0-9]+)"
        clean = f"replace({clean}, {literal(rule.thousands)}, '')"
    if rule.decimal != ".":
        clean = f"replace({clean}, {literal(rule.decimal)}, '.')"
    number = rf"[+-]?({whole}({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,2}})?"
    return f"case when regexp_full_match({text}, {literal(number)}) then {clean} end"


def _parsed(text: str, format_: str, zone: str | None) -> str:
    """An instant as UTC, or a local time where neither the text nor the rule knows a zone."""
    if "%z" in format_ or "%Z" in format_:
        with_digits = f"regexp_replace({text}, '[zZ]$', '+0000')" if format_.endswith("%z") else text
        return f"timezone('UTC', try_strptime({with_digits}, {literal(format_)}))"
    local = f"try_strptime({text}, {literal(format_)})"
    return f"timezone('UTC', timezone({literal(zone)}, {local}))" if zone else local


def _date(text: str, rule: ColumnRule) -> str:
    if not rule.formats:
        return f"case when regexp_full_match({text}, {literal(ISO_DATE)}) then try_cast(left({text}, 10) as date) end"
    parsed = []
    for format_ in rule.formats:
        if "%z" in format_ or "%Z" in format_:  # the date that the clock on the wall showed in the rule's zone
            instant = _parsed(text, format_, None)
            zone = rule.time_zone or "UTC"
            parsed.append(f"cast(timezone({literal(zone)}, timezone('UTC', {instant})) as date)")
        else:
            parsed.append(f"cast(try_strptime({text}, {literal(format_)}) as date)")
    return f"coalesce({', '.join(parsed)})"


def _instant(text: str, rule: ColumnRule) -> str:
    if rule.formats:
        return f"coalesce({', '.join(_parsed(text, format_, rule.time_zone) for format_ in rule.formats)})"
    local = f"case when regexp_full_match({text}, {literal(ISO_TIME)}) then try_cast({text} as timestamp) end"
    zoned = f"timezone('UTC', timezone({literal(rule.time_zone)}, {local}))" if rule.time_zone else "null"
    return f"case when {has_offset(text)} then timezone('UTC', try_cast({text} as timestamptz)) else {zoned} end"
