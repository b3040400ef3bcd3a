"""Names and texts as they stand in DuckDB SQL. Belongs here: quoting, and nothing that knows a mapping."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """A text as a literal of DuckDB."""
    if value is None:
        return "null"
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Texts in round brackets, for `in`."""
    return "(" + ", ".join(literal(value) for value in values) + ")"
