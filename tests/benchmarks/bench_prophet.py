"""How fast the batched Prophet is beside the package in a loop and `prophet-batch`, on one core, in one run.

Belongs here: making the series and timing. Does not: printing (`__main__.py`). Ratios are times per series of the peer
over ours, both on one thread of the same process; compiling is measured apart.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from forecasting.prophet_batch import forecast_matrix
from forecasting.prophet_fit import fit_matrix
from forecasting.prophet_settings import HolidayCalendar, ProphetSettings, Regressor
from tests.benchmarks.measure import measure

Floats = npt.NDArray[np.float64]
Row = dict[str, str | float]

DAYS = 731  # 730 rows span 729 days, and yearly seasonality would be off
HORIZON = 28
DATES = np.datetime64("2022-01-01") + np.arange(DAYS)
HOLIDAYS = HolidayCalendar(country="US")
MANY = 100_000
LOOP_SERIES = 8
PEER_SERIES = 60


def daily_demand(count: int) -> Floats:
    """Counts with trend, yearly and weekly seasons, shape (count, DAYS)."""
    rng = np.random.default_rng(0)
    t = np.arange(DAYS)
    demand = np.empty((count, DAYS))
    for start in range(0, count, 2000):
        size = (min(2000, count - start), 1)
        trend = 1 + 0.5 * np.sin(t / DAYS * rng.uniform(0, 6, size))
        year = 1 + 0.3 * np.sin(2 * np.pi * t / 365.25 + rng.uniform(0, 6, size))
        week = 1 + 0.2 * np.sin(2 * np.pi * t / 7 + rng.uniform(0, 6, size))
        demand[start : start + size[0]] = rng.poisson(rng.gamma(2.0, 10.0, size) * trend * year * week)
    return demand


def _seconds(function: Callable[[], object]) -> float:
    """The best of three: what others do on the machine only ever adds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def _fit(demand: Floats, **arguments: object) -> float:
    fit_matrix(demand[:2], dates=DATES, horizon=HORIZON, holidays=[HOLIDAYS])
    return _seconds(
        lambda: fit_matrix(demand, dates=DATES, horizon=HORIZON, holidays=[HOLIDAYS], threads=1, **arguments)
    )


def ours() -> float:
    """Seconds for fit and mean forecast of 2,000 complete series."""
    return _fit(daily_demand(2000))


def ours_with_quantiles() -> float:
    """The same with three quantiles of 28 days and of two lead-time sums."""
    demand = daily_demand(2000)
    arguments = {
        "dates": DATES,
        "horizon": HORIZON,
        "holidays": [HOLIDAYS],
        "windows": ((1, 14), (1, 28)),
        "threads": 1,
    }
    forecast_matrix(demand[:2], **arguments)
    return _seconds(lambda: forecast_matrix(demand, **arguments))


def ours_with_missing_days() -> float:
    """2,000 series, each with a tenth of its days unknown."""
    demand = daily_demand(2000)
    demand[np.random.default_rng(1).uniform(size=demand.shape) < 0.1] = np.nan
    return _fit(demand)


def ours_with_different_starts() -> float:
    """2,000 series with about 580 first days."""
    demand = daily_demand(2000)
    for row, start in zip(demand, np.random.default_rng(2).integers(0, 600, 2000), strict=True):
        row[:start] = np.nan
    return _fit(demand)


def ours_with_promotions() -> float:
    """2,000 series, each with a promotion calendar of its own."""
    is_promoted = (np.random.default_rng(3).uniform(size=(2000, DAYS + HORIZON, 1)) < 0.1).astype(float)
    settings = ProphetSettings(regressors=(Regressor("promotion"),))
    return _fit(daily_demand(2000), regressors=is_promoted, settings=settings)


def ours_many() -> float:
    """100,000 series with quantiles on all cores."""
    demand = daily_demand(MANY)
    arguments = {"dates": DATES, "horizon": HORIZON, "holidays": [HOLIDAYS], "windows": ((1, 14),)}
    forecast_matrix(demand[:2], **arguments)
    start = time.perf_counter()
    forecast_matrix(demand, **arguments)
    return time.perf_counter() - start


def first_call() -> float:
    """Seconds of the first fit of a process, when compiled code is in the cache."""
    start = time.perf_counter()
    fit_matrix(daily_demand(2), dates=DATES, horizon=HORIZON)
    return time.perf_counter() - start


