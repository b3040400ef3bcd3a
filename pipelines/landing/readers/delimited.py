"""CSV and TSV, streamed: every field stays text, every row keeps its line number.

Python's own parser is used because it tells the line of every row, also behind quoted line breaks, in constant memory.
Rows of the wrong width are handed on as refused rows with their content.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from pipelines.landing.mapping import Reading
from pipelines.landing.readers.source import (
    BATCH_ROWS,
    FileProblem,
    SourceTable,
    UnableToReadFile,
    header_of,
    text_batch,
)

WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SIGNATURE_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_delimited(path: Path, *, reading: Reading, delimiter: str, quote: str) -> SourceTable:
    """Opens a CSV or TSV; raises UnableToReadFile now for its head, and while iterating for what comes later."""
    dialect = _Dialect(_checked_encoding(path, reading.encoding), reading, reading.delimiter or delimiter, quote)
    with path.open(encoding=dialect.encoding, newline="") as stream, _in_words(dialect, line=lambda: 1):
        header = next((row for row in dialect.rows(stream) if row), None)
    if header is None:
        raise UnableToReadFile(FileProblem("empty_file", "is empty; a header row with column names is needed"))
    columns = header_of(header)
    return SourceTable(name="", columns=columns, batches=_batches(path, dialect, columns))


@dataclass(frozen=True)
class _Dialect:
    encoding: str
    reading: Reading
    delimiter: str
    quote: str

    def rows(self, stream: TextIO) -> csv._reader:
        """Rows from the header on."""
        for _ in range(self.reading.skip_rows):
            stream.readline()
        is_plain = self.quote == "none"
        return csv.reader(
            stream,
            delimiter=self.delimiter,
            quotechar=None if is_plain else self.quote,
            quoting=csv.QUOTE_NONE if is_plain else csv.QUOTE_MINIMAL,
            strict=True,
        )


def _batches(path: Path, dialect: _Dialect, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    width, blank = len(columns), [None] * len(columns)
    skipped = dialect.reading.skip_rows
    good: list[list[str | None]] = []
    numbers: list[int] = []
    refused: dict[int, tuple[str, list[str | None]]] = {}
    with path.open(encoding=dialect.encoding, newline="") as stream:
        rows = dialect.rows(stream)
        with _in_words(dialect, line=lambda: rows.line_num + skipped):
            next(row for row in rows if row)
            before = rows.line_num  # lines read so far; a row begins on the line after
            for row in rows:
                line, before = before + 1 + skipped, rows.line_num
                if not row:
                    continue  # a blank line holds no row
                if len(row) != width:
                    refused[len(good)] = (f"has {len(row)} fields where the header has {width}", list(row))
                    row = blank  # noqa: PLW2901
                good.append(row)
                numbers.append(line)
                if len(good) == BATCH_ROWS:
                    yield text_batch(columns, good, numbers, refused=refused)
                    good, numbers, refused = [], [], {}
        if good:
            yield text_batch(columns, good, numbers, refused=refused)


@contextmanager
def _in_words(dialect: _Dialect, *, line: Callable[[], int]) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise UnableToReadFile(_wrong_encoding(dialect.reading.encoding, error, row=line())) from None
    except csv.Error as error:
        raise UnableToReadFile(_broken(error, line())) from None


def _checked_encoding(path: Path, encoding: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(WORKBOOK_SIGNATURES):
        raise UnableToReadFile(
            FileProblem("not_a_text_file", 'is a workbook, not a text file; name it .xlsx, or write format = "xlsx"')
        )
    marked = SIGNATURE_ENCODINGS.get(head[:2])
    if marked and not encoding.lower().startswith("utf-16"):
        raise UnableToReadFile(
            FileProblem("wrong_encoding", f'is {marked} text; write encoding = "{marked}" in the mapping')
        )
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def _wrong_encoding(encoding: str, error: UnicodeDecodeError, *, row: int) -> FileProblem:
    return FileProblem(
        "wrong_encoding",
        f"is no {encoding} text near line {row} (byte 0x{error.object[error.start]:02x}); "
        'write its encoding in the mapping, such as encoding = "gb18030" or "cp1252"',
        row=row,
    )


def _broken(error: csv.Error, line: int) -> FileProblem:
    return FileProblem(
        "not_delimited",
        f"cannot be split into fields near line {line} ({error}); close the quotes there, "
        'or write quote = "none" in the mapping when the file does not quote',
        row=line,
    )
