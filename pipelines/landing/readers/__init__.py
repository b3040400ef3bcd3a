"""Files of every format as text: one module per format, `source.py` for what they share, and the choice among them."""

from __future__ import annotations

from pathlib import Path

from pipelines.landing.mapping import Mapping, Reading
from pipelines.landing.readers.answers import read_answers
from pipelines.landing.readers.columnar import read_parquet
from pipelines.landing.readers.delimited import read_delimited
from pipelines.landing.readers.records import read_17track, read_json
from pipelines.landing.readers.source import FileProblem, SourceTable, UnableToReadFile
from pipelines.landing.readers.tracking import read_tracking
from pipelines.landing.readers.workbook import read_canonical_workbook, read_workbook

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "tsv",  # Amazon's reports are tab-separated .txt files
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
}


def read_tables(
    path: Path, *, mapping: Mapping | None, entity: str | None, entities: tuple[str, ...]
) -> list[SourceTable]:
    """The tables of a file: one, or one per sheet where neither a mapping nor an entity says what it holds.

    Raises UnableToReadFile, also while the tables are iterated.
    """
    reading = mapping.reading if mapping else Reading()
    if path.stat().st_size == 0:
        raise UnableToReadFile(FileProblem("empty_file", "is empty (0 bytes)"))
    kind = reading.format or ENDINGS.get(path.suffix.lower())
    if mapping is None and entity is None:
        if kind != "xlsx":
            raise UnableToReadFile(
                FileProblem("no_mapping", "is no workbook, and its feed has no mapping; write mapping or entity there")
            )
        return read_canonical_workbook(path, entities=entities)
    if mapping is not None and reading.reader == "answers":
        return [read_answers(path, reading=reading, needed=tuple(mapping.needed))]
    if reading.reader == "tracking":
        return [read_tracking(path)]
    return [_read_table(path, reading, "17track" if reading.reader == "17track" else kind)]


def _read_table(path: Path, reading: Reading, kind: str | None) -> SourceTable:
    match kind:
        case "csv":
            return read_delimited(path, reading=reading, delimiter=",", quote=reading.quote or '"')
        case "tsv":
            return read_delimited(path, reading=reading, delimiter="\t", quote=reading.quote or "none")
        case "parquet":
            return read_parquet(path)
        case "json":
            return read_json(path, reading=reading)
        case "17track":
            return read_17track(path, reading=reading)
        case "xlsx":
            return read_workbook(path, sheet=reading.sheet, skip_rows=reading.skip_rows)
    raise UnableToReadFile(
        FileProblem("unknown_format", f'has the ending "{path.suffix}"; write format = "csv" in the mapping')
    )
