"""Fits a whole panel of series on one calendar: series are grouped into windows, windows are spread over threads.

Belongs here: grouping, threads, arrays in and out. Does not: the optimum (`prophet_kernel.py`), quantiles
(`prophet_uncertainty.py`), frames and series that the Prophet package has to fit (`prophet_batch.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled
from forecasting.prophet_design import Design, build_design
from forecasting.prophet_kernel import OPTIMAL, TOO_SHORT, Fits, Panel, fit_rows
from forecasting.prophet_products import TREND_DEVIATION, build_window
from forecasting.prophet_settings import HolidayCalendar, ProphetSettings, UnableToFitProphet

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]

SERIES_PER_TASK = 512
"""Building the products of a window costs as much as fitting some twenty series, so tasks hold many more."""

MOST_ROWS = 100_000
"""Of a calendar: 270 years of days. Longer ones are mistakes in a date."""


@dataclass(frozen=True)
class PanelFit:
    """Optimum and mean forecast of every series of a panel.

    Attributes:
        dates: the calendar, history then horizon, shape (T + H,).
        designs: seasons and holidays, one for each holiday calendar.
        design_of_series: which design each series has, shape (N,).
        fits: parameters, certificates and mean forecasts by series.
        first: calendar row of the first known day of each series, shape (N,); -1 where there is none.
        last: the same of the last known day.
        known_rows: number of known rows, shape (N,).
        ends: calendar row of the last date of each series; the forecast starts behind it, shape (N,).
    """

    dates: Dates
    designs: tuple[Design, ...]
    design_of_series: Integers
    fits: Fits
    first: Integers
    last: Integers
    known_rows: Integers
    ends: Integers

    @property
    def changepoint_count(self) -> Integers:
        """Changepoints of each series as Prophet counts them for the future: its dummy counts as one, shape (N,)."""
        count: Integers = np.maximum((self.fits.changepoints >= 0).sum(axis=1), 1)
        return count


def fit_matrix(
    demand: Floats,
    *,
    dates: Dates,
    horizon: int,
    settings: ProphetSettings | None = None,
    holidays: Sequence[HolidayCalendar | None] = (None,),
    holidays_of_series: Integers | None = None,
    regressors: Floats | None = None,
    ends: Integers | None = None,
    threads: int | None = None,
) -> PanelFit:
    """Maximum-a-posteriori fit and mean forecast of Prophet's additive linear-growth model for every row of `demand`.

    Args:
        demand: shape (N, T), NaN where the demand of a day is unknown: such rows are dropped before time is scaled
            and changepoints are placed, as Prophet does.
        dates: regular calendar, shape (T,), dtype datetime64[D].
        horizon: periods to forecast behind the last date of each series, H.
        settings: of the model; linear growth and additive terms only.
        holidays: holiday calendars.
        holidays_of_series: which of them each series has, shape (N,); the first one by default.
        regressors: values of `settings.regressors`, shape (N, T + H, r).
        ends: calendar row of the last date of each series, shape (N,); the last row of the calendar by default.
        threads: that work side by side, one for each core by default; results do not depend on it.

    Raises:
        UnableToFitProphet: arrays that do not fit together, infinite values, an irregular calendar.
    """
    settings = settings or ProphetSettings()
    count, periods = demand.shape
    ends = np.full(count, periods - 1) if ends is None else ends
    choice = np.zeros(count, dtype=np.int64) if holidays_of_series is None else holidays_of_series
    values = np.zeros((count, periods + horizon, 0)) if regressors is None else regressors
    _refuse(demand, dates, horizon, settings, values, ends)
    step = dates[1] - dates[0] if periods > 1 else np.timedelta64(1, "D")
    calendar = dates[0] + np.arange(periods + horizon) * step
    designs = tuple(build_design(calendar, settings=settings, holidays=table) for table in holidays)
    # One memory layout, so that one compiled version serves all callers.
    panel = Panel(
        np.require(demand, np.float64, ["C", "W"]),
        np.require(values, np.float64, ["C", "W"]),
        np.require(ends, np.int64, ["C", "W"]),
    )
    first, last, known_rows, smallest_gap = _survey(panel.demand)
    widest = max(len(design.columns) for design in designs)
    fits = _empty_fits(count, widest, len(settings.regressors), settings.n_changepoints, horizon)
    fits.status[known_rows < 2] = TOO_SHORT
    gap_days = smallest_gap * int(step / np.timedelta64(1, "D"))
    keys = np.stack([choice, first, last, np.minimum(gap_days, 7)], axis=1)

    def run(task: tuple[Integers, Integers]) -> None:
        key, series_rows = task
        design = designs[key[0]]
        columns = design.columns_of(int(key[1]), int(key[2]), smallest_gap_days=int(key[3]))
        # A column that is zero on every row has a coefficient of zero; left out, it costs nothing.
        columns = columns[np.any(design.features[key[1] : key[2] + 1][:, columns] != 0.0, axis=0)]
        deviations = np.concatenate(
            [[TREND_DEVIATION] * 2, design.deviations[columns], settings.regressor_deviations()]
        )
        window = build_window(
            np.ascontiguousarray(design.features[:, columns] * design.deviations[columns]),
            int(key[1]),
            int(key[2]),
            deviations,
            columns,
            settings.n_changepoints,
            settings.changepoint_range,
            settings.changepoint_prior_scale,
        )
        fit_rows(window, panel, series_rows, fits)

    tasks = _tasks(keys, np.flatnonzero(known_rows >= 2))
    with ThreadPoolExecutor(max_workers=threads or cores()) as pool:
        list(pool.map(run, tasks))
    return PanelFit(
        dates=calendar,
        designs=designs,
        design_of_series=choice,
        fits=fits,
        first=first,
        last=last,
        known_rows=known_rows,
        ends=ends,
    )


def cores() -> int:
    """Cores that this process may use; a container's limit counts where the system tells it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refuse(
    demand: Floats, dates: Dates, horizon: int, settings: ProphetSettings, regressors: Floats, ends: Integers
) -> None:
    count, periods = demand.shape
    problems = []
    if settings.left_to_the_package:
        problems.append(f"{settings.left_to_the_package}: use forecast_matrix, which leaves it to the Prophet package")
    if len(dates) != periods or periods == 0:
        problems.append(f"demand has {periods} columns and the calendar {len(dates)} dates: pass as many of both")
    elif periods > MOST_ROWS:
        problems.append(f"the calendar has {periods:,} rows; pass at most {MOST_ROWS:,}, or check its dates")
    elif len(np.unique(np.diff(dates))) > 1 or (periods > 1 and dates[1] <= dates[0]):
        problems.append("the calendar is not regular: pass equally spaced, increasing dates and NaN for missing days")
    if horizon < 1:
        problems.append(f"the horizon is {horizon}: pass at least 1")
    if np.isinf(demand).any():
        problems.append(
            f"demand of series {int(np.isinf(demand).any(axis=1).argmax())} is infinite: pass numbers or NaN"
        )
    if regressors.shape != (count, periods + horizon, len(settings.regressors)):
        wanted = (count, periods + horizon, len(settings.regressors))
        problems.append(f"regressors have the shape {regressors.shape}: pass {wanted}, past and future")
    elif not np.isfinite(regressors).all():
        problems.append("regressors hold NaN or infinite values: pass a number for every past and future date")
    if ends.shape != (count,) or (count and not (ends.min() >= 0 and ends.max() < periods)):
        problems.append("ends must hold one row of the calendar for each series")
    if problems:
        raise UnableToFitProphet(problems)


