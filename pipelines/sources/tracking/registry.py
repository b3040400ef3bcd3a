"""Which module reads which answer.

A further carrier is one module with `events(page)`, which turns a page of an extract (`operation`, `asked`,
`received_at`, `answer`) into events, and one line here. If it is asked by a connector of its own, that connector writes
the pages; if its files come otherwise, whoever writes them names the operation.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from pipelines.sources.tracking.event import TrackingEvent

READERS: dict[str, str] = {
    "gettrackinfo": "pipelines.sources.tracking.seventeen_track",
    "TRACKING_UPDATED": "pipelines.sources.tracking.seventeen_track",
    "getShipmentTracking": "pipelines.sources.tracking.amazon",
    "dcsaEvents": "pipelines.sources.tracking.dcsa",
}
# Calls that say nothing about a shipment's way; their answers are kept to be looked at.
SILENT = ("register",)


def events_of(page: dict[str, Any]) -> Iterator[TrackingEvent]:
    """The events of a page; KeyError for an operation that no carrier has."""
    operation = page["operation"]
    if operation not in SILENT:
        yield from importlib.import_module(READERS[operation]).events(page)
