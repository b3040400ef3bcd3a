"""Tables as files that people open in a spreadsheet.

Belongs here: CSV that cannot start a formula. Does not: which rows (each page's query).

A spreadsheet runs a cell that begins with = + - @ (or a tab or carriage return before them) as a formula, whoever wrote
it: a product title from a marketplace could. Such text gets an apostrophe in front, which spreadsheets show as text
(https://owasp.org/www-community/attacks/CSV_Injection). Numbers stay numbers, so -5 is exported as -5.
"""

from __future__ import annotations

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> object:
    """The value, text that a spreadsheet would run made harmless."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def safe_csv(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 CSV, headers made safe too; without the byte order mark Excel would garble Chinese."""
    columns: list[pd.Series] = [frame[name].map(safe_cell, na_action="ignore") for name in frame.columns]
    safe = pd.concat(columns, axis="columns") if columns else frame
    safe.columns = pd.Index([safe_cell(name) for name in frame.columns])
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
