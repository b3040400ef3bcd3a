"""A question to the marts as a value: SQL and its parameters.

Belongs here: the value and the pieces that several pages' filters share. Does not: the questions themselves (each
page's module) nor asking them (`app_streamlit/warehouse.py`). Values are always bound, never written into the SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Query:
    """SQL with `?` for each of the parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


@dataclass
class Conditions:
    """Conditions that must all hold, gathered one by one; those without a value are left out."""

    parts: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    def always(self, condition: str, *values: object) -> None:
        """A condition that is not up to the user."""
        self.parts.append(condition)
        self.parameters.extend(values)

    def equals(self, expression: str, value: object | None) -> None:
        """The expression is that value, where there is one."""
        if value is not None:
            self.always(f"{expression} = ?", value)

    def contains(self, expressions: Iterable[str], needle: str) -> None:
        """Each word of the needle stands in one of the expressions, whatever its case."""
        columns = tuple(expressions)
        for word in needle.split():
            # instr knows no wildcards, so that a search for "50%" finds just that.
            either = " or ".join(f"instr(lower(coalesce({column}, '')), ?) > 0" for column in columns)
            self.always(f"({either})", *[word.lower()] * len(columns))

    def within(self, expressions: Iterable[str], scope: Collection[str] | None) -> None:
        """One of the warehouses is in the reader's scope; None is a scope of all warehouses."""
        columns = tuple(expressions)
        if scope is not None:
            either = " or ".join(f"{column} in (select unnest(?))" for column in columns)
            self.always(f"({either})", *[tuple(scope)] * len(columns))

    @property
    def sql(self) -> str:
        """The `where` clause, or nothing."""
        return "where " + " and ".join(self.parts) if self.parts else ""
