"""What a canonical table is: its columns with their types and limits, its keys.

Belongs here: the model and short ways to write a column. Does not: the tables (`master_entities.py`,
`fact_entities.py`).

A column's type decides how text becomes a value and which refusals are possible; `minimum`, `choices` and
`references` are checked row by row, and a row that breaks one is quarantined with the rule's name, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "units", "number", "amount", "share", "date", "instant", "boolean"]
TextForm = Literal["currency", "country", "time_zone"]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "units": "BIGINT",
    "number": "DOUBLE",
    "amount": "DECIMAL(18,4)",
    "share": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",  # UTC
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One canonical column. `references` names `entity.column` whose values it must be among (where any exist).

    `form` says what a text must look like: an ISO 4217 or ISO 3166-1 alpha-2 code, or an IANA time zone.
    """

    name: str
    type: ColumnType
    required: bool = False
    minimum: float | None = None
    choices: tuple[str, ...] = ()
    references: str | None = None
    default: str | None = None
    description: str = ""
    form: TextForm | None = None


@dataclass(frozen=True)
class Entity:
    """One canonical table; `keys` are unique after the mapping's rule for duplicates was applied.

    Of each tuple in `one_of` at least one column must be filled.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    is_master: bool = False
    one_of: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def text_column(name: str, *, required: bool = False, references: str | None = None, description: str = "") -> Column:
    """A text; its name tells its form."""
    form: TextForm | None = None
    if name.endswith("currency"):
        form = "currency"
    elif name.endswith("country"):
        form = "country"
    elif name == "time_zone":
        form = "time_zone"
    return Column(name, "text", required=required, references=references, description=description, form=form)


def units_column(name: str, *, required: bool = False, minimum: float | None = 0, default: str | None = None) -> Column:
    """Whole sellable pieces (or days), 0 or more unless said."""
    return Column(name, "units", required=required, minimum=minimum, default=default)


def number_column(name: str, *, required: bool = False, minimum: float | None = 0) -> Column:
    """A measure, 0 or more unless said."""
    return Column(name, "number", required=required, minimum=minimum)


def amount_column(name: str, *, minimum: float | None = 0) -> Column:
    """Money; the currency stands in a column of its own."""
    return Column(name, "amount", minimum=minimum)
