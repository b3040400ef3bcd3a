"""What a mapping says: how the columns of one kind of file become the columns of one canonical entity.

Belongs here: the model and what follows from it (which source columns it needs, what shapes the landed file). Does
not: reading it from TOML (`mapping_file.py`), turning it into SQL (`expressions.py`), the entities (`entities.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from string import Formatter
from typing import Literal

from pipelines.landing.entities import ENTITIES, Entity

FileFormat = Literal["csv", "tsv", "xlsx", "parquet", "json"]
Keep = Literal["first", "last", "sum", "refuse", "all"]
FORMATS: tuple[FileFormat, ...] = ("csv", "tsv", "xlsx", "parquet", "json")
READERS = ("table", "answers", "tracking", "17track")
KEEPS: tuple[Keep, ...] = ("first", "last", "sum", "refuse", "all")
ROW_NUMBER = "_row"  # may stand in a template: the row's number in its source file

# factors into the canonical unit that the column's name ends with; pound, ounce, inch and foot by the international
# agreement of 1959 (0.45359237 kg, 2.54 cm), jin 斤 by the Chinese standard of 1959
UNITS: dict[str, dict[str, float]] = {
    "kg": {"kg": 1, "g": 0.001, "mg": 1e-6, "t": 1000, "lb": 0.45359237, "oz": 0.028349523125, "jin": 0.5},
    "cm": {"cm": 1, "mm": 0.1, "m": 100, "in": 2.54, "ft": 30.48},
    "cbm": {"cbm": 1, "l": 0.001, "ml": 1e-6, "ccm": 1e-6, "cft": 0.028316846592, "cin": 1.6387064e-5},
    "days": {"days": 1, "weeks": 7, "hours": 1 / 24},
    "share": {"share": 1, "percent": 0.01},
}


def unit_family(column: str) -> dict[str, float]:
    """Units that a canonical column of that name can be given in; empty when it has no unit."""
    return UNITS.get(column.rsplit("_", maxsplit=1)[-1], {})


@dataclass(frozen=True)
class Conversion:
    """Currency conversion at the ECB rate of a date: `date` names a canonical column or is an ISO date."""

    from_currency: str
    to: str
    date: str


@dataclass(frozen=True)
class ColumnRule:
    """Where one canonical column comes from (exactly one of the first six) and how its text becomes a value."""

    column: str
    source: str | None = None
    constant: str | None = None
    template: str | None = None
    product_of: tuple[str, ...] = ()
    digest: tuple[str, ...] = ()
    from_file_name: str | None = None
    formats: tuple[str, ...] = ()
    time_zone: str | None = None
    unit: str | None = None
    thousands: str | None = None
    decimal: str = "."
    map: dict[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    upper: bool = False
    lower: bool = False
    absolute: bool = False
    pattern: str | None = None
    extract: bool = False
    convert: Conversion | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns that this rule reads."""
        if self.source is not None:
            return (self.source,)
        if self.template is not None:
            return tuple(name for name in template_fields(self.template) if name != ROW_NUMBER)
        return (*self.product_of, *self.digest)


@dataclass(frozen=True)
class Predicate:
    """One condition on a source column, or on a canonical one where the file has no column of that name."""

    column: str
    test: str
    value: str | float | bool | tuple[str, ...]


TESTS = ("equals", "not_equals", "in", "not_in", "matches", "not_matches", "from", "before", "is_empty")


@dataclass(frozen=True)
class Filter:
    """A named rule about rows; all predicates of `when` must hold. `values` are set by the action `correct`."""

    name: str
    when: tuple[Predicate, ...]
    action: Literal["skip", "refuse", "correct"]
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Duplicates:
    """What to do with rows of the same key, and with rows that are equal in every source column."""

    keep: Keep = "refuse"
    keys: tuple[str, ...] = ()
    skip_exact: bool = False


@dataclass(frozen=True)
class Reading:
    """What shapes the landed file: a change of any of it lands the same source file again."""

    format: FileFormat | None = None
    reader: str = "table"
    encoding: str = "utf-8"
    sheet: str | None = None
    skip_rows: int = 0
    delimiter: str | None = None
    quote: str | None = None
    records: str | None = None
    optional: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    digests: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for equal settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Mapping:
    """One kind of file and the entity that its rows become."""

    entity: Entity
    rules: tuple[ColumnRule, ...]
    reading: Reading = Reading()
    filters: tuple[Filter, ...] = ()
    duplicates: Duplicates = Duplicates()
    stop_when_refused: bool = False

    def rule(self, column: str) -> ColumnRule | None:
        """The rule of a canonical column, or None."""
        return next((rule for rule in self.rules if rule.column == column), None)

    @property
    def needed(self) -> dict[str, str]:
        """Source columns that must be in the file, each with what needs it; digests are made from dropped ones."""
        needed: dict[str, str] = {}
        for rule in self.rules:
            for source in () if rule.digest else rule.sources:
                needed.setdefault(source, rule.column)
        canonical = {rule.column for rule in self.rules}
        for filter_ in self.filters:
            for predicate in filter_.when:
                if predicate.column not in canonical:
                    needed.setdefault(predicate.column, f'the rule "{filter_.name}"')
        return needed


def template_fields(template: str) -> list[str]:
    """Names in braces; ValueError when the braces do not match."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def digest_column(column: str) -> str:
    """The name under which a digest made while landing stands in the landed file."""
    return f"_digest_{column}"


def canonical_mapping(entity: str, columns: tuple[str, ...], *, reading: Reading, constants: dict[str, str]) -> Mapping:
    """The mapping of a file whose columns are canonical already: each onto itself."""
    known = ENTITIES[entity]
    by_name = {column.casefold(): column for column in columns}
    rules = [
        ColumnRule(column=column.name, source=by_name[column.name])
        for column in known.columns
        if column.name in by_name and column.name not in constants
    ]
    rules += [ColumnRule(column=column, constant=value) for column, value in constants.items()]
    return Mapping(entity=known, rules=tuple(rules), reading=reading)
