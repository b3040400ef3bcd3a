"""`diaobo sql`: a question to the published marts, answered as a table, CSV or JSON.

Belongs here: opening the copy so that SQL can only read it, and how rows are written. Does not: what the marts mean.
Imports nothing but DuckDB, because people wait for the prompt: no data frame library, no rich.

SQL that comes from a person or a script may hold anything, so the database cannot be left: no other file is read or
written, nothing is attached or installed, no setting is changed back. The result goes out through this program alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

# A spreadsheet takes a text that begins like this for a formula. CSV is opened in spreadsheets, so such texts get an
# apostrophe in front (OWASP, "CSV Injection"); numbers and dates are written as they are, also negative ones. Scripts
# that need texts to the letter use --format json.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Beyond this many characters a cell of the table is cut on screen, and says so by its last character.
CELL_WIDTH = 60


class UnableToAnswer(Exception):
    """The question or the marts cannot be used; the message is one line that says what to do."""


@click.command("sql")
@click.argument("question", metavar="SQL")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of the screen."
)
@click.option(
    "--company", "folder", type=click.Path(path_type=Path), help="Company folder; else DIAOBO_COMPANY, else var/sample."
)
def command(*, question: str, form: str, out: Path | None, folder: Path | None) -> None:
    """Read-only SQL on the published marts."""
    from pipelines.company import company_folder

    published = company_folder(folder, environ=os.environ) / "published" / "marts.duckdb"
    try:
        columns, rows = answer(question, published=published)
    except UnableToAnswer as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    text = WRITERS[form](columns, rows)
    if out is None:
        # Bytes, so that a Windows or C locale does not change Chinese text.
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    draft = out.with_name(f".{out.name}.new")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(out)
    except OSError as error:
        click.echo(f"{out} cannot be written: {error.strerror}", err=True)
        raise SystemExit(2) from None


def answer(question: str, *, published: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of one statement on the published copy.

    Raises: UnableToAnswer when the copy is absent or DuckDB refuses the statement.
    """
    import duckdb

    if not published.is_file():
        raise UnableToAnswer(f"{published} is not there: `diaobo run` publishes the marts")
    with duckdb.connect(":memory:") as connection:
        try:
            # Attached under a name of its own: the file is called marts like its schema, and DuckDB would not know
            # which of the two `marts.dim_products` means.
            path = str(published).replace("'", "''")
            connection.execute(f"attach '{path}' as published (read_only)")
            connection.execute("use published.marts")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            statements = connection.extract_statements(question)
            if len(statements) != 1:
                raise UnableToAnswer(f"Pass one statement, not {len(statements)}")
            cursor = connection.execute(statements[0])
            columns = [column[0] for column in cursor.description or ()]
            return columns, cursor.fetchall()
        except duckdb.Error as error:
            raise UnableToAnswer(_first_line(error)) from None


def _first_line(error: Exception) -> str:
    # DuckDB adds candidates and a picture of the statement on further lines; the first says what is wrong.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    hints = [line for line in lines[1:] if line.startswith(("Did you mean", "Candidate"))]
    return " ".join([*lines[:1], *hints[:1]])


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """RFC 4180 with a header; nulls are empty, texts that look like formulas begin with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_safe(column) for column in columns])
    writer.writerows([_safe(value) if isinstance(value, str) else _plain(value) for value in row] for row in rows)
    return buffer.getvalue()


def as_json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A list of objects; amounts are texts, because a float would change them."""
    objects = [dict(zip(columns, map(_json_value, row), strict=True)) for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns side by side for the eye; numbers to the right, long texts cut."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([_width(column), *(_width(row[index]) for row in cells)]) for index, column in enumerate(columns)]
    is_right = [
        all(
            value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool))
            for value in column
        )
        for column in zip(*rows, strict=True)
    ] or [False] * len(columns)
    lines = [
        "  ".join(
            _pad(cell, width, right=right) for cell, width, right in zip(line, widths, is_right, strict=True)
        ).rstrip()
        for line in [list(columns), ["-" * width for width in widths], *cells]
    ]
    count = f"({len(rows):,} row{'' if len(rows) == 1 else 's'})"
    return "\n".join([*lines, count]) + "\n"


WRITERS: dict[str, Callable[[Sequence[str], Sequence[Sequence[Any]]], str]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value)


def _json_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(inner) for inner in value]
    # JSON knows no infinity and no "not a number".
    return None if isinstance(value, float) and not math.isfinite(value) else _plain(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell(value: Any) -> str:
    text = "" if value is None else str(_plain(value)).replace("\n", " ").replace("\r", " ")
    if _width(text) <= CELL_WIDTH:
        return text
    cut = text[: CELL_WIDTH - 1]
    while _width(cut) > CELL_WIDTH - 1:
        cut = cut[:-1]
    return cut + "…"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
