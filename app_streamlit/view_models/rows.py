"""Rows of a data frame as plain mappings, for code that looks at one after another.

Belongs here: the step from frame to rows. Does not: queries and what pages show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import pandas as pd

Row = Mapping[str, Any]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """One mapping per row, by column name."""
    return cast("list[Row]", frame.to_dict("records"))


def first_row(frame: pd.DataFrame) -> Row:
    """The only row of an answer that has one."""
    return rows_of(frame.head(1))[0]


def day_of(value: Any) -> date | None:
    """A calendar date: DuckDB hands dates over as midnights."""
    return None if pd.isna(value) else pd.Timestamp(value).date()


def with_days(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with those columns as calendar dates."""
    changed = frame.copy()
    for column in columns:
        changed[column] = pd.Series([day_of(value) for value in frame[column]], index=frame.index, dtype="object")
    return changed
