"""Demand by the Prophet package, one series at a time: the reference model.

Belongs here: feeding the package, keeping it quiet and deterministic, spreading it over processes. Does not: which
series deserve it (`selection.py`), the exact batched solution (`prophet_batch.py`), uncertainty (`error_bank.py`:
the package's Gaussian noise is wrong for products that sell a few units).

Model: Taylor and Letham, Forecasting at Scale, The American Statistician 72 (2018): piecewise-linear trend, Fourier
seasonality, holidays, maximum a posteriori.
"""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import Dates

Floats = npt.NDArray[np.float64]

PROCESSES = 2
SERIES_WORTH_A_PROCESS = 60
"""A process costs about 3 s to import Prophet, a series about 0.2 s to fit: below this one process is faster."""


@dataclass(frozen=True)
class _Task:
    units: Floats
    dates: Dates
    future: Dates
    events: tuple[tuple[np.datetime64, str], ...]


def forecast_with_prophet(
    units: Floats,
    *,
    dates: Dates,
    future: Dates,
    events: list[pl.DataFrame | None] | None = None,
    processes: int = PROCESSES,
) -> Floats:
    """Mean demand of each series by Prophet with its defaults.

    Args:
        units: demand, shape (series, periods), NaN where unknown (those dates are left out of the fit); every series
            needs two known periods.
        dates: labels, shape (periods,).
        future: dates to forecast, shape (horizon,).
        events: for each series a frame `date, event` of holidays and promotions over past and future, or None.
        processes: at most this many processes; one when there are too few series to be worth more.

    Returns:
        Units per period, shape (series, horizon), never negative.
    """
    tables = events if events is not None else [None] * len(units)
    tasks = [
        _Task(units=row, dates=dates, future=future, events=_event_rows(table))
        for row, table in zip(units, tables, strict=True)
    ]
    if processes > 1 and len(tasks) >= SERIES_WORTH_A_PROCESS:
        # spawn: a forked child would inherit Polars' and the caller's locked threads
        with ProcessPoolExecutor(max_workers=processes, mp_context=get_context("spawn")) as pool:
            means = list(pool.map(_fit_and_forecast, tasks, chunksize=20))
    else:
        means = [_fit_and_forecast(task) for task in tasks]
    return np.maximum(np.array(means).reshape(len(tasks), len(future)), 0.0)


def _event_rows(table: pl.DataFrame | None) -> tuple[tuple[np.datetime64, str], ...]:
    if table is None or table.is_empty():
        return ()
    rows = table.select("date", "event").unique().sort("date", "event").iter_rows()
    return tuple((np.datetime64(date, "D"), str(event)) for date, event in rows)


def _fit_and_forecast(task: _Task) -> Floats:
    """One series: Newton's method is only tried by the package itself when L-BFGS fails."""
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)  # it misses plotly, which nobody draws with
    import pandas as pd
    from prophet import Prophet

    for name in ("cmdstanpy", "prophet"):  # importing them sets their levels
        logging.getLogger(name).setLevel(logging.CRITICAL)
    is_known = np.isfinite(task.units)
    history = pd.DataFrame({"ds": task.dates[is_known].astype("datetime64[ns]"), "y": task.units[is_known]})
    holidays = None
    if task.events:
        days = np.array([date for date, _ in task.events]).astype("datetime64[ns]")
        holidays = pd.DataFrame({"ds": pd.to_datetime(days), "holiday": [event for _, event in task.events]})
    model = Prophet(uncertainty_samples=0, holidays=holidays)
    model.fit(history, seed=0)
    forecast = model.predict(pd.DataFrame({"ds": task.future.astype("datetime64[ns]")}))
    return np.asarray(forecast["yhat"], dtype=np.float64)
