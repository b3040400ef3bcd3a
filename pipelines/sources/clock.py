"""The clock that connectors are handed: the only place below Dagster that may wait.

Belongs here: the protocol and the machine's own clock. Does not: which day is extracted (`pull.py` is told).
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; tests hand in one that only counts."""

    def now(self) -> dt.datetime:
        """The instant, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """The instant, in UTC."""
        return dt.datetime.now(dt.UTC)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


def iso(instant: dt.datetime) -> str:
    """An instant as the vendors write it: 2026-11-02T03:04:05Z."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
