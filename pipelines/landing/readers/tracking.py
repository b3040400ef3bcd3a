"""Extracts of carriers: one row per event, whatever carrier it is from.

Belongs here: pages to rows. Does not: a carrier's codes (`pipelines/sources/tracking`). `first_seen_at` is when the
page came that the event stands in; the mapping keeps the first of equal events.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.landing.readers.answers import pages
from pipelines.landing.readers.source import BATCH_ROWS, FileProblem, SourceTable, UnableToReadFile, text_batch
from pipelines.sources.tracking.event import COLUMNS
from pipelines.sources.tracking.registry import READERS, events_of
from pipelines.toml_tables import listed


def read_tracking(path: Path) -> SourceTable:
    """Opens an extract of any carrier in the registry."""
    return SourceTable(name="", columns=COLUMNS, batches=_batches(path))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    rows: list[tuple[str | None, ...]] = []
    done = 0
    for number, page in enumerate(pages(path), start=1):
        try:
            rows += [event.row(first_seen_at=page.get("received_at")) for event in events_of(page)]
        except KeyError as error:
            raise UnableToReadFile(
                FileProblem(
                    "not_a_tracking_answer",
                    f"holds no tracking answer ({error}); carriers' operations are {listed(tuple(READERS))}",
                    row=number,
                )
            ) from None
        except (TypeError, AttributeError) as error:
            raise UnableToReadFile(
                FileProblem("not_a_tracking_answer", f"has another shape: {error}", row=number)
            ) from None
        while len(rows) >= BATCH_ROWS:
            yield text_batch(COLUMNS, rows[:BATCH_ROWS], range(done + 1, done + 1 + BATCH_ROWS))
            rows, done = rows[BATCH_ROWS:], done + BATCH_ROWS
    if rows:
        yield text_batch(COLUMNS, rows, range(done + 1, done + 1 + len(rows)))
