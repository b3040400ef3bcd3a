"""One measurement in a process of its own: seconds and peak memory, uninfluenced by what ran before.

Belongs here: running and timing. Does not: what is measured (`__main__.py`, one function per row).
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context


@dataclass(frozen=True)
class Pair:
    """Results of two that took turns, so that whatever else the machine does hurts both alike."""

    ours: float
    peer: float


@dataclass(frozen=True)
class Measured:
    """One row of the table; `result` is what the measured function returned, e.g. a cost, `peer` its other half."""

    seconds: float
    peak_mebibytes: float
    result: float
    peer: float | None = None


def measure(function: Callable[[], float | Pair]) -> Measured:
    """Call a function of a module in a fresh process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, function).result()


def _timed(function: Callable[[], float | Pair]) -> Measured:
    start = time.perf_counter()
    found = function()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if isinstance(found, Pair):
        return Measured(seconds, peak, found.ours, found.peer)
    return Measured(seconds, peak, float(found))
