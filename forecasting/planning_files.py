"""The files of `diaobo forecast` and `diaobo suggest`: what they hold, and their refusal row by row in words.

Belongs here: columns, types and limits of these files, reading them. Does not: results (`planning_output.py`), a
company's own exports (`pipelines/landing/`, through a mapping), what rows mean (`series.py`).

Rows are counted as a reader sees them: the header of a CSV is row 1, the first row of a Parquet file is row 1.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from forecasting.policy import Policy, UnableToReadPolicy

Kind = Literal["text", "units", "number", "date", "boolean"]

MAX_PROBLEMS = 100
"""Lines that are written out; the rest is counted."""

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as the error handler surrogateescape reads them."""
_DATE = r"^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?)?$"
_WHOLE = r"^[+-]?\d{1,15}(\.0*)?$"
_TYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "units": pl.Int64,
    "number": pl.Float64,
    "date": pl.Date,
    "boolean": pl.Boolean,
}
_HINTS: dict[Kind, str] = {
    "text": "is empty",
    "units": "is not a whole number of units; pass 0, 1, 2 ...",
    "number": "is not a number; pass for example 12.5",
    "date": "is no date; pass it as 2024-12-31",
    "boolean": "is neither true nor false",
}


class UnableToReadFile(ValueError):
    """A file that cannot be used; `problems` has one line each: file, row, column, what is wrong, what to pass."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class FileColumn:
    """One column: its kind, whether it must be there and filled, and the least value."""

    name: str
    kind: Kind
    is_required: bool = False
    minimum: int = 0


@dataclass(frozen=True)
class FileFormat:
    """What a kind of file holds. Rows are unique by `keys`, unless it is empty.

    In each pair of `at_most` the first column is never above the second.
    """

    name: str
    columns: tuple[FileColumn, ...]
    keys: tuple[str, ...] = ()
    may_be_empty: bool = False
    at_most: tuple[tuple[str, str], ...] = ()


def _required(name: str, kind: Kind) -> FileColumn:
    return FileColumn(name, kind, is_required=True)


SALES = FileFormat(
    "sales",
    (
        _required("date", "date"),
        _required("warehouse_id", "text"),
        _required("sku", "text"),
        _required("units", "units"),
        FileColumn("in_stock", "boolean"),
        FileColumn("unit_price", "number"),
    ),
    keys=("date", "warehouse_id", "sku"),
)
STOCK = FileFormat(
    "stock",
    (_required("warehouse_id", "text"), _required("sku", "text"), _required("available_units", "units")),
    keys=("warehouse_id", "sku"),
    may_be_empty=True,
)
IN_TRANSIT = FileFormat(
    "in transit",
    (
        _required("warehouse_id", "text"),
        _required("sku", "text"),
        _required("units", "units"),
        _required("expected_date", "date"),
    ),
    may_be_empty=True,
)
LANES = FileFormat(
    "lanes",
    (
        _required("origin_id", "text"),
        _required("destination_id", "text"),
        _required("mode", "text"),
        _required("lead_time_days", "number"),
        FileColumn("lead_time_sd_days", "number"),
        FileColumn("cost_per_unit", "number"),
        FileColumn("cost_per_kg", "number"),
        FileColumn("cost_per_cbm", "number"),
        FileColumn("min_units", "units"),
        FileColumn("carton_units", "units", minimum=1),
        FileColumn("capacity_units", "units"),
        FileColumn("review_days", "units", minimum=1),
    ),
    keys=("origin_id", "destination_id", "mode"),
    at_most=(("min_units", "capacity_units"),),
)
PRODUCTS = FileFormat(
    "products",
    (
        _required("sku", "text"),
        FileColumn("weight_kg", "number"),
        FileColumn("volume_cbm", "number"),
        FileColumn("carton_units", "units", minimum=1),
        FileColumn("unit_cost", "number"),
        FileColumn("unit_price", "number"),
    ),
    keys=("sku",),
)
CALENDAR = FileFormat(
    "calendar",
    (_required("date", "date"), _required("event", "text"), FileColumn("warehouse_id", "text")),
)


def read_file(path: Path, file_format: FileFormat) -> pl.DataFrame:
    """The rows of a CSV or Parquet file, typed; columns that the format does not know are kept as text.

    Raises:
        UnableToReadFile: with every problem of the file.
    """
    raw = _read_text(path)
    first_row = 1 if path.suffix.lower() == ".parquet" else 2
    missing = [column.name for column in file_format.columns if column.is_required and column.name not in raw.columns]
    if missing:
        raise UnableToReadFile(
            [
                f"{path.name}: column {name} is missing; pass it, the file has {', '.join(raw.columns) or 'no columns'}"
                for name in missing
            ]
        )
    if raw.is_empty() and not file_format.may_be_empty:
        raise UnableToReadFile([f"{path.name}: there are no rows; pass at least one row of {file_format.name}"])
    problems: list[tuple[int, str]] = []
    typed = raw
    for column in file_format.columns:
        if column.name in raw.columns:
            values, refused = _typed(raw[column.name], column)
            typed = typed.with_columns(values.alias(column.name))
            problems += [
                (row + first_row, f"{path.name}, row {row + first_row}, column {column.name}: {text}")
                for row, text in refused
            ]
    problems += _above(typed, pairs=file_format.at_most, file=path.name, first_row=first_row)
    if not problems and file_format.keys:
        problems = _duplicates(typed, keys=file_format.keys, file=path.name, first_row=first_row)
    if problems:
        raise UnableToReadFile(_shortened([text for _, text in sorted(problems, key=lambda item: item[0])], path))
    return typed


def _shortened(lines: list[str], path: Path) -> list[str]:
    rest = len(lines) - MAX_PROBLEMS
    return lines[:MAX_PROBLEMS] + ([f"{path.name}: {rest} more problems of these kinds"] if rest > 0 else [])


def _read_text(path: Path) -> pl.DataFrame:
    """All columns as text, spaces around values and names removed, empty text as null."""
    if not path.is_file():
        raise UnableToReadFile([f"{path}: there is no such file"])
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise UnableToReadFile([f"{path.name}: ends neither in .csv nor in .parquet; pass one of these"])
    if path.stat().st_size == 0:
        raise UnableToReadFile([f"{path.name}: the file is empty; pass a header and rows"])
    try:
        if path.suffix.lower() == ".parquet":
            raw = pl.read_parquet(path)
        else:
            _check_names(_csv_header(path), file=path.name)
            raw = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError, csv.Error) as error:
        broken = _broken_rows(path) if isinstance(error, pl.exceptions.ComputeError) else []
        reason = str(error).partition("\n")[0]
        raise UnableToReadFile(
            _shortened(broken, path) or [f"{path.name}: is no readable {path.suffix[1:]} file ({reason})"]
        ) from error
    _check_names(raw.columns, file=path.name)
    raw = raw.rename({name: _clean(name) for name in raw.columns})
    nested = [name for name, kind in raw.schema.items() if kind.is_nested()]
    if nested:
        raise UnableToReadFile(
            [f"{path.name}: column {name} holds lists or records; pass plain values" for name in nested]
        )
    text = raw.select(pl.all().cast(pl.String).str.strip_chars())
    return text.select(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in text.columns)


def _clean(name: str) -> str:
    return name.strip().removeprefix("\ufeff").strip()


def _csv_header(path: Path) -> list[str]:
    """Names as they are written; polars renames those that repeat."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return next((names for names in csv.reader(file) if names), [])


