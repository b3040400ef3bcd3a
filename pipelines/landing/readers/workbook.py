"""XLSX: sheets as text, dates exact, rows numbered as the spreadsheet program numbers them.

Belongs here: refusing what is no workbook or would not fit into memory, and reading sheets through calamine. Does not:
what the sheets mean (`pipelines/landing/extraction.py`).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.landing.readers.source import (
    BATCH_ROWS,
    FileProblem,
    SourceTable,
    UnableToReadFile,
    header_of,
    text_batch,
)
from pipelines.toml_tables import listed, nearest

# calamine holds a sheet in memory as a dense grid: 256 MB of XML became 1.6 GB on the machine this was written on
MAXIMUM_INFLATED_BYTES = 256 * 1024 * 1024
MAXIMUM_CELLS = 20_000_000
GUIDE_SHEET = "guide"
_CELL = re.compile(rb'<c[^>]{0,40}? r="([A-Z]{1,3})([0-9]{1,7})"')


def read_workbook(path: Path, *, sheet: str | None, skip_rows: int = 0) -> SourceTable:
    """One sheet: the named one, or the only one."""
    reader = _open(path)
    names = list(reader.sheet_names)
    if sheet is None and len(names) > 1:
        raise UnableToReadFile(
            FileProblem("sheet_missing", f'has the sheets {listed(names)}; write sheet = "..." in the mapping')
        )
    chosen = sheet or names[0]
    if chosen not in names:
        raise UnableToReadFile(
            FileProblem(
                "sheet_missing", f'has no sheet "{chosen}"{nearest(chosen, names) or f"; it has {listed(names)}"}'
            )
        )
    return _sheet(reader, chosen, skip_rows)


def read_canonical_workbook(path: Path, *, entities: tuple[str, ...]) -> list[SourceTable]:
    """Every sheet that is called like an entity; other sheets are refused, but for the guide."""
    reader = _open(path)
    names = [name for name in reader.sheet_names if name.casefold() != GUIDE_SHEET]
    unknown = [name for name in names if name.casefold() not in entities]
    if unknown:
        raise UnableToReadFile(
            *(
                FileProblem(
                    "unknown_sheet",
                    f'has a sheet "{name}", which is no master data'
                    f"{nearest(name, entities) or f'; sheets are called {listed(entities)}'}",
                )
                for name in unknown
            )
        )
    tables = []
    for name in names:
        table = _sheet(reader, name, 0, may_be_blank=True)
        if table.columns:
            tables.append(SourceTable(name=name.casefold(), columns=table.columns, batches=table.batches))
    return tables


def _open(path: Path) -> Any:
    import fastexcel

    _refuse_what_does_not_fit(path)
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise UnableToReadFile(
            FileProblem("not_a_workbook", f"is no readable workbook ({str(error).splitlines()[0]}); save it as .xlsx")
        ) from None


def _refuse_what_does_not_fit(path: Path) -> None:
    """Inflates every member without keeping it: sizes written in the file can lie, its bytes cannot."""
    inflated, columns, rows = 0, 0, 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                is_sheet = member.filename.startswith("xl/worksheets/")
                # read to the end of the compressed bytes, whatever length and checksum the entry claims
                member.file_size = MAXIMUM_INFLATED_BYTES + 1
                member.CRC = None  # type: ignore[assignment]
                with archive.open(member) as stream:
                    tail = b""
                    while chunk := stream.read(1 << 20):
                        inflated += len(chunk)
                        if inflated > MAXIMUM_INFLATED_BYTES:
                            raise UnableToReadFile(_too_large())
                        if is_sheet:
                            for letters, digits in set(_CELL.findall(tail + chunk)):
                                columns, rows = max(columns, _column_number(letters)), max(rows, int(digits))
                            tail = chunk[-64:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnableToReadFile(
            FileProblem("not_a_workbook", f"is no workbook ({error}); save it as .xlsx, unprotected")
        ) from None
    if columns * rows > MAXIMUM_CELLS:
        raise UnableToReadFile(
            FileProblem(
                "too_large",
                f"reaches to row {rows} and column {columns}; delete what stands far outside the table, or save as CSV",
            )
        )


def _too_large() -> FileProblem:
    return FileProblem(
        "too_large",
        f"holds more than {MAXIMUM_INFLATED_BYTES >> 20} MB when unpacked; save the sheet as CSV, which has no limit",
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(reader: Any, name: str, skip_rows: int, *, may_be_blank: bool = False) -> SourceTable:
    # header_row=None with skip_rows=0 keeps the blank rows at the top, so positions are the spreadsheet's own
    grid, errors = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_arrow_with_errors()
    columns = [column.to_pylist() for column in grid.columns]
    for error in errors.errors if errors is not None else ():  # an error cell (#DIV/0!) would read as an empty one
        row, position = error.position
        columns[position][row] = "#" + error.detail.rsplit("Error(", maxsplit=1)[-1].rstrip(")'")
    rows = list(zip(*columns, strict=True)) if columns else []
    start = next((n for n in range(skip_rows, len(rows)) if any(cell and cell.strip() for cell in rows[n])), None)
    if start is None:
        if may_be_blank:
            return SourceTable(name=name, columns=(), batches=iter(()))
        raise UnableToReadFile(FileProblem("empty_file", f'has nothing on its sheet "{name}"; a header row is needed'))
    width = max(n for n, cell in enumerate(rows[start], start=1) if cell and cell.strip())
    return SourceTable(
        name=name, columns=header_of(rows[start][:width]), batches=_batches(rows, start=start, width=width)
    )


def _batches(rows: list[tuple[str | None, ...]], *, start: int, width: int) -> Iterator[pa.RecordBatch]:
    columns = header_of(rows[start][:width])
    for begin in range(start + 1, len(rows), BATCH_ROWS):
        good: list[tuple[str | None, ...]] = []
        numbers: list[int] = []
        refused: dict[int, tuple[str, tuple[str | None, ...]]] = {}
        for number, row in enumerate(rows[begin : begin + BATCH_ROWS], start=begin + 1):
            if not any(cell and cell.strip() for cell in row):
                continue  # a blank row holds nothing
            if any(cell and cell.strip() for cell in row[width:]):
                refused[len(good)] = ("has a cell to the right of the last column's name", row)
            good.append((None,) * width if len(good) in refused else row[:width])
            numbers.append(number)
        if good:
            yield text_batch(columns, good, numbers, refused=refused)
