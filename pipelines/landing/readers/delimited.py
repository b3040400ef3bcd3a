"""CSV and TSV, streamed: every field stays text, every row keeps its line number.

Python's own parser is used because it tells the line of every row, also behind quoted line breaks, in constant memory.
Rows of the wrong width are handed on as refused rows with their content.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
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
    encoding = _checked_encoding(path, reading.encoding)
    stream = path.open(encoding=encoding, newline="")
    try:
        for _ in range(reading.skip_rows):
            stream.readline()
        rows = csv.reader(
            stream,
            delimiter=reading.delimiter or delimiter,
            quotechar=None if quote == "none" else quote,
            quoting=csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL,
            strict=True,
        )
        header = next((row for row in rows if row), None)
        if header is None:
            raise UnableToReadFile(FileProblem("empty_file", "is empty; a header row with column names is needed"))
        columns = header_of(header)
    except UnicodeDecodeError as error:
        stream.close()
        raise UnableToReadFile(_wrong_encoding(reading.encoding, error, row=1)) from None
    except csv.Error as error:
        stream.close()
        raise UnableToReadFile(_broken(error, 1)) from None
    except UnableToReadFile:
        stream.close()
        raise
    return SourceTable(name="", columns=columns, batches=_batches(stream, rows, columns, reading))


def _batches(stream: TextIO, rows: csv._reader, columns: tuple[str, ...], reading: Reading) -> Iterator[pa.RecordBatch]:
    width, blank = len(columns), [None] * len(columns)
    before = rows.line_num  # lines read so far; a row begins on the line after
    good: list[list[str | None]] = []
    numbers: list[int] = []
    refused: dict[int, tuple[str, list[str | None]]] = {}
    with stream:
        try:
            for row in rows:
                line, before = before + 1 + reading.skip_rows, rows.line_num
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
        except UnicodeDecodeError as error:
            raise UnableToReadFile(_wrong_encoding(reading.encoding, error, row=before + 1)) from None
        except csv.Error as error:
            raise UnableToReadFile(_broken(error, before + 1 + reading.skip_rows)) from None
        if good:
            yield text_batch(columns, good, numbers, refused=refused)


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
        f"cannot be split into fields from line {line} on ({error}); close the quotes there, "
        'or write quote = "none" in the mapping when the file does not quote',
        row=line,
    )