def _check_names(names: list[str], *, file: str) -> None:
    """Refuse names that are the same without the blanks around them.

    Raises:
        UnableToReadFile: with each of these names.
    """
    counts = Counter(_clean(name) for name in names)
    problems = [
        f"{file}: column {name} stands " + ("twice; remove one" if count == 2 else f"{count} times; keep one")
        for name, count in counts.items()
        if name and count > 1
    ]
    if counts[""] > 1:
        problems.append(f"{file}: {counts['']} columns have no name; name or remove them")
    if problems:
        raise UnableToReadFile(problems)


def _broken_rows(path: Path) -> list[str]:
    """Rows of a CSV file that polars refused: more fields than names, bytes that are no UTF-8."""
    if path.suffix.lower() != ".csv":
        return []
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    problems: list[str] = []
    names: list[str] = []
    for row, fields in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        names = names or [_NOT_UTF8.sub("?", _clean(name)) for name in fields]
        place = f"{path.name}, row {row}"
        problems += [
            f"{place}, column {name}: holds bytes that are no UTF-8; save the file as UTF-8"
            for name, value in zip(names, fields, strict=False)
            if _NOT_UTF8.search(value)
        ]
        if len(fields) > len(names):
            problems.append(
                f"{place}, column {len(names) + 1}: the row has {len(fields)} fields, the header {len(names)}; "
                "remove the others, or put a value that holds a comma in double quotes"
            )
    return problems


