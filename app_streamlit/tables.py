"""Columns of tables: one look for units, money and dates on every page.

Belongs here: column configurations and the button that exports. Does not: rows (`view_models/`). Grouping and decimal
point are the same in English and in Chinese, so one pattern serves both; dates are written as each language does.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from app_streamlit.i18n import Language
from app_streamlit.view_models.exports import safe_csv

DATE_FORMATS = {"en": "MMM D, YYYY", "zh": "YYYY-MM-DD"}
NOTHING = "–"


def units(
    label: str, *, explanation: str | None = None, minimum: int | None = None, pinned: bool = False
) -> ColumnConfig:
    """Whole pieces."""
    return st.column_config.NumberColumn(
        label, format="%,d", help=explanation, min_value=minimum, step=1, pinned=pinned or None
    )


def decimal(label: str, *, explanation: str | None = None) -> ColumnConfig:
    """A number with one decimal."""
    return st.column_config.NumberColumn(label, format="%,.1f", help=explanation)


def money(label: str, *, currency: str | None, explanation: str | None = None) -> ColumnConfig:
    """An amount; its currency stands in the header, because all rows share it."""
    return st.column_config.NumberColumn(
        f"{label} ({currency})" if currency else label, format="%,.2f", help=explanation
    )


def day(label: str, text: Language, *, explanation: str | None = None, is_required: bool = False) -> ColumnConfig:
    """A calendar date."""
    return st.column_config.DateColumn(label, format=DATE_FORMATS[text.code], help=explanation, required=is_required)


def words(
    label: str, *, width: str | int | None = None, explanation: str | None = None, pinned: bool = False
) -> ColumnConfig:
    """Text; `width` is small, medium, large or pixels, else as wide as what it holds."""
    return st.column_config.TextColumn(label, width=width, help=explanation, pinned=pinned or None)  # type: ignore[arg-type]


def yes(label: str, *, explanation: str | None = None, pinned: bool = False) -> ColumnConfig:
    """A mark where something holds."""
    return st.column_config.CheckboxColumn(label, help=explanation, pinned=pinned or None, width="small")


def export_button(
    rows: Callable[[], pd.DataFrame], columns: list[str], *, name: str, count: int, text: Language
) -> None:
    """A button that makes a CSV of those columns when it is pressed, harmless to spreadsheets (`exports.py`)."""
    st.download_button(
        text("Export CSV"),
        data=lambda: safe_csv(rows()[columns]),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"export_{name}",
        help=text(
            "All {count} rows of this filter. Text that a spreadsheet would run as a formula gets an apostrophe.",
            count=text.number(count),
        ),
    )