def _empty_fits(count: int, columns: int, regressors: int, changepoints: int, horizon: int) -> Fits:
    most = max(changepoints, 1)
    return Fits(
        scale=np.ones(count),
        growth=np.zeros(count),
        offset=np.zeros(count),
        delta=np.zeros((count, most)),
        changepoints=np.full((count, most), -1, dtype=np.int64),
        features=np.zeros((count, columns + regressors)),
        sigma=np.full(count, np.nan),
        log_density=np.full(count, np.nan),
        gradient=np.full(count, np.nan),
        status=np.full(count, OPTIMAL, dtype=np.int64),
        steps=np.zeros(count, dtype=np.int64),
        regressor_means=np.zeros((count, regressors)),
        regressor_deviations=np.ones((count, regressors)),
        mean=np.full((count, horizon), np.nan),
    )


@compiled
def _survey(demand: Floats) -> tuple[Integers, Integers, Integers, Integers]:
    """First and last known column, number of known columns and smallest distance of two of them, by row."""
    count, periods = demand.shape
    first = np.full(count, -1, dtype=np.int64)
    last = np.full(count, -1, dtype=np.int64)
    known = np.zeros(count, dtype=np.int64)
    gap = np.full(count, periods, dtype=np.int64)
    for i in range(count):
        for d in range(periods):
            if not np.isnan(demand[i, d]):
                if known[i] == 0:
                    first[i] = d
                else:
                    gap[i] = min(gap[i], d - last[i])
                last[i] = d
                known[i] += 1
    return first, last, known, gap


def _tasks(keys: Integers, series_rows: Integers) -> list[tuple[Integers, Integers]]:
    """Series with one key, at most SERIES_PER_TASK together; larger tasks first, so that no thread ends alone."""
    order = series_rows[np.lexsort(keys[series_rows].T[::-1])]
    if not len(order):
        return []
    is_new = np.any(np.diff(keys[order], axis=0) != 0, axis=1)
    tasks = []
    for group in np.split(order, np.flatnonzero(is_new) + 1):
        starts = range(0, len(group), SERIES_PER_TASK)
        tasks += [(keys[group[0]], group[start : start + SERIES_PER_TASK]) for start in starts]
    return sorted(tasks, key=lambda task: -len(task[1]))