def first_call_ever() -> float:
    """Seconds of the first fit after an installation: everything is compiled."""
    with tempfile.TemporaryDirectory() as folder:
        process = get_context("spawn").Process(target=first_call)
        before = os.environ.get("NUMBA_CACHE_DIR")
        os.environ["NUMBA_CACHE_DIR"] = folder
        start = time.perf_counter()
        process.start()
        process.join()
        if before is None:
            del os.environ["NUMBA_CACHE_DIR"]
        else:
            os.environ["NUMBA_CACHE_DIR"] = before
        return time.perf_counter() - start


@cache
def _frames(count: int) -> object:
    import pandas as pd

    dates = DATES.astype("datetime64[ns]")
    return pd.concat(
        [pd.DataFrame({"unique_id": i, "ds": dates, "y": row}) for i, row in enumerate(daily_demand(count))],
        ignore_index=True,
    )


def _new_model(_: object = None) -> object:
    from prophet import Prophet

    return Prophet(uncertainty_samples=0).add_country_holidays("US")


def package_loop() -> float:
    """Seconds for one series with the Prophet package in a loop, fit and mean forecast."""
    logging.disable(logging.INFO)
    frames = _frames(LOOP_SERIES)
    _new_model().fit(frames[frames["unique_id"] == 0])
    start = time.perf_counter()
    for i in range(LOOP_SERIES):
        model = _new_model().fit(frames[frames["unique_id"] == i])
        model.predict(model.make_future_dataframe(HORIZON, include_history=False))
    return (time.perf_counter() - start) / LOOP_SERIES


def prophet_batch_peer() -> float:
    """Seconds for one series with `prophet-batch`, fit and mean forecast."""
    import prophet_batch

    logging.disable(logging.INFO)
    frames = _frames(PEER_SERIES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        models = prophet_batch.fit_many(frames, make_model=_new_model)
        for model in models.values():
            model.predict(model.make_future_dataframe(HORIZON, include_history=False))
        return (time.perf_counter() - start) / PEER_SERIES


VARIANTS = (
    ("fit and mean", ours),
    ("with quantiles, lead-time sums", ours_with_quantiles),
    ("a tenth of days missing", ours_with_missing_days),
    ("about 580 different starts", ours_with_different_starts),
    ("own promotion regressor", ours_with_promotions),
)


def rows() -> list[Row]:
    """Every measurement; `ratio` is how many times the peer's time per series is ours."""
    loop, peer = measure(package_loop), measure(prophet_batch_peer)
    size = f"2,000 series x {DAYS} days, 1 core"
    table: list[Row] = []
    for what, function in VARIANTS:
        measured = measure(function)
        table.append(
            _row(f"Prophet batched, {what}", size, measured.result, measured.peak_mebibytes, loop.result, "loop")
        )
    table.append(
        _row("prophet-batch, fit and mean", size, 2000 * peer.result, peer.peak_mebibytes, loop.result, "loop")
    )
    table.append(_row("Prophet in a loop", size, 2000 * loop.result, loop.peak_mebibytes, loop.result, "loop"))
    many = measure(ours_many)
    many_row = _row("Prophet batched, with quantiles", f"{MANY:,} series, all cores", many.result, many.peak_mebibytes)
    table.append(many_row | {"ratio": loop.result * MANY / many.result, "peer": "loop"})
    for what, function in (("first fit of a process", first_call), ("first fit ever (compiles)", first_call_ever)):
        measured = measure(function)
        table.append(_row(f"Prophet batched, {what}", "2 series", measured.result, measured.peak_mebibytes))
    return table


def _row(what: str, size: str, seconds: float, peak: float, peer_seconds: float | None = None, peer: str = "") -> Row:
    ratio = float("nan") if peer_seconds is None else 2000 * peer_seconds / seconds
    return {
        "what": what,
        "size": size,
        "seconds": seconds,
        "peak_memory_mb": peak,
        "ratio": ratio,
        "peer": peer,
    }


def main() -> None:
    """Print every measurement, as the second table of `make bench`."""
    for line in rows():
        print(
            f"{line['what']:<48}{line['size']:<36}{line['seconds']:>10.3f} s{line['peak_memory_mb']:>8.0f} MB"
            f"{line['ratio']:>9.0f} x {line['peer']}",
            flush=True,
        )


if __name__ == "__main__":
    main()
