"""What every reader hands on: tables of text with the row's number in its file, and problems in words.

Belongs here: the shape between readers and landing. Does not: a format (the modules beside this one) or writing
(`pipelines/landing/extraction.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.landing.mapping import ROW_NUMBER
from pipelines.toml_tables import listed

REFUSED = "_refused"  # why a row could not be read; null for a good one
CONTENT = "_content"  # a refused row's fields as a JSON list
TECHNICAL_COLUMNS = (ROW_NUMBER, REFUSED, CONTENT)
BATCH_ROWS = 20_000


@dataclass(frozen=True)
class FileProblem:
    """Why a whole file (or one sheet of it) was refused; the row is known only sometimes."""

    rule: str
    message: str
    column: str | None = None
    row: int | None = None


class UnableToReadFile(Exception):
    """A file cannot be read at all."""

    def __init__(self, *problems: FileProblem) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class SourceTable:
    """One table of a file: `name` is the sheet (empty where a file is one table), `batches` can be read once.

    Batches hold the columns as text, then `_row` (int64), `_refused` and `_content`.
    """

    name: str
    columns: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]


def header_of(names: Sequence[str | None]) -> tuple[str, ...]:
    """Cleaned column names; an unnamed column gets its position, a doubled name refuses the file."""
    cleaned = [(name or "").strip() or f"column {position}" for position, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in cleaned]
    doubled = sorted({name for name in cleaned if folded.count(name.casefold()) > 1})
    if doubled:
        raise UnableToReadFile(
            FileProblem("doubled_column", f"has two columns called {listed(doubled)}; give each column its own name")
        )
    reserved = [name for name in cleaned if name in TECHNICAL_COLUMNS]
    if reserved:
        raise UnableToReadFile(
            FileProblem("reserved_column", f"has a column called {reserved[0]}, a name that is taken; rename it")
        )
    return tuple(cleaned)


def text_batch(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    numbers: Sequence[int],
    *,
    refused: dict[int, tuple[str, Sequence[str | None]]] | None = None,
) -> pa.RecordBatch:
    """Rows as one batch; `refused` maps a position in `rows` to why and to its fields, and blanks it."""
    refused = refused or {}
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [pa.array(value, type=pa.string()) for value in values]
    arrays.append(pa.array(numbers, type=pa.int64()))
    reasons: list[str | None] = [None] * len(rows)
    contents: list[str | None] = [None] * len(rows)
    for position, (reason, fields) in refused.items():
        reasons[position] = reason
        contents[position] = json.dumps(list(fields), ensure_ascii=False)
    arrays += [pa.array(reasons, type=pa.string()), pa.array(contents, type=pa.string())]
    return pa.RecordBatch.from_arrays(arrays, names=[*columns, *TECHNICAL_COLUMNS])
