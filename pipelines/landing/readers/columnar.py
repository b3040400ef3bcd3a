"""Parquet: values as their text, rows numbered from 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.landing.readers.source import BATCH_ROWS, FileProblem, SourceTable, UnableToReadFile, header_of

QUOTE = '"'


def read_parquet(path: Path) -> SourceTable:
    """Opens a Parquet file; DuckDB writes every value as text, dates and times in ISO form."""
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnableToReadFile(
            FileProblem("not_parquet", f"is no Parquet file ({str(error).splitlines()[0]})")
        ) from None
    columns = header_of(schema.names)
    return SourceTable(name="", columns=columns, batches=_batches(path, schema.names, columns))


def _batches(path: Path, names: list[str], columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    import duckdb

    selected = [
        f'cast("{name.replace(QUOTE, QUOTE * 2)}" as varchar) as "{column.replace(QUOTE, QUOTE * 2)}"'
        for name, column in zip(names, columns, strict=True)
    ]
    with duckdb.connect(config={"memory_limit": "512MB", "threads": 1}) as connection:
        yield from connection.execute(
            f"select {', '.join(selected)}, file_row_number + 1 as _row, cast(null as varchar) as _refused,"
            " cast(null as varchar) as _content from read_parquet(?, file_row_number = true)",
            [str(path)],
        ).to_arrow_reader(BATCH_ROWS)
