"""JSON: a list of objects (or one object a line), nested objects flattened with dots; and 17track's answers.

The shape of 17track's answer is the vendor's documented one (`track_info`, version 2.x): an API answer holds
`data.accepted`, a webhook holds the same object as `data`. Numbers that were rejected have no events and are none of
ours; times are `time_utc`.
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

MAXIMUM_BYTES = 256 * 1024 * 1024  # the document is held in memory
TRACKING_COLUMNS = (
    "number",
    "event_time_utc",
    "stage",
    "sub_status",
    "location",
    "description",
    "carrier",
    "is_forecast",
)


def read_json(path: Path, *, reading: Reading) -> SourceTable:
    """A list of objects: the document itself, or what `records` leads to, or one object a line."""
    records = _document(path, reading.encoding)
    for name in reading.records.split(".") if reading.records else ():
        records = records.get(name) if isinstance(records, dict) else None
    if isinstance(records, dict):
        records = [records]
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UnableToReadFile(
            FileProblem("not_records", 'holds no list of objects; write records = "path.to.the.list" in the mapping')
        )
    flat = [_flattened(record) for record in records]
    names = tuple(dict.fromkeys(name for record in flat for name in record))
    rows = [[record.get(name) for name in names] for record in flat]
    return SourceTable(name="", columns=header_of(names), batches=_batches(names, rows))


def read_17track(path: Path, *, reading: Reading) -> SourceTable:
    """One row per event of every accepted number, and one for the carrier's estimated delivery (`is_forecast`)."""
    document = _document(path, reading.encoding)
    answers = document if isinstance(document, list) else [document]
    rows: list[list[str | None]] = []
    for answer in answers:
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise UnableToReadFile(
                FileProblem("not_a_tracking_answer", "is no answer of 17track: it holds no `data` object")
            )
        for tracking in data["accepted"] if isinstance(data.get("accepted"), list) else [data]:
            rows.extend(_events(tracking))
    return SourceTable(name="", columns=TRACKING_COLUMNS, batches=_batches(TRACKING_COLUMNS, rows))


def _events(tracking: dict[str, Any]) -> Iterator[list[str | None]]:
    number, info = _text(tracking.get("number")), tracking.get("track_info") or {}
    for provider in (info.get("tracking") or {}).get("providers") or []:
        carrier = (provider.get("provider") or {}).get("name")
        for event in provider.get("events") or []:
            yield [
                number,
                _text(event.get("time_utc")),
                _text(event.get("stage")),
                _text(event.get("sub_status") or event.get("stage")),
                _text(event.get("location")),
                _text(event.get("description")),
                _text(carrier),
                "false",
            ]
    estimate = (info.get("time_metrics") or {}).get("estimated_delivery_date") or {}
    promised = estimate.get("to") or estimate.get("from")  # the later end: a promise that is kept more often
    if promised:
        source = _text(estimate.get("source"))
        yield [number, _text(promised), "Delivered", "EstimatedDelivery", None, source, source, "true"]


def _document(path: Path, encoding: str) -> Any:
    size = path.stat().st_size
    if size > MAXIMUM_BYTES:
        raise UnableToReadFile(
            FileProblem("too_large", f"holds {size >> 20} MB; split it, {MAXIMUM_BYTES >> 20} MB is the most")
        )
    try:
        text = path.read_text(encoding="utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        raise UnableToReadFile(FileProblem("wrong_encoding", f"is no {encoding} text ({error.reason})")) from None
    if not text.strip():
        raise UnableToReadFile(FileProblem("empty_file", "is empty"))
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as whole:
        try:
            return [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines() if line.strip()]
        except json.JSONDecodeError:
            raise UnableToReadFile(FileProblem("not_json", f"is no JSON: {whole}", row=whole.lineno)) from None


def _flattened(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat.update(_flattened(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = _text(value)
    return flat


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False)


def _batches(columns: tuple[str, ...], rows: list[list[str | None]]) -> Iterator[pa.RecordBatch]:
    for begin in range(0, len(rows), BATCH_ROWS):
        part = rows[begin : begin + BATCH_ROWS]
        yield text_batch(columns, part, range(begin + 1, begin + 1 + len(part)))