def _typed(values: pl.Series, column: FileColumn) -> tuple[pl.Series, list[tuple[int, str]]]:
    """Values of the column's kind, and (row, what is wrong) for those that are not."""
    text = pl.col("text")
    if column.kind == "date":
        parsed = pl.when(text.str.contains(_DATE)).then(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    elif column.kind == "units":
        parsed = (
            pl.when(text.str.contains(_WHOLE))
            .then(text.str.replace(r"\.0*$", "").str.strip_prefix("+"))
            .cast(pl.Int64, strict=False)
        )
    elif column.kind == "number":
        number = text.cast(pl.Float64, strict=False)
        parsed = pl.when(number.is_finite()).then(number)
    elif column.kind == "boolean":
        parsed = text.str.to_lowercase().replace_strict(
            {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}, default=None
        )
    else:
        parsed = text
    frame = (
        pl.DataFrame({"text": values})
        .with_columns(parsed.cast(_TYPES[column.kind]).alias("value"))
        .with_row_index("row")
    )
    is_wrong = pl.col("value").is_null() & pl.col("text").is_not_null()
    refused = [
        (row, f"'{value}' {_HINTS[column.kind]}")
        for row, value in frame.filter(is_wrong).select("row", "text").iter_rows()
    ]
    if column.is_required:
        empty = frame.filter(pl.col("text").is_null())["row"].to_list()
        refused += [(row, f"is empty; pass {_article(column.kind)}") for row in empty]
    if column.kind in {"units", "number"}:
        low = frame.filter(pl.col("value") < column.minimum).select("row", "text")
        advice = (
            "is negative; pass 0 or more" if column.minimum == 0 else f"is too small; pass {column.minimum} or more"
        )
        refused += [(row, f"{value} {advice}") for row, value in low.iter_rows()]
    return frame["value"], refused


def _article(kind: Kind) -> str:
    return {
        "text": "a text",
        "units": "a whole number",
        "number": "a number",
        "date": "a date",
        "boolean": "true or false",
    }[kind]


def _above(
    typed: pl.DataFrame, *, pairs: tuple[tuple[str, str], ...], file: str, first_row: int
) -> list[tuple[int, str]]:
    problems: list[tuple[int, str]] = []
    for low, high in pairs:
        if low in typed.columns and high in typed.columns:
            wrong = typed.select(low, high).with_row_index("row", offset=first_row).filter(pl.col(low) > pl.col(high))
            problems += [
                (row, f"{file}, row {row}, column {low}: {least} is above {high} {most}; pass {most} or less")
                for row, least, most in wrong.iter_rows()
            ]
    return problems


def _duplicates(typed: pl.DataFrame, *, keys: tuple[str, ...], file: str, first_row: int) -> list[tuple[int, str]]:
    numbered = typed.select(*keys).with_row_index("row")
    first = pl.col("row").min().over(*keys)
    repeated = numbered.with_columns(first.alias("first")).filter(pl.col("row") != pl.col("first"))
    problems = []
    for row in repeated.sort("row").to_dicts():
        values = ", ".join(str(row[key]) for key in keys)
        place = f"{file}, row {row['row'] + first_row}, column {', '.join(keys)}"
        problems.append(
            (row["row"] + first_row, f"{place}: repeats {values} of row {row['first'] + first_row}; sum them")
        )
    return problems


def read_policy_file(path: Path) -> tuple[Policy, list[str]]:
    """The policy of a TOML file, at its top or in its table [policy], and its keys that mean nothing here.

    Raises:
        UnableToReadFile: no TOML, or a policy that cannot be followed.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnableToReadFile([f"{path.name}: is no readable TOML file ({error})"]) from error
    inner = table.get("policy")
    keys = inner if isinstance(inner, dict) else table
    known = {key: value for key, value in keys.items() if key in Policy.__dataclass_fields__}
    try:
        return Policy.from_mapping(known), sorted(set(keys) - set(known))
    except UnableToReadPolicy as error:
        raise UnableToReadFile([f"{path.name}: {problem}" for problem in error.problems]) from error
