"""Frames of series become a matrix on one calendar, and forecasts become frames again.

Belongs here: reading `unique_id, ds, y` and refusing what cannot be read. Does not: what sales rows mean as demand
(`series.py`), the forecast (`prophet_batch.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.prophet_fit import MOST_ROWS
from forecasting.prophet_settings import HolidayCalendar, ProphetSettings, UnableToFitProphet

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]

_ROWS_AT_ONCE = 4_000_000
"""Rows placed in one step: 100,000 series of two years are 73 million, and their places would take 1 GB at once."""

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True)
class FramePanel:
    """Series of a frame on one calendar.

    Attributes:
        ids: unique_id of each series, sorted.
        dates: calendar of the history, shape (T,).
        step: distance of two dates.
        demand: shape (N, T), NaN where unknown.
        ends: calendar row of the last date of each series, shape (N,).
        regressors: shape (N, T + H, r); 0 where nothing asks for a value.
    """

    ids: pl.Series
    dates: Dates
    step: np.timedelta64
    demand: Floats
    ends: Integers
    regressors: Floats


def read_frame(
    series: pl.DataFrame, *, freq: str, horizon: int, future: pl.DataFrame | None, settings: ProphetSettings
) -> FramePanel:
    """Check a frame and put it on a calendar; arguments as of `prophet_batch.fit_predict`.

    Raises:
        UnableToFitProphet: with one line for every problem.
    """
    names = [regressor.name for regressor in settings.regressors]
    step = _step_of(freq)
    if horizon < 1:
        raise UnableToFitProphet([f"the horizon is {horizon}: pass at least 1"])
    _refuse_columns(series, ["unique_id", "ds", "y", *names], frame="series")
    _refuse_dates(series, freq=freq, frame="series")
    _refuse_values(series, ["y", *names])
    keys = series.select("unique_id").unique().sort("unique_id").with_row_index("row")
    bounds = series.select(first=pl.col("ds").min(), last=pl.col("ds").max()).cast(pl.Date).cast(pl.Int32)
    first = int(bounds["first"][0])
    periods = (int(bounds["last"][0]) - first) // step + 1
    if periods > MOST_ROWS:
        raise UnableToFitProphet(
            [f"series: dates span {periods:,} periods, at most {MOST_ROWS:,} can be read: is a date mistyped?"]
        )
    demand = np.full(len(keys) * periods, np.nan)
    is_seen = np.zeros(len(keys) * periods, dtype=np.bool_)
    for part in series.select("unique_id", "ds", pl.col("y").cast(pl.Float64)).iter_slices(_ROWS_AT_ONCE):
        cells = _cells(part, keys, first=first, step=step, periods=periods)
        demand[cells] = part["y"].to_numpy()
        is_seen[cells] = True
    if int(is_seen.sum()) < series.height:
        _refuse_duplicates(series)
    ends = periods - 1 - is_seen.reshape(len(keys), periods)[:, ::-1].argmax(axis=1)
    panel = FramePanel(
        ids=keys["unique_id"],
        dates=np.datetime64(first, "D") + np.arange(periods) * np.timedelta64(step, "D"),
        step=np.timedelta64(step, "D"),
        demand=demand.reshape(len(keys), periods),
        ends=ends,
        regressors=np.zeros((len(keys), periods + horizon, len(names))),
    )
    if names:
        _read_regressors(panel, series, future, keys, names, horizon)
    return panel


def _cells(rows: pl.DataFrame, keys: pl.DataFrame, *, first: int, step: int, periods: int) -> Integers:
    """Where each row stands in the matrix, counted along its rows."""
    places = rows.select("unique_id").join(keys, on="unique_id", how="left", maintain_order="left")["row"].to_numpy()
    days = rows["ds"].cast(pl.Date).cast(pl.Int32).to_numpy()
    cells: Integers = places.astype(np.int64) * periods + (days - first) // step
    return cells


def _step_of(freq: str) -> int:
    if freq == "D":
        return 1
    if freq in {f"W-{day}" for day in WEEKDAYS}:
        return 7
    raise UnableToFitProphet([f"freq {freq} is not known: pass D, or W-MON to W-SUN"])


def _refuse_columns(frame_rows: pl.DataFrame, names: list[str], *, frame: str) -> None:
    problems = [
        f"{frame}: column {name} is missing: pass {', '.join(names)}"
        for name in names
        if name not in frame_rows.columns
    ]
    if not problems and frame_rows.is_empty():
        problems = [f"{frame}: there are no rows"]
    if not problems:
        problems = [
            f"{frame}: column {name} has {frame_rows[name].null_count()} rows without a value: fill or drop them"
            for name in ("unique_id", "ds")
            if frame_rows[name].has_nulls()
        ]
    if problems:
        raise UnableToFitProphet(problems)


def _refuse_dates(frame_rows: pl.DataFrame, *, freq: str, frame: str) -> None:
    kind = frame_rows["ds"].dtype
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        problem = f"has the time zone {kind.time_zone}: pass local dates without one"
    elif not isinstance(kind, pl.Date | pl.Datetime):
        problem = f"holds {kind}: pass dates"
    elif isinstance(kind, pl.Datetime) and (frame_rows["ds"].dt.date().cast(kind) != frame_rows["ds"]).any():
        problem = "holds times of day: sum them by date first"
    elif freq != "D" and (frame_rows["ds"].dt.weekday() != WEEKDAYS.index(freq[2:]) + 1).any():
        wrong = frame_rows.filter(pl.col("ds").dt.weekday() != WEEKDAYS.index(freq[2:]) + 1)["ds"][0]
        problem = f"holds {wrong:%Y-%m-%d}, which is not the weekday of {freq}: label weeks by that day, or pass D"
    else:
        return
    raise UnableToFitProphet([f"{frame}: column ds {problem}"])


def _refuse_values(series: pl.DataFrame, names: list[str]) -> None:
    problems = []
    for name in names:
        if not series[name].dtype.is_numeric() and series[name].dtype != pl.Boolean and series[name].dtype != pl.Null:
            problems.append(f"series: column {name} holds {series[name].dtype}: pass numbers")
        elif series[name].dtype.is_float() and series[name].is_infinite().any():
            row = series.filter(pl.col(name).is_infinite()).row(0, named=True)
            problems.append(f"series: {name} of {row['unique_id']} on {row['ds']} is infinite: pass a number or null")
    if problems:
        raise UnableToFitProphet(problems)


def _refuse_duplicates(series: pl.DataFrame) -> None:
    doubles = series.group_by("unique_id", "ds").len().filter(pl.col("len") > 1).sort("unique_id", "ds")
    row = doubles.row(0, named=True)
    example = f"{row['unique_id']} on {row['ds']}"
    raise UnableToFitProphet(
        [f"series: {doubles.height} dates have more than one row, such as {example}: sum them first"]
    )


def _read_regressors(
    panel: FramePanel,
    series: pl.DataFrame,
    future: pl.DataFrame | None,
    keys: pl.DataFrame,
    names: list[str],
    horizon: int,
) -> None:
    """Fill `panel.regressors`, and refuse where the fit or the forecast needs a value that is missing."""
    periods = len(panel.dates)
    columns = ["unique_id", "ds", *names]
    rows = series.select(columns)
    if future is not None:
        _refuse_columns(future, columns, frame="future")
        rows = pl.concat([rows, future.select(columns)], how="vertical_relaxed")
    located = rows.with_columns(
        ((pl.col("ds").cast(pl.Date).cast(pl.Int32) - panel.dates[0].astype(int)) // int(panel.step.astype(int))).alias(
            "place"
        )
    ).join(keys, on="unique_id")
    located = located.filter(pl.col("place").is_between(0, periods + horizon - 1))
    values = np.full(panel.regressors.shape, np.nan)
    for place, name in enumerate(names):
        values[located["row"].to_numpy(), located["place"].to_numpy(), place] = (
            located[name].cast(pl.Float64).to_numpy()
        )
    is_needed = np.zeros(values.shape[:2], dtype=np.bool_)
    is_needed[:, :periods] = np.isfinite(panel.demand)
    steps = panel.ends[:, None] + 1 + np.arange(horizon)
    np.put_along_axis(is_needed, steps, values=True, axis=1)
    problems = []
    for place, name in enumerate(names):
        lacking = np.argwhere(is_needed & ~np.isfinite(values[:, :, place]))
        if len(lacking):
            i, d = lacking[0]
            day: dt.date = (panel.dates[0] + d * panel.step).astype(dt.date)
            where = "series" if d <= panel.ends[i] else "future"
            problems.append(f"{where}: {name} of {panel.ids[int(i)]} on {day} is missing ({len(lacking)} such cells)")
    if problems:
        raise UnableToFitProphet(problems)
    panel.regressors[:] = np.where(np.isfinite(values), values, 0.0)


def calendars_of(
    ids: pl.Series, holidays: HolidayCalendar | Mapping[str, HolidayCalendar] | None
) -> tuple[list[HolidayCalendar | None], Integers]:
    """The different holiday calendars, and which one each series has."""
    if holidays is None or isinstance(holidays, HolidayCalendar):
        return [holidays], np.zeros(len(ids), dtype=np.int64)
    tables: list[HolidayCalendar | None] = []
    place_of: dict[HolidayCalendar | None, int] = {}
    choice = np.zeros(len(ids), dtype=np.int64)
    for i, unique_id in enumerate(ids):
        table = holidays.get(unique_id)
        if table not in place_of:
            place_of[table] = len(tables)
            tables.append(table)
        choice[i] = place_of[table]
    return tables, choice


def forecast_rows(
    panel: FramePanel,
    *,
    windows: Sequence[tuple[int, int]],
    means: Floats,
    levels: Floats,
    quantiles: Sequence[float],
) -> pl.DataFrame:
    """One row per series with a forecast and window: unique_id, first_ds, last_ds, prophet, prophet_q05 ..."""
    rows = np.flatnonzero(np.isfinite(means).all(axis=1))
    bounds = np.array(windows, dtype=np.int64).reshape(-1, 2)
    dates = [panel.dates[0] + (panel.ends[rows, None] + bounds[:, side]) * panel.step for side in (0, 1)]
    repeated = np.repeat(rows, len(bounds))
    columns: dict[str, pl.Series | Floats | Dates] = {
        "unique_id": panel.ids.gather(repeated),
        "first_ds": dates[0].ravel(),
        "last_ds": dates[1].ravel(),
        "prophet": means[rows].ravel(),
    }
    for place, level in enumerate(quantiles):
        columns[quantile_column(level)] = np.ascontiguousarray(levels[rows, :, place]).ravel()
    return pl.DataFrame(columns)


def quantile_column(level: float) -> str:
    """Name of the column of a quantile.

    >>> [quantile_column(level) for level in (0.05, 0.5, 0.975)]
    ['prophet_q05', 'prophet_q50', 'prophet_q975']
    """
    digits = f"{level:.10f}".rstrip("0")[2:]
    return f"prophet_q{digits:0<2}"
