"""Token buckets: no more calls of one operation and account than the vendor allows.

Belongs here: counting and waiting. Does not: which rate an operation has (each vendor's module), what to do when the
vendor says 429 all the same (`session.py`). The buckets are kept in a file, so that neither a restart nor a second
process gets a full bucket that the vendor knows to be empty.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipelines.landing.extraction import replacing
from pipelines.sources.clock import Clock

LOCK_PATIENCE_SECONDS = 30  # the lock is held for one small file, never while waiting
# A bucket refills on the vendor's clock, and a call takes a moment to arrive: two calls that left 1.00 s apart may
# arrive 0.98 s apart. This much slower than allowed costs nothing that anyone sees.
MARGIN = 1.02


@dataclass(frozen=True)
class Rate:
    """Calls a second in the long run, and how many may follow at once."""

    per_second: float
    burst: int


class Pacer:
    """Buckets by account and operation, full at first."""

    def __init__(self, *, clock: Clock, file: Path) -> None:
        self._clock = clock
        self._file = file

    def wait(self, account: str, operation: str, rate: Rate) -> None:
        """Takes one call from the bucket and waits until there is one."""
        while True:
            with self._buckets() as buckets:
                bucket = buckets.setdefault(f"{account}/{operation}", {"level": float(rate.burst)})
                per_second = bucket.get("per_second", rate.per_second) / MARGIN
                now = self._clock.now()
                elapsed = (now - dt.datetime.fromisoformat(bucket["at"])).total_seconds() if "at" in bucket else 0.0
                level = min(float(rate.burst), bucket["level"] + max(elapsed, 0.0) * per_second)
                missing = max(0.0, 1.0 - level)
                bucket["level"] = level if missing else level - 1.0
                bucket["at"] = now.isoformat()
            if not missing:
                return
            self._clock.sleep(missing / per_second + 0.001)  # a thousandth more, so that rounding cannot ask twice

    def learn(self, account: str, operation: str, per_second: float) -> None:
        """Takes the rate that the vendor says this account has (`x-amzn-RateLimit-Limit`)."""
        with self._buckets() as buckets:
            buckets.setdefault(f"{account}/{operation}", {"level": 0.0})["per_second"] = per_second

    def drain(self, account: str, operation: str) -> None:
        """Empties the bucket: the vendor said that it is empty, whatever was counted here."""
        with self._buckets() as buckets:
            bucket = buckets.setdefault(f"{account}/{operation}", {})
            bucket["level"] = 0.0
            bucket["at"] = self._clock.now().isoformat()

    @contextmanager
    def _buckets(self) -> Iterator[dict[str, dict[str, Any]]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self._file}.lock", timeout=LOCK_PATIENCE_SECONDS):
            buckets = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
            yield buckets
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(buckets, indent=1, sort_keys=True) + "\n", encoding="utf-8")
