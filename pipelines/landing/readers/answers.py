"""Extracts of connectors: one page of a vendor's answer a line, with when and how it was asked.

Belongs here: the way from pages to rows. Does not: asking (`pipelines/sources`). Each line is an object with
`operation`, `asked`, `received_at` and `answer`; `records` leads from `answer` to the objects that become rows, through
lists of lists where need be (`orders.orderItems`: one row per item of each order).

A row's own fields keep their names, joined with dots; what stands around them begins with a slash: `/received_at`,
`/asked.marketplaceIds`, `/orders.orderId`. A list of objects that have a `name` (Shopify's quantities) becomes columns
by that name where the mapping's `named` says so: `quantities.available.quantity`. The file is read twice, first for the
names, so that memory holds one page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

ANSWER = "answer"


def read_answers(path: Path, *, reading: Reading, needed: tuple[str, ...] = ()) -> SourceTable:
    """Opens an extract. Columns that the mapping needs are there, and empty, where `optional` names them or no row is.

    JSON leaves out what is empty, so that a column can be absent from a good file; one that is absent from every row
    without being optional is a change of the vendor's, and the mapping's own check says so.
    """
    steps = tuple(reading.records.split(".")) if reading.records else ()
    names: dict[str, None] = {}
    for row in _rows(path, steps, reading.named):
        names.update(dict.fromkeys(row))
    names.update(dict.fromkeys(reading.optional if names else (*needed, *reading.optional)))
    columns = header_of(tuple(names))
    return SourceTable(name="", columns=columns, batches=_batches(path, steps, reading.named, tuple(names)))


def _batches(
    path: Path, steps: tuple[str, ...], named: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    rows: list[list[str | None]] = []
    done = 0
    for row in _rows(path, steps, named):
        rows.append([row.get(name) for name in names])
        if len(rows) == BATCH_ROWS:
            yield text_batch(names, rows, range(done + 1, done + 1 + len(rows)))
            done += len(rows)
            rows = []
    if rows:
        yield text_batch(names, rows, range(done + 1, done + 1 + len(rows)))


def _rows(path: Path, steps: tuple[str, ...], named: tuple[str, ...]) -> Iterator[dict[str, str | None]]:
    for number, page in enumerate(pages(path), start=1):
        around = {name: value for name, value in page.items() if name != ANSWER}
        outer = {f"/{name}": value for name, value in flattened(around).items()}
        try:
            for record, around_it in _records(page[ANSWER], steps, "", outer):
                yield {**around_it, **flattened(_by_name(record, named))}
        except (KeyError, TypeError, AttributeError):
            raise UnableToReadFile(
                FileProblem("not_an_extract", f"holds no answer with the records {'.'.join(steps)}", row=number)
            ) from None


def pages(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of an extract as objects; numbers stay the text that they were."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                page = json.loads(line, parse_float=str, parse_int=str)
            except json.JSONDecodeError as error:
                raise UnableToReadFile(FileProblem("not_json", f"is no JSON: {error}", row=number)) from None
            if not isinstance(page, dict) or ANSWER not in page:
                raise UnableToReadFile(
                    FileProblem("not_an_extract", 'is no extract: a line is no object with an "answer"', row=number)
                )
            yield page


def _records(
    value: Any, steps: tuple[str, ...], path: str, outer: dict[str, str | None]
) -> Iterator[tuple[dict[str, Any], dict[str, str | None]]]:
    """Records below `value`, each with what stands around it; lists are gone through, an absent branch holds none."""
    if value is None:
        return
    if isinstance(value, list):
        for item in value:
            yield from _records(item, steps, path, outer)
        return
    if not steps:
        yield value, outer
        return
    step, *rest = steps
    around = {name: inner for name, inner in value.items() if name != step and not isinstance(inner, list)}
    if path:  # what stands beside the records in the answer itself (page tokens, totals) says nothing about a row
        outer = {**outer, **{f"/{path}.{name}": inner for name, inner in flattened(around).items()}}
    yield from _records(value.get(step), tuple(rest), f"{path}.{step}" if path else step, outer)


def _by_name(record: dict[str, Any], named: tuple[str, ...]) -> dict[str, Any]:
    """The record with its lists of named objects as objects."""
    return {
        field: {str(item["name"]): item for item in value} if field in named and isinstance(value, list) else value
        for field, value in record.items()
    }


def flattened(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Nested objects with their names joined by dots; lists as JSON text."""
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat.update(flattened(value, f"{prefix}{name}."))
        elif value is None or isinstance(value, str):
            flat[prefix + name] = value
        elif isinstance(value, bool):
            flat[prefix + name] = str(value).lower()
        else:
            flat[prefix + name] = json.dumps(value, ensure_ascii=False)
    return flat
